import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { bech32 } from "@scure/base"
import fc from "fast-check"

import { decode, encode } from "../src/age/bech32.ts"

const prefixes = fc.constantFrom("age1pq", "age-secret-key-pq-", "age")
const contents = fc.uint8Array({ maxLength: 1300 })

describe("Bech32", () => {
    it("is what a library writes, and reads it back in either case", () => {
        fc.assert(
            fc.property(prefixes, contents, (prefix, content) => {
                const text = encode(prefix, content)
                assert.equal(text, bech32.encode(prefix, bech32.toWords(content), false))
                assert.deepEqual(decode(prefix, text), Uint8Array.from(content))
                assert.deepEqual(decode(prefix, text.toUpperCase()), Uint8Array.from(content))
            }),
        )
    })

    it("is read only where the library reads it, and to the same bytes", () => {
        const place = fc.nat(200)
        const character = fc.constantFrom(...Array.from("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1QA é\n"))
        const edits = fc.array(fc.record({ at: place, character, drop: fc.nat(1), keep: fc.boolean() }), { maxLength: 2 })
        fc.assert(
            fc.property(prefixes, fc.uint8Array({ maxLength: 60 }), edits, (prefix, content, changes) => {
                let text = encode(prefix, content)
                for (const { at, character, drop, keep } of changes) {
                    text = text.slice(0, at) + (keep ? character : "") + text.slice(at + drop)
                }
                assert.deepEqual(decode(prefix, text), byLibrary(prefix, text))
            }),
            { numRuns: 2000 },
        )
    })

    it("is refused with a letter that only becomes one of ours in lower case", () => {
        const text = encode("age", Uint8Array.from({ length: 40 }, (_, at) => at)).toUpperCase()
        assert.ok(text.includes("K"))
        assert.equal(decode("age", text.replace("K", "\u212a")), null)
    })

    it("has one spelling: bits left over are zero, though the checksum is right", () => {
        const words = bech32.toWords(Uint8Array.of(255))
        assert.deepEqual(decode("age", bech32.encode("age", words)), Uint8Array.of(255))
        assert.equal(decode("age", bech32.encode("age", [words[0] ?? 0, (words[1] ?? 0) | 1])), null)
        assert.equal(decode("age", bech32.encode("age", [...words, 0])), null)
    })
})

function byLibrary(prefix: string, text: string): Uint8Array | null {
    try {
        const found = bech32.decodeToBytes(text)
        return found.prefix.toLowerCase() === prefix ? found.bytes : null
    } catch {
        return null
    }
}
