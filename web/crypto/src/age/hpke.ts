/** HPKE base mode (RFC 9180) with HKDF-SHA256 and ChaCha20-Poly1305, from a KEM's secret on. */

import { concat, encodeText, type Bytes } from "../bytes.ts"
import type { Cipher, Derive, Kdf, Primitives } from "./primitives.ts"

/** KEM id, HKDF-SHA256 (1), ChaCha20-Poly1305 (3). */
export interface Suite {
    readonly kem: number
    readonly info: Bytes
}

/** The part of the key schedule that is the same for all messages of a suite; all public. */
interface Schedule {
    /** Of the labelled empty PSK; a KEM's secret is the salt. */
    readonly derive: Derive
    readonly key: Bytes
    readonly nonce: Bytes
}

const NONE: Bytes = new Uint8Array()
const MODE_BASE = Uint8Array.of(0)
const KEY_SIZE = 32
const NONCE_SIZE = 12

/** Made once for a suite; opens and seals the first message of a context, as age needs it. */
export class Hpke {
    readonly #suite: Suite
    readonly #schedules = new WeakMap<Kdf, Promise<Schedule>>()

    constructor(suite: Suite) {
        this.#suite = suite
    }

    /** The message, sealed: 16 bytes longer. */
    async seal(by: Primitives, secret: Bytes, message: Bytes): Promise<Bytes> {
        const { cipher, nonce } = await this.#context(by, secret)
        return cipher.seal(nonce, message)
    }

    /** The message; null if it does not verify. */
    async open(by: Primitives, secret: Bytes, sealed: Bytes): Promise<Bytes | null> {
        const { cipher, nonce } = await this.#context(by, secret)
        return cipher.open(nonce, sealed)
    }

    /** Key (32 bytes) and base nonce (12 bytes) of RFC 9180 section 5.1. */
    async keys(kdf: Kdf, secret: Bytes): Promise<{ readonly key: Bytes; readonly nonce: Bytes }> {
        const schedule = this.#schedules.get(kdf) ?? prepare(kdf, this.#suite)
        this.#schedules.set(kdf, schedule)
        const { derive, ...info } = await schedule
        const [key, nonce] = await Promise.all([
            derive(secret, info.key, KEY_SIZE), derive(secret, info.nonce, NONCE_SIZE),
        ])
        return { key, nonce }
    }

    async #context({ kdf, aead }: Primitives, secret: Bytes): Promise<{ cipher: Cipher; nonce: Bytes }> {
        const { key, nonce } = await this.keys(kdf, secret)
        return { cipher: await aead(key), nonce }
    }
}

async function prepare(kdf: Kdf, { kem, info }: Suite): Promise<Schedule> {
    const id = concat(encodeText("HPKE"), Uint8Array.of(kem >> 8, kem & 0xff, 0, 1, 0, 3))
    const labeled = (name: string, ikm: Bytes): Bytes => concat(encodeText("HPKE-v1"), id, encodeText(name), ikm)
    // HKDF's Extract with an empty salt is HMAC under zeros.
    const extract = async (name: string, ikm: Bytes): Promise<Bytes> => kdf.mac(new Uint8Array(32), labeled(name, ikm))
    const context = concat(MODE_BASE, await extract("psk_id_hash", NONE), await extract("info_hash", info))
    return {
        derive: await kdf.from(labeled("secret", NONE)),
        key: concat(Uint8Array.of(0, KEY_SIZE), labeled("key", context)),
        nonce: concat(Uint8Array.of(0, NONCE_SIZE), labeled("base_nonce", context)),
    }
}
