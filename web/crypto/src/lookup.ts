/** Look-ups: which keys the directory holds for one address (docs/spec/statement.md section 7). */

import { fromBase64url } from "./bytes.ts"
import { parseCanonical } from "./canonical.ts"
import { ClassicalRecipient, CryptoError, LookupRefused } from "./errors.ts"
import { fingerprint, recipientFingerprint } from "./keys.ts"
import { LEVELS, type Level } from "./level.ts"
import { address, count, hash, literal, nullable, oneOf, record, string, type Check } from "./shape.ts"
import { LOOKUP_DOMAIN, signatureShape, verify } from "./signatures.ts"

export { LEVELS, type Level } from "./level.ts"

/** Who holds a signing key: the firm's server, or the person's own devices. */
export const CUSTODIES = ["managed", "self-held"] as const
export type Custody = (typeof CUSTODIES)[number]

/**
 * What the directory says of one address. Only {@link verifyLookup} should make one of what came
 * over the network.
 */
export interface Lookup {
    readonly v: 1
    readonly address: string
    /** When it was asked, seconds since 1970 UTC. */
    readonly asked: number
    readonly checkpoint: null
    readonly custody: Custody
    /** Fingerprint of `recipient`. */
    readonly key: string
    readonly level: Level
    readonly recipient: string
    /** Ed25519 public key, base64url of 32 bytes; null for who never signed. */
    readonly signing_key: string | null
    /** When `signing_key` was replaced, seconds since 1970 UTC; null for the present one. */
    readonly until: number | null
}

const lookupShape: Check<Lookup> = record({
    v: literal(1),
    address,
    asked: count,
    checkpoint: literal(null),
    custody: oneOf(CUSTODIES),
    key: hash,
    level: oneOf(LEVELS),
    recipient: string,
    signing_key: nullable(string),
    until: nullable(count),
})

/**
 * Check a look-up and give it back typed.
 *
 * @param signature - `{alg, key, value}` as it came.
 * @param directoryKey - The firm's directory key, base64url of 32 bytes, from the page itself.
 * @param expected - The address that was asked for, in lower case.
 * @throws {@link LookupRefused} if it is not canonical, not signed by the directory, about another
 * address, or names a key that does not fit its fingerprint.
 */
export async function verifyLookup(
    text: string, signature: unknown, directoryKey: string, expected: { readonly address: string },
): Promise<Lookup> {
    try {
        const signed = await verify(LOOKUP_DOMAIN, text, signatureShape(signature), fromBase64url(directoryKey))
        if (!signed) throw new LookupRefused("it is not signed by the firm's directory")
        const lookup = lookupShape(parseCanonical(text))
        if (lookup.address !== expected.address) throw new LookupRefused("it is about another address")
        if (lookup.key !== (await recipientFingerprint(lookup.recipient))) {
            throw new LookupRefused("the key does not fit its fingerprint")
        }
        if (lookup.signing_key !== null) await signingFingerprint(lookup.signing_key)
        return lookup
    } catch (error) {
        if (error instanceof LookupRefused || !(error instanceof CryptoError)) throw error
        const classical = error instanceof ClassicalRecipient
        throw new LookupRefused(classical ? "its key is not of the post-quantum kind" : "it is not well formed")
    }
}

/** Seconds by which a writer's clock may be off (docs/spec/statement.md section 6). */
const CLOCK = 3600

/** Whether the looked-up key was not yet replaced at this time, in seconds; clocks may be an hour apart. */
export function isInTime({ until }: Lookup, created: number): boolean {
    return until === null || created <= until + CLOCK
}

/**
 * Fingerprint of an Ed25519 public key given as base64url.
 *
 * @throws {@link LookupRefused} if it is not 32 bytes; {@link FormatError} if it is not base64url.
 */
export async function signingFingerprint(signingKey: string): Promise<string> {
    const key = fromBase64url(signingKey)
    if (key.length !== 32) throw new LookupRefused("the signing key has the wrong length")
    return fingerprint(key)
}
