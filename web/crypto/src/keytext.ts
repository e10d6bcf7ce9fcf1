/**
 * Recipients and identities as text: Bech32 without its length limit (docs/spec/envelope.md
 * section 1; https://c2sp.org/age, "The mlkem768x25519 recipient type").
 */

import * as bech32 from "./age/bech32.ts"
import type { Bytes } from "./bytes.ts"
import { ClassicalRecipient, MalformedKey } from "./errors.ts"

/** ML-KEM-768 encapsulation key, 1184 bytes, then X25519 public key, 32 bytes. */
export const RECIPIENT_SIZE = 1216
/** 768 coefficients of 12 bits, at the front of a recipient, each below the modulus. */
const COEFFICIENTS_SIZE = 1152
const MODULUS = 3329
/** An X-Wing seed. */
export const IDENTITY_SIZE = 32

const RECIPIENT_PREFIX = "age1pq"
const IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"

/**
 * `age1pq1…` of a raw public key of 1216 bytes.
 *
 * @throws {@link MalformedKey} for any other length.
 */
export function encodeRecipient(publicKey: Uint8Array): string {
    return encode(RECIPIENT_PREFIX, publicKey, RECIPIENT_SIZE)
}

/**
 * The raw public key, 1216 bytes, of `age1pq1…`.
 *
 * @throws {@link ClassicalRecipient} if the text is of any other kind, older age keys included.
 * @throws {@link MalformedKey} if its checksum or length is wrong, or it is not an ML-KEM key.
 */
export function decodeRecipient(text: string): Bytes {
    if (!text.startsWith(`${RECIPIENT_PREFIX}1`)) throw new ClassicalRecipient()
    const publicKey = decode(RECIPIENT_PREFIX, text, RECIPIENT_SIZE)
    if (!hasReducedCoefficients(publicKey)) throw new MalformedKey("a key is not a valid ML-KEM key")
    return publicKey
}

/**
 * `AGE-SECRET-KEY-PQ-1…` of a seed of 32 bytes. The text is secret and cannot be wiped.
 *
 * @throws {@link MalformedKey} for any other length.
 */
export function encodeIdentity(seed: Uint8Array): string {
    return encode(IDENTITY_PREFIX.toLowerCase(), seed, IDENTITY_SIZE).toUpperCase()
}

/**
 * The seed, 32 bytes, of `AGE-SECRET-KEY-PQ-1…`. The caller wipes it.
 *
 * @throws {@link MalformedKey} if the text is of any other kind, or damaged.
 */
export function decodeIdentity(text: string): Bytes {
    if (!text.startsWith(`${IDENTITY_PREFIX}1`)) throw new MalformedKey("not an identity of this format")
    return decode(IDENTITY_PREFIX, text, IDENTITY_SIZE)
}

/** FIPS 203 section 7.2; the package that encrypts lets larger coefficients pass. */
function hasReducedCoefficients(publicKey: Uint8Array): boolean {
    const view = new DataView(publicKey.buffer, publicKey.byteOffset)
    for (let at = 0; at < COEFFICIENTS_SIZE; at += 3) {
        const low = view.getUint16(at, true) & 0xfff
        const high = view.getUint16(at + 1, true) >> 4
        if (low >= MODULUS || high >= MODULUS) return false
    }
    return true
}

function encode(prefix: string, bytes: Uint8Array, size: number): string {
    if (bytes.length !== size) throw new MalformedKey(`a key has ${String(size)} bytes`)
    return bech32.encode(prefix, bytes)
}

function decode(prefix: string, text: string, size: number): Bytes {
    const bytes = bech32.decode(prefix.toLowerCase(), text)
    if (bytes === null) throw new MalformedKey("a key is damaged: its checksum or characters are wrong")
    if (bytes.length !== size) throw new MalformedKey(`a key has ${String(size)} bytes`)
    return bytes
}
