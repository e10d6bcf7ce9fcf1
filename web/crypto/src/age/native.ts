/** The primitives of primitives.ts by Web Crypto; ciphers and ML-KEM are in newer browsers only. */

import { concat, ownBytes, wipe, type Bytes } from "../bytes.ts"
import type { Aead, Kdf, MlKem, Pair, Primitives, X25519 } from "./primitives.ts"

/** What TypeScript's library does not know yet: https://wicg.github.io/webcrypto-modern-algos/. */
interface ModernSubtle {
    importKey(
        format: "raw-public" | "raw-secret" | "raw-seed", key: Bytes, algorithm: string, extractable: boolean,
        usages: readonly string[],
    ): Promise<CryptoKey>
    getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>
    exportKey(format: "raw-public", key: CryptoKey): Promise<ArrayBuffer>
    encapsulateBits(algorithm: string, key: CryptoKey): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>
    decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>
}

const { subtle } = crypto
const modern = subtle as unknown as ModernSubtle

const CHACHA = "ChaCha20-Poly1305"
const ML_KEM = "ML-KEM-768"
/** Web Crypto takes X25519 scalars as PKCS #8 only; the head never changes (RFC 8410). */
const PKCS8_HEAD = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20)
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31))

const kdf: Kdf = {
    async from(ikm) {
        const key = await subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"])
        return async (salt, info, length) => {
            const bits = await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8)
            return new Uint8Array(bits)
        }
    },
    async mac(key, message) {
        const hmac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
        return new Uint8Array(await subtle.sign("HMAC", hmac, message))
    },
}

const aead: Aead = async (raw) => {
    const key = await modern.importKey("raw-secret", raw, CHACHA, false, ["encrypt", "decrypt"])
    return {
        async seal(iv, content) {
            return new Uint8Array(await subtle.encrypt({ name: CHACHA, iv }, key, content))
        },
        async open(iv, sealed) {
            return subtle.decrypt({ name: CHACHA, iv }, key, sealed).then((content) => new Uint8Array(content), ifInvalid)
        },
    }
}

const x25519: X25519 = async (scalar) => (scalar === undefined ? freshPair() : pairOf(scalar))

async function freshPair(): Promise<Pair> {
    const pair = await subtle.generateKey("X25519", false, ["deriveBits"])
    return {
        publicKey: async () => new Uint8Array(await subtle.exportKey("raw", pair.publicKey)),
        shared: async (peer) => multiply(pair.privateKey, peer).catch(ifInvalid),
    }
}

async function pairOf(scalar: Bytes): Promise<Pair> {
    const pkcs8 = concat(PKCS8_HEAD, scalar)
    try {
        const key = await subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"])
        return {
            publicKey: async () => multiply(key, BASE_POINT),
            shared: async (peer) => multiply(key, peer).catch(ifInvalid),
        }
    } finally {
        wipe(pkcs8)
    }
}

async function multiply(key: CryptoKey, peer: Bytes): Promise<Bytes> {
    const point = await subtle.importKey("raw", peer, "X25519", false, [])
    return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: point }, key, 256))
}

const mlKem: MlKem = {
    async key(seed) {
        const key = await modern.importKey("raw-seed", seed, ML_KEM, false, ["decapsulateBits"])
        return {
            async publicKey() {
                const publicKey = await modern.getPublicKey(key, ["encapsulateBits"])
                return new Uint8Array(await modern.exportKey("raw-public", publicKey))
            },
            async decapsulate(ciphertext) {
                return new Uint8Array(await modern.decapsulateBits(ML_KEM, key, ownBytes(ciphertext)))
            },
        }
    },
    async encapsulate(publicKey) {
        const key = await modern.importKey("raw-public", publicKey, ML_KEM, false, ["encapsulateBits"])
        const { ciphertext, sharedKey } = await modern.encapsulateBits(ML_KEM, key)
        return { ciphertext: new Uint8Array(ciphertext), secret: new Uint8Array(sharedKey) }
    },
}

export const nativePrimitives: Primitives = { kdf, aead, x25519, mlKem }

/** The platform's one answer to a tag that does not verify, and to a secret of zeros. */
function ifInvalid(error: unknown): null {
    if (error instanceof DOMException && error.name === "OperationError") return null
    throw error
}
