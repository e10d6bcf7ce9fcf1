/** X-Wing, the hybrid of ML-KEM-768 and X25519 (draft-connolly-cfrg-xwing-kem). */

import { sha3_256, shake256 } from "@noble/hashes/sha3.js"

import { concat, encodeText, ownBytes, wipe, type Bytes } from "../bytes.ts"
import type { Primitives } from "./primitives.ts"

/** ML-KEM-768 ciphertext, 1088 bytes, then an X25519 public key. */
export const CIPHERTEXT_SIZE = 1120

const ML_KEM_CIPHERTEXT_SIZE = 1088
const ML_KEM_KEY_SIZE = 1184
const ML_KEM_SEED_SIZE = 64
const X25519_SIZE = 32
const LABEL = encodeText("\\.//^\\")

/** A secret of 32 bytes, and its ciphertext for who holds the seed. */
export interface Encapsulated {
    readonly ciphertext: Bytes
    readonly secret: Bytes
}

/** What a seed of 32 bytes stands for. */
export interface SecretKey {
    /** 1216 bytes. */
    publicKey(): Promise<Bytes>
    /**
     * The secret of a ciphertext of {@link CIPHERTEXT_SIZE}; another one if it was made for another
     * key. Null if the X25519 part of the ciphertext is of low order.
     */
    decapsulate(ciphertext: Bytes): Promise<Bytes | null>
}

/** Expand and import once what many files may be for; the seed may be wiped then. */
export async function secretKeyOf(by: Primitives, seed: Uint8Array): Promise<SecretKey> {
    const [mlKemSeed, scalar] = expand(seed)
    try {
        const [mlKem, x25519] = await Promise.all([by.mlKem.key(mlKemSeed), by.x25519(scalar)])
        const own = x25519.publicKey()
        return {
            publicKey: async () => concat(...(await Promise.all([mlKem.publicKey(), own]))),
            decapsulate: async (ciphertext) => {
                const peer = ciphertext.subarray(ML_KEM_CIPHERTEXT_SIZE)
                const [secret, shared] = await Promise.all([
                    mlKem.decapsulate(ciphertext.subarray(0, ML_KEM_CIPHERTEXT_SIZE)), x25519.shared(peer),
                ])
                return shared === null ? null : combine(secret, shared, peer, await own)
            },
        }
    } finally {
        wipe(mlKemSeed)
        wipe(scalar)
    }
}

/**
 * A fresh secret for a public key of 1216 bytes.
 *
 * @returns Null if its X25519 part is of low order.
 */
export async function encapsulate(by: Primitives, publicKey: Bytes): Promise<Encapsulated | null> {
    const peer = publicKey.subarray(ML_KEM_KEY_SIZE)
    const fresh = by.x25519()
    const [mlKem, own, shared] = await Promise.all([
        by.mlKem.encapsulate(publicKey.subarray(0, ML_KEM_KEY_SIZE)),
        fresh.then(async (pair) => pair.publicKey()),
        fresh.then(async (pair) => pair.shared(peer)),
    ])
    if (shared === null) return null
    const secret = combine(mlKem.secret, shared, own, peer)
    return { ciphertext: concat(mlKem.ciphertext, own), secret }
}

function expand(seed: Uint8Array): [mlKemSeed: Bytes, scalar: Bytes] {
    const expanded = ownBytes(shake256(seed, { dkLen: ML_KEM_SEED_SIZE + X25519_SIZE }))
    return [expanded.subarray(0, ML_KEM_SEED_SIZE), expanded.subarray(ML_KEM_SEED_SIZE)]
}

/** Wipes the two secrets. */
function combine(mlKem: Bytes, shared: Bytes, ciphertext: Bytes, publicKey: Bytes): Bytes {
    const input = concat(mlKem, shared, ciphertext, publicKey, LABEL)
    try {
        return ownBytes(sha3_256(input))
    } finally {
        for (const secret of [mlKem, shared, input]) wipe(secret)
    }
}
