/**
 * Vectors by others for the primitives that we call: Wycheproof (tests/data/wycheproof) and RFC
 * 9180 (tests/data/hpke). Each check gives what differs, in words; so it runs in Node and in a browser.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js"
import { shake128 } from "@noble/hashes/sha3.js"

import type { Primitives } from "../../src/age/primitives.ts"
import { Hpke } from "../../src/age/hpke.ts"
import { concat, encodeText, equal, ownBytes, type Bytes } from "../../src/bytes.ts"
import type { Ed25519 } from "../../src/ed25519.ts"

interface Group<T> {
    readonly tests: readonly (T & { readonly tcId: number; readonly comment: string; readonly result: string })[]
}

export interface Wycheproof {
    readonly chacha20_poly1305: readonly (Group<Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag", string>> & { readonly ivSize: number })[]
    readonly hkdf_sha256: readonly Group<Record<"ikm" | "salt" | "info" | "okm", string> & { readonly size: number }>[]
    readonly x25519: readonly Group<Record<"public" | "private" | "shared", string>>[]
    readonly mlkem_768_keygen_seed: readonly Group<Record<"seed" | "ek", string>>[]
    readonly ed25519: readonly (Group<Record<"msg" | "sig", string>> & { readonly publicKey: { readonly pk: string } })[]
}

export interface Rfc9180 {
    readonly kem_id: number
    readonly kdf_id: number
    readonly aead_id: number
    readonly info: string
    readonly skRm: string
    readonly pkRm: string
    readonly enc: string
    readonly encryptions_accumulated?: string
}

/** How many were tried, and those that differ. */
export interface Checked {
    readonly tried: number
    readonly wrong: readonly string[]
}

/** All that age files stand on. Of ChaCha20-Poly1305 only those with 12-byte nonces and no associated data, as we call it. */
export async function checkPrimitives(by: Primitives, data: Wycheproof): Promise<Record<string, Checked>> {
    return {
        chacha20_poly1305: await check(data.chacha20_poly1305.filter((group) => group.ivSize === 96), async (test) => {
            if (test.aad !== "") return null
            const cipher = await by.aead(hex(test.key))
            const [nonce, sealed] = [hex(test.iv), concat(hex(test.ct), hex(test.tag))]
            const flipped = Uint8Array.from(sealed, (byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte))
            return (
                equal(await cipher.seal(nonce, hex(test.msg)), sealed) &&
                same(await cipher.open(nonce, sealed), test.msg) &&
                (await cipher.open(nonce, flipped)) === null
            )
        }),
        hkdf_sha256: await check(data.hkdf_sha256, async ({ ikm, salt, info, size, okm, result }) => {
            const derive = await by.kdf.from(hex(ikm))
            const work = derive(hex(salt), hex(info), size)
            return result === "valid" ? same(await work, okm) : refused(work)
        }),
        x25519: await check(data.x25519, async (test) => {
            const shared = await (await by.x25519(hex(test.private))).shared(hex(test.public))
            return /^0+$/.test(test.shared) ? shared === null : same(shared, test.shared)
        }),
        mlkem_768_keygen_seed: await check(data.mlkem_768_keygen_seed, async ({ seed, ek }) => {
            const key = await by.mlKem.key(hex(seed))
            const publicKey = await key.publicKey()
            const { ciphertext, secret } = await by.mlKem.encapsulate(publicKey)
            return same(publicKey, ek) && equal(await key.decapsulate(ciphertext), secret)
        }),
    }
}

/** Signatures, good and bad. */
export async function checkEd25519(by: Ed25519, data: Wycheproof): Promise<Checked> {
    const groups = data.ed25519.map(({ publicKey, tests }) => ({ tests: tests.map((test) => ({ ...test, pk: publicKey.pk })) }))
    return check(groups, async ({ pk, msg, sig, result }) =>
        (await by.verify(hex(pk), hex(msg), hex(sig))) === (result === "valid"),
    )
}

/**
 * The key schedule, by the one vector of HKDF-SHA256 and ChaCha20-Poly1305 with X25519: key and
 * base nonce are right if 1000 messages sealed under them hash to what the vector says.
 */
export async function checkHpke(by: Primitives, data: readonly Rfc9180[]): Promise<Checked> {
    const [vector] = data.filter(({ kem_id, kdf_id, aead_id }) => kem_id === 0x20 && kdf_id === 1 && aead_id === 3)
    if (vector === undefined) return { tried: 0, wrong: [] }
    const secret = await dhKem(by, vector)
    const { key, nonce } = await new Hpke({ kem: vector.kem_id, info: hex(vector.info) }).keys(by.kdf, secret)
    const right = accumulate(key, nonce) === vector.encryptions_accumulated
    return { tried: 1, wrong: right ? [] : ["RFC 9180 A.2.1"] }
}

async function check<T>(groups: readonly Group<T>[], right: (test: Group<T>["tests"][number]) => Promise<boolean | null>): Promise<Checked> {
    let tried = 0
    const wrong: string[] = []
    for (const test of groups.flatMap(({ tests }) => tests)) {
        const verdict = await right(test)
        if (verdict !== null) tried += 1
        if (verdict === false) wrong.push(`${test.tcId}: ${test.comment}`)
    }
    return { tried, wrong }
}

/** DHKEM(X25519, HKDF-SHA256) of RFC 9180 section 4.1: the vector's KEM, which age has no use for. */
async function dhKem({ x25519, kdf }: Primitives, { skRm, pkRm, enc }: Rfc9180): Promise<Bytes> {
    const id = concat(encodeText("KEM"), Uint8Array.of(0, 0x20))
    const shared = await (await x25519(hex(skRm))).shared(hex(enc))
    const labeled = (label: string, value: Bytes): Bytes => concat(encodeText("HPKE-v1"), id, encodeText(label), value)
    const info = concat(Uint8Array.of(0, 32), labeled("shared_secret", concat(hex(enc), hex(pkRm))))
    const derive = await kdf.from(labeled("eae_prk", shared ?? new Uint8Array()))
    return derive(new Uint8Array(), info, 32)
}

/** As the vector's makers did: inputs drawn from SHAKE128 of nothing, ciphertexts put into another. */
function accumulate(key: Bytes, baseNonce: Bytes): string {
    const [source, sink] = [shake128.create({}), shake128.create({})]
    const draw = (): Uint8Array => source.xof(source.xof(1)[0] ?? 0)
    for (let sequence = 0; sequence < 1000; sequence += 1) {
        const [aad, message] = [draw(), draw()]
        const nonce = baseNonce.slice()
        const view = new DataView(nonce.buffer)
        view.setUint32(8, view.getUint32(8) ^ sequence)
        sink.update(chacha20poly1305(key, nonce, aad).encrypt(message))
    }
    return Array.from(sink.xof(16), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

async function refused(work: Promise<unknown>): Promise<boolean> {
    return work.then(() => false, () => true)
}

function same(bytes: Bytes | null, expected: string): boolean {
    return bytes !== null && equal(bytes, hex(expected))
}

function hex(text: string): Bytes {
    return ownBytes(Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16)))
}
