/** X-Wing, the hybrid of ML-KEM-768 and X25519 (draft-connolly-cfrg-xwing-kem). */

import { sha3_256, shake256 } from "@noble/hashes/sha3.js"

import { concat, encodeText, ownBytes, wipe, type Bytes } from "../bytes.ts"
import type { Pair, Primitives } from "./primitives.ts"

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

/** The public key, 1216 bytes, of a seed of 32. */
export async function publicKeyOf(by: Primitives, seed: Uint8Array): Promise<Bytes> {
    const [mlKemSeed, scalar] = expand(seed)
    try {
        const own = by.x25519(scalar).then(async (pair) => pair.publicKey())
        return concat(...(await Promise.all([by.mlKem.publicKey(mlKemSeed), own])))
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
    const [mlKem, { own, shared }] = await Promise.all([
        by.mlKem.encapsulate(publicKey.subarray(0, ML_KEM_KEY_SIZE)), agree(by.x25519(), peer),
    ])
    if (shared === null) return null
    const secret = combine(mlKem.secret, shared, own, peer)
    return { ciphertext: concat(mlKem.ciphertext, own), secret }
}

/**
 * The secret of a ciphertext of {@link CIPHERTEXT_SIZE}; another one if it was made for another key.
 *
 * @returns Null if the X25519 part of the ciphertext is of low order.
 */
export async function decapsulate(by: Primitives, seed: Uint8Array, ciphertext: Bytes): Promise<Bytes | null> {
    const [mlKemSeed, scalar] = expand(seed)
    const peer = ciphertext.subarray(ML_KEM_CIPHERTEXT_SIZE)
    try {
        const [mlKem, { own, shared }] = await Promise.all([
            by.mlKem.decapsulate(mlKemSeed, ciphertext.subarray(0, ML_KEM_CIPHERTEXT_SIZE)),
            agree(by.x25519(scalar), peer),
        ])
        return shared === null ? null : combine(mlKem, shared, peer, own)
    } finally {
        wipe(mlKemSeed)
        wipe(scalar)
    }
}

/** Our public key and the secret, computed side by side where the platform has threads for it. */
async function agree(ours: Promise<Pair>, peer: Bytes): Promise<{ readonly own: Bytes; readonly shared: Bytes | null }> {
    const pair = await ours
    const [own, shared] = await Promise.all([pair.publicKey(), pair.shared(peer)])
    return { own, shared }
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
