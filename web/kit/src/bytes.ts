/** Bytes as base64 text (RFC 4648 section 4), for JSON. */
export function toBase64(bytes: Uint8Array): string {
    let binary = ""
    // Spread in parts: a call takes only so many arguments.
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return btoa(binary)
}
