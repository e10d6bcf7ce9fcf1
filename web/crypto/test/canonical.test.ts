import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { canonical, NotCanonical, parseCanonical } from "../src/index.ts"
import { vectors } from "./vectors.ts"

const { write, refuse } = vectors("canonical.json")

/** JSON as ours: integers, well-formed strings. */
const json = fc.letrec((tie) => ({
    value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger().map((n) => n + 0),
        fc.string({ unit: "binary" }),
        fc.array(tie("value"), { maxLength: 5 }),
        fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 5 }),
    ),
})).value

describe("canonical JSON", () => {
    for (const { name, value, text } of write) {
        it(`writes ${name}`, () => {
            assert.equal(canonical(value), text)
            assert.deepEqual(parseCanonical(text), value)
        })
    }

    for (const { name, text } of refuse) {
        it(`refuses ${name}`, () => {
            assert.throws(() => parseCanonical(text), NotCanonical)
        })
    }

    for (const [name, value] of [
        ["undefined", { a: undefined }], ["a date", new Date(0)], ["a map", new Map()], ["a function", (): number => 1],
        ["a big integer", 1n], ["a fraction", 0.5], ["infinity", Infinity], ["a lone surrogate", "\ud800"],
        ["bytes", new Uint8Array(1)], ["a hole", new Array(1)],
    ] as const) {
        it(`has no text for ${name}`, () => {
            assert.throws(() => canonical(value), NotCanonical)
        })
    }

    it("writes minus zero as zero", () => {
        assert.equal(canonical(-0), "0")
    })

    it("does not quote what it refuses", () => {
        assert.throws(() => parseCanonical("{ my secret"), (error: Error) => !error.stack?.includes("my secret") && error.cause === undefined)
    })

    it("gives every value back", () => {
        fc.assert(fc.property(json, (value) => {
            const text = canonical(value)
            assert.equal(canonical(parseCanonical(text)), text)
            assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(text))
        }))
    })

    it("gives one text whatever the order of members", () => {
        fc.assert(fc.property(fc.dictionary(fc.string({ unit: "binary" }), json), (value) => {
            assert.equal(canonical(Object.fromEntries(Object.entries(value).reverse())), canonical(value))
        }))
    })

    it("takes no text but the one it writes", () => {
        fc.assert(fc.property(json, fc.nat(), fc.constantFrom(" ", "\n", "\t"), (value, at, space) => {
            const text = canonical({ value })
            const where = at % (text.length + 1)
            const spaced = text.slice(0, where) + space + text.slice(where)
            try {
                // Inside a string a space is part of it, and the text is another one.
                assert.equal(canonical(parseCanonical(spaced)), spaced)
            } catch (error) {
                assert.ok(error instanceof NotCanonical)
            }
        }))
    })

    it("is refused as deep when it is read as when it is written", () => {
        const nested = (depth: number, inner: string): string => "[".repeat(depth) + inner + "]".repeat(depth)
        for (const inner of ["1", '"a"', "null", "true", ""]) {
            const most = inner === "" ? 65 : 64
            assert.equal(canonical(parseCanonical(nested(most, inner))), nested(most, inner))
            assert.throws(() => parseCanonical(nested(most + 1, inner)), NotCanonical)
        }
    })

    it("is taken by members that look like numbers only in the order of their characters", () => {
        assert.deepEqual(parseCanonical('{"10":1,"9":2}'), { 9: 2, 10: 1 })
        assert.throws(() => parseCanonical('{"9":2,"10":1}'), NotCanonical)
        assert.throws(() => parseCanonical('{"a":1,"a":1}'), NotCanonical)
        assert.throws(() => parseCanonical('{"b":1,"a":2}'), NotCanonical)
    })
})
