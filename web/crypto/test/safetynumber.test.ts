import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { safetyNumber } from "../src/safetynumber.ts"
import { vectors } from "./vectors.ts"

const { pairs } = vectors("safety_numbers.json")

describe("a safety number", () => {
    for (const { name, one, other, number } of pairs) {
        it(`is that of the vectors, whoever makes it: ${name}`, () => {
            assert.equal(safetyNumber(one, other), number)
            assert.equal(safetyNumber(other, one), number)
            assert.match(number, /^\d{60}$/u)
        })
    }

    it("is another for each key and address", () => {
        assert.equal(new Set(pairs.map(({ number }) => number)).size, pairs.length - 1)   // two are the same pair
    })

    it("is not made of one person", () => {
        for (const { one } of pairs) assert.throws(() => safetyNumber(one, one), RangeError)
    })
})
