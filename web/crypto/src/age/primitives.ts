/**
 * The primitives that age files stand on, as the platform has them or by plain arithmetic.
 *
 * Each of the four is looked for once and then stays, so that no file is made or read by a mix of
 * two; both kinds give the same bytes and refuse the same input.
 */

import type { Bytes } from "../bytes.ts"
import { nativePrimitives } from "./native.ts"
import { plainPrimitives } from "./plain.ts"

/** HKDF of one input: extract with the salt, then expand to `length` bytes. */
export type Derive = (salt: Bytes, info: Bytes, length: number) => Promise<Bytes>

/** HKDF-SHA256 (RFC 5869) and HMAC-SHA256. */
export interface Kdf {
    /** The input may be wiped as soon as this is there. */
    from(ikm: Bytes): Promise<Derive>
    /** 32 bytes. */
    mac(key: Bytes, message: Bytes): Promise<Bytes>
}

/** ChaCha20-Poly1305 (RFC 8439) under one key, without associated data. Nonces have 12 bytes. */
export interface Cipher {
    /** 16 bytes longer than `content`, which may change as soon as this has returned. */
    seal(nonce: Bytes, content: Bytes): Promise<Bytes>
    /** Null if it does not verify, or is shorter than a tag. */
    open(nonce: Bytes, sealed: Bytes): Promise<Bytes | null>
}

/** A cipher of a key of 32 bytes, which may be wiped as soon as it is there. */
export type Aead = (key: Bytes) => Promise<Cipher>

/** One pair of X25519 (RFC 7748). */
export interface Pair {
    /** 32 bytes. */
    publicKey(): Promise<Bytes>
    /** 32 bytes; null if the peer's key is of low order, so that the secret would be zero. */
    shared(peer: Bytes): Promise<Bytes | null>
}

/** The pair of a scalar of 32 bytes, or a fresh one. */
export type X25519 = (scalar?: Bytes) => Promise<Pair>

/** ML-KEM-768 (FIPS 203). Seeds (d, then z) have 64 bytes, keys 1184, ciphertexts 1088, secrets 32. */
export interface MlKem {
    /** The key of a seed, which may be wiped as soon as this is there. */
    key(seed: Bytes): Promise<MlKemKey>
    /** @param publicKey - With reduced coefficients: `decodeRecipient` of keytext.ts has looked. */
    encapsulate(publicKey: Bytes): Promise<{ readonly ciphertext: Bytes; readonly secret: Bytes }>
}

/** One secret key of ML-KEM-768. */
export interface MlKemKey {
    publicKey(): Promise<Bytes>
    /** Never fails: another key's ciphertext gives another secret. */
    decapsulate(ciphertext: Bytes): Promise<Bytes>
}

export interface Primitives {
    readonly kdf: Kdf
    readonly aead: Aead
    readonly x25519: X25519
    readonly mlKem: MlKem
}

let chosen: Promise<Primitives> | undefined

/** The platform's, each of the four where it has it. */
export async function bestPrimitives(): Promise<Primitives> {
    chosen ??= choose()
    return chosen
}

async function choose(): Promise<Primitives> {
    const tries = [tryKdf, tryAead, tryX25519, tryMlKem]
    const [kdf, aead, x25519, mlKem] = await Promise.all(tries.map(works))
    return {
        kdf: kdf ? nativePrimitives.kdf : plainPrimitives.kdf,
        aead: aead ? nativePrimitives.aead : plainPrimitives.aead,
        x25519: x25519 ? nativePrimitives.x25519 : plainPrimitives.x25519,
        mlKem: mlKem ? nativePrimitives.mlKem : plainPrimitives.mlKem,
    }
}

/** Whatever a platform throws for what it lacks, it lacks it. */
async function works(attempt: () => Promise<unknown>): Promise<boolean> {
    try {
        await attempt()
        return true
    } catch {
        return false
    }
}

async function tryKdf(): Promise<void> {
    const { kdf } = nativePrimitives
    const derive = await kdf.from(new Uint8Array())
    await kdf.mac(await derive(new Uint8Array(), new Uint8Array(), 32), new Uint8Array())
}

async function tryAead(): Promise<void> {
    const cipher = await nativePrimitives.aead(new Uint8Array(32))
    await cipher.open(new Uint8Array(12), await cipher.seal(new Uint8Array(12), new Uint8Array()))
}

async function tryX25519(): Promise<void> {
    const fresh = await nativePrimitives.x25519()
    const fixed = await nativePrimitives.x25519(new Uint8Array(32))
    await fixed.publicKey()
    await fixed.shared(await fresh.publicKey())
}

async function tryMlKem(): Promise<void> {
    const { mlKem } = nativePrimitives
    const key = await mlKem.key(new Uint8Array(64))
    const { ciphertext } = await mlKem.encapsulate(await key.publicKey())
    await key.decapsulate(ciphertext)
}
