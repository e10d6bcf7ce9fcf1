/** The primitives of primitives.ts by plain arithmetic, for platforms that lack some of them. */

// noble, audited and maintained, is what the age package of the format's author is made of.
import { chacha20poly1305 } from "@noble/ciphers/chacha.js"
import { x25519 as curve } from "@noble/curves/ed25519.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js"

import { ownBytes, randomBytes } from "../bytes.ts"
import type { Aead, Kdf, MlKem, Primitives, X25519 } from "./primitives.ts"

const TAG_SIZE = 16

const kdf: Kdf = {
    from: async (given) => {
        const ikm = given.slice()
        return Promise.resolve(async (salt, info, length) => later(() => ownBytes(hkdf(sha256, ikm, salt, info, length))))
    },
    mac: async (key, message) => later(() => ownBytes(hmac(sha256, key, message))),
}

const aead: Aead = async (raw) => {
    const key = raw.slice()
    return Promise.resolve({
        seal: async (nonce, content) => later(() => ownBytes(chacha20poly1305(key, nonce).encrypt(content))),
        open: async (nonce, sealed) =>
            later(() => {
                if (sealed.length < TAG_SIZE) return null
                return orNull(() => ownBytes(chacha20poly1305(key, nonce).decrypt(sealed)))
            }),
    })
}

const x25519: X25519 = async (given) => {
    const scalar = given?.slice() ?? randomBytes(32)
    return later(() => ({
        publicKey: async () => later(() => ownBytes(curve.getPublicKey(scalar))),
        shared: async (peer) => later(() => orNull(() => ownBytes(curve.getSharedSecret(scalar, peer)))),
    }))
}

const mlKem: MlKem = {
    key: async (seed) =>
        later(() => {
            const { publicKey, secretKey } = ml_kem768.keygen(seed)
            return {
                publicKey: async () => later(() => ownBytes(publicKey)),
                decapsulate: async (ciphertext) => later(() => ownBytes(ml_kem768.decapsulate(ciphertext, secretKey))),
            }
        }),
    encapsulate: async (publicKey) =>
        later(() => {
            const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey)
            return { ciphertext: ownBytes(cipherText), secret: ownBytes(sharedSecret) }
        }),
}

export const plainPrimitives: Primitives = { kdf, aead, x25519, mlKem }

/** Computed at once; what it throws becomes a rejection, as the platform's does. */
async function later<T>(compute: () => T): Promise<T> {
    return Promise.resolve(compute())
}

/** With lengths that are right, noble throws for one reason only: see who calls. */
function orNull<T>(compute: () => T): T | null {
    try {
        return compute()
    } catch {
        return null
    }
}
