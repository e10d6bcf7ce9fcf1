import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { CryptoClient } from "../src/client.ts"
import { compareKeys, safetyNumber } from "../src/safetynumber.ts"
import { vectors } from "./vectors.ts"
import { startWorker } from "./worker.ts"

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

    it("has a half for each, which stays while the keys of the other change", () => {
        const [{ one, other }] = pairs as [typeof pairs[number]]
        const [mine, hers] = [compareKeys(one, other), compareKeys(other, one)]
        assert.equal([mine.own, hers.own].sort().join(""), mine.number)
        assert.equal(compareKeys(one, { ...other, key: one.key }).own, mine.own)
        assert.notEqual(compareKeys({ ...one, key: other.key }, other).own, mine.own)
    })

    it("is made by the worker too", async () => {
        const [{ one, other, number }] = pairs as [typeof pairs[number]]
        const client = new CryptoClient(() => startWorker().worker)
        assert.equal((await client.compareKeys({ own: one, other })).number, number)
        client.close()
    })

    it("is not made of one person", () => {
        for (const { one } of pairs) assert.throws(() => safetyNumber(one, one), RangeError)
    })
})
