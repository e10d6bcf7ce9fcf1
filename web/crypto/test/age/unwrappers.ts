/** Unwrappers that production has not: X25519 and scrypt (https://c2sp.org/age), for the suite's files. */

import { scryptAsync } from "@noble/hashes/scrypt.js"
import { bech32 } from "@scure/base"

import { decode, type Stanza } from "../../src/age/header.ts"
import { hybridUnwrapper } from "../../src/age/hybrid.ts"
import type { Primitives } from "../../src/age/primitives.ts"
import type { Unwrapper } from "../../src/age/reader.ts"
import { secretKeyOf } from "../../src/age/xwing.ts"
import { concat, encodeText, ownBytes, type Bytes } from "../../src/bytes.ts"
import { MalformedFile } from "../../src/errors.ts"
import { decodeIdentity } from "../../src/keytext.ts"

const BODY_SIZE = 32
const NONCE: Bytes = new Uint8Array(12)
const MAX_WORK_FACTOR = 20

/** Of all identities and passphrases of a file. */
export function unwrapperOf(
    by: Primitives, { identities, passphrases }: { identities: readonly string[]; passphrases: readonly string[] },
): Unwrapper {
    const unwrappers = [
        ...identities.map((text) =>
            text.startsWith("AGE-SECRET-KEY-PQ-1") ? postQuantumUnwrapper(by, text) : x25519Unwrapper(by, text),
        ),
        ...passphrases.map((passphrase) => scryptUnwrapper(by, passphrase)),
    ]
    return async (stanzas) => {
        for (const unwrap of unwrappers) {
            const fileKey = await unwrap(stanzas)
            if (fileKey !== null) return fileKey
        }
        return null
    }
}

function postQuantumUnwrapper(by: Primitives, identity: string): Unwrapper {
    return async (stanzas) => hybridUnwrapper(by, await secretKeyOf(by, decodeIdentity(identity)))(stanzas)
}

function x25519Unwrapper(by: Primitives, identity: string): Unwrapper {
    const scalar = ownBytes(bech32.decodeToBytes(identity).bytes)
    return async (stanzas) => {
        for (const stanza of stanzas.filter(({ args: [type] }) => type === "X25519")) {
            const [, share] = requireArguments(stanza, 2).map((text, index) => (index === 0 ? NONE : decode(text)))
            if (share?.length !== 32) throw new MalformedFile("stanza")
            const pair = await by.x25519(scalar)
            const shared = await pair.shared(share)
            if (shared === null) throw new MalformedFile("stanza")
            const info = encodeText("age-encryption.org/v1/X25519")
            const derive = await by.kdf.from(shared)
            const fileKey = await open(by, await derive(concat(share, await pair.publicKey()), info, 32), stanza)
            if (fileKey !== null) return fileKey
        }
        return null
    }
}

function scryptUnwrapper(by: Primitives, passphrase: string): Unwrapper {
    return async (stanzas) => {
        const [stanza] = stanzas.filter(({ args: [type] }) => type === "scrypt")
        if (stanza === undefined) return null
        if (stanzas.length > 1) throw new MalformedFile("stanza")
        const [, salt, factor] = requireArguments(stanza, 3)
        const bytes = decode(salt ?? "")
        if (bytes.length !== 16 || !/^[1-9]\d?$/.test(factor ?? "") || Number(factor) > MAX_WORK_FACTOR) {
            throw new MalformedFile("stanza")
        }
        const whole = concat(encodeText("age-encryption.org/v1/scrypt"), bytes)
        const key = await scryptAsync(encodeText(passphrase), whole, { N: 2 ** Number(factor), r: 8, p: 1, dkLen: 32 })
        return open(by, ownBytes(key), stanza)
    }
}

const NONE: Bytes = new Uint8Array()

function requireArguments({ args, body }: Stanza, count: number): readonly string[] {
    if (args.length !== count || body.length !== BODY_SIZE) throw new MalformedFile("stanza")
    return args
}

async function open(by: Primitives, key: Bytes, { body }: Stanza): Promise<Bytes | null> {
    return (await by.aead(key)).open(NONCE, body)
}
