/** Signatures under a domain (docs/spec/statement.md section 2). */

import { encodeText, fromBase64url, toBase64url, type Bytes } from "./bytes.ts"
import { bestEd25519, publicKeyOf, type Ed25519 } from "./ed25519.ts"
import { FormatError } from "./errors.ts"
import { fingerprint } from "./keys.ts"
import { record, string, type Check } from "./shape.ts"

/** What is signed, so that no signature can be used for anything else. */
export type Domain =
    | "letterlock/statement/v1" | "letterlock/grant/v1" | "letterlock/lookup/v1" | "letterlock/log-answer/v1"
    | "letterlock/enrolment/v1"

export const STATEMENT_DOMAIN: Domain = "letterlock/statement/v1"
export const GRANT_DOMAIN: Domain = "letterlock/grant/v1"
export const LOOKUP_DOMAIN: Domain = "letterlock/lookup/v1"
export const LOG_ANSWER_DOMAIN: Domain = "letterlock/log-answer/v1"
export const ENROLMENT_DOMAIN: Domain = "letterlock/enrolment/v1"

/** A signature as it is stored: `key` is the signing key's fingerprint, `value` base64url of 64 bytes. */
export interface Signature {
    readonly alg: string
    readonly key: string
    readonly value: string
}

/** The three members, whatever stands in them: {@link verify} judges the rest. */
export const signatureShape: Check<Signature> = record({ alg: string, key: string, value: string })

/**
 * Sign a canonical text with a key held here: by self-held senders, and in tests.
 *
 * @param seed - 32 bytes; the caller wipes it.
 */
export async function sign(domain: Domain, text: string, seed: Uint8Array): Promise<Signature> {
    const key = await fingerprint(publicKeyOf(seed))
    const value = await (await bestEd25519()).sign(seed, signedBytes(domain, text))
    return { alg: "Ed25519", key, value: toBase64url(value) }
}

/**
 * Whether `signature` is by `publicKey`, under `domain`, over `text`.
 *
 * False also for another `alg`, another `key` than the public key's fingerprint, a public key that
 * is none, or a value that is not 64 bytes.
 *
 * @param publicKey - 32 bytes.
 */
export async function verify(
    domain: Domain, text: string, signature: Signature, publicKey: Uint8Array, by?: Ed25519,
): Promise<boolean> {
    if (signature.alg !== "Ed25519" || publicKey.length !== 32) return false
    if (signature.key !== (await fingerprint(publicKey))) return false
    const value = decodeValue(signature.value)
    if (value === null) return false
    return (by ?? (await bestEd25519())).verify(publicKey, signedBytes(domain, text), value)
}

function signedBytes(domain: Domain, text: string): Bytes {
    return encodeText(`${domain}\0${text}`)
}

function decodeValue(text: string): Bytes | null {
    try {
        const value = fromBase64url(text)
        return value.length === 64 ? value : null
    } catch (error) {
        if (error instanceof FormatError) return null
        throw error
    }
}
