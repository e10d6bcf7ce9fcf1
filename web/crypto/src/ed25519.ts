/**
 * Ed25519 (RFC 8032) by Web Crypto, or by the curve that the age package brings where the
 * browser lacks it. Both give the same signatures and refuse the same keys.
 */

import { ed25519 } from "@noble/curves/ed25519.js"

import { ownBytes, wipe, type Bytes } from "./bytes.ts"
import { MalformedKey } from "./errors.ts"

/** One way to compute Ed25519. Seeds and public keys have 32 bytes, signatures 64. */
export interface Ed25519 {
    sign(seed: Uint8Array, message: Uint8Array): Promise<Bytes>
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}

const NAME = "Ed25519"
/** Web Crypto takes private keys as PKCS #8 only; for 32-byte seeds its head never changes (RFC 8410). */
const PKCS8_HEAD = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/** By the platform. */
export const nativeEd25519: Ed25519 = {
    async sign(seed, message) {
        const pkcs8 = new Uint8Array([...PKCS8_HEAD, ...seed])
        try {
            const key = await crypto.subtle.importKey("pkcs8", pkcs8, NAME, false, ["sign"])
            return new Uint8Array(await crypto.subtle.sign(NAME, key, ownBytes(message)))
        } finally {
            wipe(pkcs8)
        }
    },
    async verify(publicKey, message, signature) {
        if (!isStrongKey(publicKey)) return false
        const key = await crypto.subtle.importKey("raw", ownBytes(publicKey), NAME, false, ["verify"])
        return crypto.subtle.verify(NAME, key, ownBytes(signature), ownBytes(message))
    },
}

/** By plain arithmetic. */
export const plainEd25519: Ed25519 = {
    async sign(seed, message) {
        return Promise.resolve(ownBytes(ed25519.sign(message, seed)))
    },
    async verify(publicKey, message, signature) {
        if (signature.length !== 64 || !isStrongKey(publicKey)) return Promise.resolve(false)
        return Promise.resolve(ed25519.verify(signature, message, publicKey, { zip215: false }))
    },
}

let chosen: Promise<Ed25519> | undefined

/** The platform's, if it has one. Decided once, so that no run mixes the two. */
export async function bestEd25519(): Promise<Ed25519> {
    chosen ??= crypto.subtle.importKey("raw", ownBytes(ed25519.Point.BASE.toBytes()), NAME, false, ["verify"]).then(
        () => nativeEd25519,
        () => plainEd25519,
    )
    return chosen
}

/**
 * The public key, 32 bytes, of a seed.
 *
 * @throws {@link MalformedKey} if the seed has not 32 bytes.
 */
export function publicKeyOf(seed: Uint8Array): Bytes {
    if (seed.length !== 32) throw new MalformedKey("a signing seed has 32 bytes")
    return ownBytes(ed25519.getPublicKey(seed))
}

/**
 * Under a key of small order one signature fits every message, and platforms differ on whether
 * they take it; so it is refused here, as are points in any but their one encoding.
 */
function isStrongKey(publicKey: Uint8Array): boolean {
    try {
        return !ed25519.Point.fromBytes(publicKey).isSmallOrder()
    } catch {
        return false
    }
}
