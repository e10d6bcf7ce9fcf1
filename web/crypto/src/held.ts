/** A secret that a page may hold: sealed under a key of this browser whose bytes nobody can take out of it. */

import { encodeText, ownBytes, randomBytes, type Bytes } from "./bytes.ts"
import { canonical } from "./canonical.ts"

const NONCE_SIZE = 12

export interface Held {
    readonly nonce: Bytes
    readonly sealed: Bytes
    /** AES-GCM of 256 bits, not extractable. */
    readonly wrapping: CryptoKey
}

/**
 * Seal under a fresh key. `content` is not wiped.
 *
 * @param names - What it is, as a value of canonical JSON: bound to it, so that nobody can call it by another name.
 */
export async function sealHere(names: unknown, content: Bytes): Promise<Held> {
    const wrapping = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
    return { ...(await sealUnder(wrapping, names, content)), wrapping }
}

/** Seal under a key of one's own. */
export async function sealUnder(wrapping: CryptoKey, names: unknown, content: Bytes): Promise<Omit<Held, "wrapping">> {
    const nonce = randomBytes(NONCE_SIZE)
    const sealed = await crypto.subtle.encrypt(algorithm(nonce, names), wrapping, content)
    return { nonce, sealed: new Uint8Array(sealed) }
}

/** What was sealed; null if it does not open, of which Web Crypto says nothing more. The caller wipes it. */
export async function openHere(names: unknown, { nonce, sealed, wrapping }: Held): Promise<Bytes | null> {
    const additional = algorithm(nonce, names)
    try {
        return new Uint8Array(await crypto.subtle.decrypt(additional, wrapping, ownBytes(sealed)))
    } catch {
        return null
    }
}

function algorithm(iv: Bytes, names: unknown): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: encodeText(canonical(names)) }
}
