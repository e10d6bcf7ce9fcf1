/**
 * The limit: Web Crypto with nothing around it. 64 KiB chunks, all at once, left apart; per reader
 * one key agreement, HKDF and an AEAD wrap of the 32-byte file key. It is no format: nothing
 * authenticates the order of chunks, the header or the end, and nothing is encoded.
 */

import { last, several, type Bytes, type Contender } from "./contender.ts"

export const CHUNK = 64 * 1024
const TAG = 16
export type Cipher = "ChaCha20-Poly1305" | "AES-GCM"
export type Agreement = "hybrid" | "x25519"

// Chromium's ML-KEM is newer than the types that TypeScript brings.
interface Kem {
    importKey(format: "raw-public" | "raw-secret", key: Bytes, algorithm: { name: string }, extractable: boolean, usages: readonly string[]): Promise<CryptoKey>
    exportKey(format: "raw-public", key: CryptoKey): Promise<ArrayBuffer>
    generateKey(algorithm: { name: "ML-KEM-768" }, extractable: boolean, usages: readonly string[]): Promise<CryptoKeyPair>
    encapsulateBits(algorithm: { name: "ML-KEM-768" }, key: CryptoKey): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>
    decapsulateBits(algorithm: { name: "ML-KEM-768" }, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>
}
const subtle = crypto.subtle
const kem = subtle as unknown as Kem
const ML_KEM = { name: "ML-KEM-768" } as const
const X25519 = { name: "X25519" } as const

/** A reader: public halves as bytes, as a directory gives them; own halves as keys. */
interface Reader {
    readonly own: { readonly x25519: CryptoKey; readonly mlKem: CryptoKey | null }
    readonly x25519: Bytes
    readonly mlKem: Bytes | null
}

interface Wrap {
    readonly share: Bytes
    readonly ciphertext: Bytes | null
    readonly key: Bytes
}

/** Whole contents to some readers. */
export function bare(cipher: Cipher, agreement: Agreement): Contender {
    const prepare = async (count: number) => {
        const readers = await several(count, () => newReader(agreement))
        return async (content: Bytes) => {
            const fileKey = crypto.getRandomValues(new Uint8Array(32))
            const [chunks, wraps] = await Promise.all([
                sealChunks(cipher, fileKey, content), Promise.all(readers.map((reader) => wrap(cipher, reader, fileKey))),
            ])
            return {
                size: sum(chunks) + wraps.reduce((total, each) => total + sizeOf(each), 0),
                open: async () => openChunks(cipher, await unwrap(cipher, last(readers), last(wraps)), chunks),
            }
        }
    }
    return { name: bareName(cipher, agreement), prepare }
}

/** Like {@link bare}, with the chunks in one piece, as a format gives them. */
export function bareJoined(cipher: Cipher, agreement: Agreement): Contender {
    const prepare = async (count: number) => {
        const readers = await several(count, () => newReader(agreement))
        return async (content: Bytes) => {
            const fileKey = crypto.getRandomValues(new Uint8Array(32))
            const wraps = await Promise.all(readers.map((reader) => wrap(cipher, reader, fileKey)))
            const sealed = await inOnePiece(content, CHUNK, TAG, await cipherKey(cipher, fileKey), sealChunk.bind(null, cipher))
            const open = async () => {
                const key = await cipherKey(cipher, await unwrap(cipher, last(readers), last(wraps)))
                return [await inOnePiece(sealed, CHUNK + TAG, -TAG, key, openChunk.bind(null, cipher))]
            }
            return { size: sealed.length + wraps.reduce((total, each) => total + sizeOf(each), 0), open }
        }
    }
    return { name: `${bareName(cipher, agreement)}, in one piece`, prepare }
}

/** `count` wraps of a key and nothing else: the limit of what envelopes cost. */
export function bareWraps(cipher: Cipher, agreement: Agreement): Contender {
    const prepare = async (count: number) => {
        const readers = await several(count, () => newReader(agreement))
        return async (content: Bytes) => {
            const wraps = await Promise.all(readers.map((reader) => wrap(cipher, reader, content.subarray(0, 32))))
            return {
                size: wraps.reduce((total, each) => total + sizeOf(each), 0),
                open: async () => [await unwrap(cipher, last(readers), last(wraps)), content.subarray(32)],
            }
        }
    }
    return { name: `${bareName(cipher, agreement)}, key only`, prepare }
}

export function bareName(cipher: Cipher, agreement: Agreement): string {
    return `bare ${cipher === "AES-GCM" ? "GCM" : "ChaCha"} ${agreement}`
}

/** A secret key for {@link sealChunk} and {@link openChunk}. */
export function cipherKey(cipher: Cipher, key: Bytes): Promise<CryptoKey> {
    return kem.importKey(cipher === "AES-GCM" ? ("raw" as "raw-secret") : "raw-secret", key, { name: cipher }, false, ["encrypt", "decrypt"])
}

export async function sealChunk(cipher: Cipher, key: CryptoKey, chunk: Bytes, index: number): Promise<Bytes> {
    return new Uint8Array(await subtle.encrypt({ name: cipher, iv: nonce(index) }, key, chunk))
}

export async function openChunk(cipher: Cipher, key: CryptoKey, chunk: Bytes, index: number): Promise<Bytes> {
    return new Uint8Array(await subtle.decrypt({ name: cipher, iv: nonce(index) }, key, chunk))
}

async function sealChunks(cipher: Cipher, fileKey: Bytes, content: Bytes): Promise<Bytes[]> {
    const key = await cipherKey(cipher, fileKey)
    const count = Math.max(1, Math.ceil(content.length / CHUNK))
    const chunks = Array.from({ length: count }, (_, at) => content.subarray(at * CHUNK, (at + 1) * CHUNK))
    return Promise.all(chunks.map((chunk, at) => sealChunk(cipher, key, chunk, at)))
}

async function openChunks(cipher: Cipher, fileKey: Bytes, chunks: readonly Bytes[]): Promise<Bytes[]> {
    const key = await cipherKey(cipher, fileKey)
    return Promise.all(chunks.map((chunk, at) => openChunk(cipher, key, chunk, at)))
}

/** Each chunk of `size` bytes worked on and put in its place; each becomes longer by `more`. */
async function inOnePiece(
    content: Bytes, size: number, more: number, key: CryptoKey,
    work: (key: CryptoKey, chunk: Bytes, index: number) => Promise<Bytes>,
): Promise<Bytes> {
    const count = Math.max(1, Math.ceil(content.length / size))
    const joined = new Uint8Array(content.length + count * more)
    await Promise.all(Array.from({ length: count }, async (_, at) => {
        joined.set(await work(key, content.subarray(at * size, (at + 1) * size), at), at * (size + more))
    }))
    return joined
}

async function newReader(agreement: Agreement): Promise<Reader> {
    const own = await freshPair()
    const x25519 = new Uint8Array(await subtle.exportKey("raw", own.publicKey))
    if (agreement === "x25519") return { own: { x25519: own.privateKey, mlKem: null }, x25519, mlKem: null }
    const pair = await kem.generateKey(ML_KEM, false, ["encapsulateBits", "decapsulateBits"])
    const mlKem = new Uint8Array(await kem.exportKey("raw-public", pair.publicKey))
    return { own: { x25519: own.privateKey, mlKem: pair.privateKey }, x25519, mlKem }
}

async function wrap(cipher: Cipher, reader: Reader, fileKey: Bytes): Promise<Wrap> {
    const [[dh, share], secret] = await Promise.all([agree(reader.x25519), reader.mlKem && encapsulate(reader.mlKem)])
    const key = await wrappingKey(cipher, secret ? [secret.shared, dh] : [dh])
    return { share, ciphertext: secret && secret.ciphertext, key: await sealChunk(cipher, key, fileKey, 0) }
}

async function unwrap(cipher: Cipher, { own }: Reader, { share, ciphertext, key }: Wrap): Promise<Bytes> {
    const peer = await subtle.importKey("raw", share, X25519, false, [])
    const [dh, shared] = await Promise.all([
        subtle.deriveBits({ name: "X25519", public: peer }, own.x25519, 256),
        own.mlKem && ciphertext && kem.decapsulateBits(ML_KEM, own.mlKem, ciphertext),
    ])
    return openChunk(cipher, await wrappingKey(cipher, shared ? [shared, dh] : [dh]), key, 0)
}

/** WebKitGTK fails once in some 200 times; then the next try works. */
function freshPair(): Promise<CryptoKeyPair> {
    const make = (): Promise<CryptoKeyPair> => subtle.generateKey(X25519, false, ["deriveBits"])
    return make().catch(make)
}

async function agree(publicKey: Bytes): Promise<[dh: ArrayBuffer, share: Bytes]> {
    const [peer, own] = await Promise.all([
        subtle.importKey("raw", publicKey, X25519, false, []),
        freshPair(),
    ])
    const [dh, share] = await Promise.all([
        subtle.deriveBits({ name: "X25519", public: peer }, own.privateKey, 256), subtle.exportKey("raw", own.publicKey),
    ])
    return [dh, new Uint8Array(share)]
}

async function encapsulate(publicKey: Bytes): Promise<{ shared: ArrayBuffer; ciphertext: Bytes }> {
    const peer = await kem.importKey("raw-public", publicKey, ML_KEM, false, ["encapsulateBits"])
    const { sharedKey, ciphertext } = await kem.encapsulateBits(ML_KEM, peer)
    return { shared: sharedKey, ciphertext: new Uint8Array(ciphertext) }
}

async function wrappingKey(cipher: Cipher, secrets: readonly ArrayBuffer[]): Promise<CryptoKey> {
    const joined = new Uint8Array(32 * secrets.length)
    secrets.forEach((secret, at) => { joined.set(new Uint8Array(secret), at * 32) })
    const base = await subtle.importKey("raw", joined, "HKDF", false, ["deriveBits"])
    const bits = await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new Uint8Array() }, base, 256)
    return cipherKey(cipher, new Uint8Array(bits))
}

function nonce(index: number): Bytes {
    const bytes = new Uint8Array(12)
    new DataView(bytes.buffer).setUint32(8, index)
    return bytes
}

function sum(chunks: readonly Uint8Array[]): number {
    return chunks.reduce((total, chunk) => total + chunk.length, 0)
}

function sizeOf({ share, ciphertext, key }: Wrap): number {
    return share.length + (ciphertext?.length ?? 0) + key.length
}
