/** What the production door says of each file of the suite; of those not named here, `stanza`. */
export const DOOR = {
    opens: ["armor_hybrid", "hybrid"],
    "no-match": ["hybrid_bad_tag", "hybrid_currupted_enc_mlkem", "hybrid_currupted_enc_x25519", "hybrid_no_match"],
    header: [
        "armor_empty", "armor_empty_last_line", "armor_empty_line_begin", "armor_empty_line_end",
        "armor_eol_between_padding", "armor_garbage_leading", "armor_garbage_trailing", "armor_header_crlf",
        "armor_headers", "armor_invalid_character_header", "armor_invalid_character_payload", "armor_long_line",
        "armor_lowercase", "armor_no_end_line", "armor_no_padding", "armor_not_canonical", "armor_pgp_checksum",
        "armor_short_line", "armor_whitespace_begin", "armor_whitespace_end", "armor_whitespace_eol",
        "armor_whitespace_last_line", "armor_whitespace_line_start", "armor_wrong_type", "empty", "header_crlf",
        "hmac_extra_space", "hmac_garbage", "hmac_missing", "hmac_no_space", "hmac_not_canonical",
        "hmac_trailing_space", "hmac_truncated", "hybrid_not_canonical_body", "hybrid_not_canonical_enc",
        "scrypt_not_canonical_body", "stanza_bad_start", "stanza_base64_padding", "stanza_empty_argument",
        "stanza_invalid_character", "stanza_long_line", "stanza_missing_body", "stanza_missing_final_line",
        "stanza_multiple_short_lines", "stanza_no_arguments", "stanza_not_canonical", "stanza_spurious_cr",
        "version_unsupported", "x25519_not_canonical_body",
    ],
} as const

/** "opens", or the reason of the refusal. */
export function expectedAtTheDoor(name: string): string {
    const [found] = Object.entries<readonly string[]>(DOOR).find(([, names]) => names.includes(name)) ?? ["stanza"]
    return found
}
