/** Vectors without ciphertexts: canonical JSON, padding, keys, signatures, look-ups. */

import { bech32 } from "@scure/base"
import { generateX25519Identity, identityToRecipient } from "age-encryption"

import { canonical, encodeIdentity, padme, recipientFingerprint, recipientOf, sign, fingerprint, toBase64url } from "../../src/index.ts"
import { encodeText } from "../../src/bytes.ts"
import { publicKeyOf } from "../../src/ed25519.ts"
import { ann, DIRECTORY_SEED, directoryKey, lookupOf, maya, NOW, seed, signedLookup, tom } from "../../test/people.ts"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const WRITTEN: readonly [string, unknown][] = [
    ["empty object", {}],
    ["empty array", []],
    ["constants", [null, true, false]],
    ["integers", [0, -1, 10]],
    ["the largest and the smallest integer", [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    ["members sorted, at every depth", { b: { d: 1, c: 2 }, a: [{ z: 0, y: 0 }] }],
    ["sorted by UTF-16 code units, not code points", { "\u{1f600}": 1, "\uffee": 2, "é": 3, z: 4, Z: 5, "": 6, "10": 7, "9": 8 }],
    ["short escapes", "\b\t\n\f\r\"\\/"],
    ["control characters in lower-case hex", "\u0000\u001f\u007f"],
    ["nothing else is escaped", "é – \u2028 \u2029 \u{1f600} <script>"],
    ["no normalisation", ["é", "e\u0301"]],
    ["a member named like a prototype", JSON.parse('{"__proto__":1}')],
]

const REFUSED: readonly [string, string][] = [
    ["white space", '{"a": 1}'],
    ["white space at the end", "{}\n"],
    ["unsorted members", '{"b":1,"a":2}'],
    ["members sorted by code points", '{"\uffee":2,"\u{1f600}":1}'],
    ["a duplicate member", '{"a":1,"a":1}'],
    ["a duplicate member by escape", '{"a":1,"\\u0061":1}'],
    ["a fraction", '{"a":1.5}'],
    ["an integer written as a fraction", '{"a":1.0}'],
    ["an exponent", '{"a":1e2}'],
    ["minus zero", '{"a":-0}'],
    ["a leading zero", '{"a":01}'],
    ["an integer beyond 2^53 - 1", '{"a":9007199254740992}'],
    ["an integer below -2^53 + 1", '{"a":-9007199254740992}'],
    ["not a number", '{"a":NaN}'],
    ["an infinite number", '{"a":1e999}'],
    ["a lone high surrogate", '{"a":"\\ud800"}'],
    ["a lone low surrogate", '{"a":"\\udc00"}'],
    ["a lone surrogate as a name", '{"\\ud800":1}'],
    ["a needless escape", '{"a":"\\u0061"}'],
    ["an escaped slash", '{"a":"\\/"}'],
    ["upper-case hex", '{"a":"\\u001F"}'],
    ["a surrogate pair written as escapes", '{"a":"\\ud83d\\ude00"}'],
    ["a trailing comma", '{"a":1,}'],
    ["two values", "{}{}"],
    ["a byte order mark", "\ufeff{}"],
    ["nothing", ""],
    ["nested 2,000 deep", "[".repeat(2_000) + "]".repeat(2_000)],
]

/** Cases of docs/spec/statement.md section 1. */
export function canonicalVectors(): unknown {
    return {
        about: "docs/spec/statement.md section 1. `write`: the text of a value. `refuse`: texts that are not canonical.",
        write: WRITTEN.map(([name, value]) => ({ name, value, text: canonical(value) })),
        refuse: REFUSED.map(([name, text]) => ({ name, text })),
    }
}

const LENGTHS = [0, 1, 2, 3, 4, 5, 8, 9, 10, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 1000, 1023,
    1024, 1025, 4097, 65535, 65536, 65537, 100_000, 1_048_575, 1_048_576, 1_048_577, 26_214_400, 26_214_401, 4_294_967_296, 4_294_967_297]

/** Cases of docs/spec/padding.md. */
export function padmeVectors(): unknown {
    const content = encodeText("content 9")
    const padded = (...rest: number[]): string => hex(Uint8Array.from([...content, ...rest]))
    return {
        about: "docs/spec/padding.md. `unpad`: padded content, hex, whose signed size is `size`; content null means refused.",
        lengths: LENGTHS.map((n) => ({ n, padded: padme(n) })),
        unpad: [
            { name: "nine bytes and one zero", padded: padded(0), size: 9, content: padded() },
            { name: "nothing", padded: "", size: 0, content: "" },
            { name: "no padding needed", padded: padded(1), size: 10, content: padded(1) },
            { name: "padding that is not zero", padded: padded(1), size: 9, content: null },
            { name: "padding left out", padded: padded(), size: 9, content: null },
            { name: "one zero too many", padded: padded(0, 0), size: 9, content: null },
            { name: "shorter than its size", padded: padded(0), size: 11, content: null },
            { name: "content where nothing was signed", padded: "00", size: 0, content: null },
        ],
    }
}

/** Cases of docs/spec/objects.md section 1. Identities are made of fixed seeds and not for use. */
export async function keyVectors(oldClassical?: string): Promise<unknown> {
    const classical = oldClassical ?? (await identityToRecipient(await generateX25519Identity()))
    const identities = await Promise.all([0, 1, 2, 0xff].map(async (byte) => {
        const identity = encodeIdentity(seed(byte))
        const recipient = await recipientOf(identity)
        return { seed: hex(seed(byte)), identity, recipient, fingerprint: await recipientFingerprint(recipient) }
    }))
    const signing = await Promise.all([0, 1, 0x81].map(async (byte) => {
        const key = publicKeyOf(seed(byte))
        return { seed: hex(seed(byte)), public_key: toBase64url(key), fingerprint: await fingerprint(key) }
    }))
    const { recipient, identity } = ann
    return {
        about: "docs/spec/objects.md section 1. `reason` is classical (another kind of key) or damaged.",
        identities,
        signing,
        refused_recipients: [
            { name: "a classical recipient", text: classical, reason: "classical" },
            { name: "a tag recipient", text: recipient.replace("age1pq1", "age1tag1"), reason: "classical" },
            { name: "an identity", text: identity, reason: "classical" },
            { name: "upper case", text: recipient.toUpperCase(), reason: "classical" },
            { name: "nothing", text: "", reason: "classical" },
            { name: "one character changed", text: recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q"), reason: "damaged" },
            { name: "cut short", text: recipient.slice(0, -8), reason: "damaged" },
            { name: "mixed case", text: recipient.slice(0, 7) + recipient.slice(7).toUpperCase(), reason: "damaged" },
            { name: "a longer prefix", text: relabelled("age1pq1q", recipient), reason: "damaged" },
            { name: "a space at the end", text: `${recipient} `, reason: "damaged" },
        ],
        refused_identities: [
            { name: "lower case", text: identity.toLowerCase() },
            { name: "one character changed", text: identity.slice(0, -1) + (identity.endsWith("Q") ? "P" : "Q") },
            { name: "cut short", text: identity.slice(0, -8) },
            { name: "a longer prefix", text: relabelled("age-secret-key-pq-1q", identity).toUpperCase() },
            { name: "a recipient", text: recipient },
        ],
    }
}

/** The same bytes under another prefix, with a checksum that fits. */
function relabelled(prefix: string, text: string): string {
    return bech32.encode(prefix, bech32.decode(text as `${string}1${string}`, false).words, false)
}

/** Cases of docs/spec/statement.md sections 2 and 7. */
export async function lookupVectors(): Promise<unknown> {
    const good = await signedLookup(lookupOf(maya))
    const signed = async (name: string, value: unknown): Promise<unknown> => ({ name, ...(await signedLookup(value)), address: maya.address })
    const { level: _, ...short } = lookupOf(maya)
    const spaced = good.text.replace(":", ": ")
    return {
        about: "docs/spec/statement.md section 7. Signed by `directory_key` (base64url), made of `directory_seed` (hex).",
        directory_seed: hex(DIRECTORY_SEED),
        directory_key: directoryKey,
        accept: [
            { name: "a client's", ...good, address: maya.address },
            { name: "without a signing key", ...(await signedLookup(lookupOf(tom, { signing_key: null }))), address: tom.address },
            { name: "of a key that was replaced", ...(await signedLookup(lookupOf(maya, { until: NOW }))), address: maya.address },
            { name: "of a key of her own", ...(await signedLookup(lookupOf(maya, { custody: "self-held", level: "self-held" }))), address: maya.address },
        ],
        refuse: [
            { name: "about another address", ...good, address: tom.address },
            { name: "signed under the domain of statements", text: good.text, signature: await sign("letterlock/statement/v1", good.text, DIRECTORY_SEED), address: maya.address },
            { name: "signed by another key", text: good.text, signature: await sign("letterlock/lookup/v1", good.text, seed(0xd1)), address: maya.address },
            { name: "signed by another key that claims the directory's", text: good.text, signature: { ...(await sign("letterlock/lookup/v1", good.text, seed(0xd1))), key: good.signature.key }, address: maya.address },
            { name: "changed after signing", text: good.text.replace(maya.address, tom.address), signature: good.signature, address: tom.address },
            { name: "not canonical", text: spaced, signature: await sign("letterlock/lookup/v1", spaced, DIRECTORY_SEED), address: maya.address },
            { name: "another algorithm", text: good.text, signature: { ...good.signature, alg: "Ed448" }, address: maya.address },
            await signed("a recipient that does not fit its fingerprint", lookupOf(maya, { recipient: tom.recipient })),
            await signed("a classical recipient", { ...lookupOf(maya), recipient: "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqs3290gq" }),
            await signed("a signing key of the wrong length", lookupOf(maya, { signing_key: "AAAA" })),
            await signed("an unknown member", { ...lookupOf(maya), name: "Maya" }),
            await signed("a missing member", short),
            await signed("an unknown version", { ...lookupOf(maya), v: 2 }),
            await signed("an unknown level", { ...lookupOf(maya), level: "strong" }),
            await signed("a replacement before 1970", lookupOf(maya, { until: -1 })),
            await signed("a checkpoint of no log", { ...lookupOf(maya), checkpoint: "1" }),
        ],
    }
}
