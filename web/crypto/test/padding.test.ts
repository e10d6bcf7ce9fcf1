import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { BadPadding, pad, padme, unpad } from "../src/index.ts"
import { fromHex, vectors } from "./vectors.ts"

const { lengths, unpad: cases } = vectors("padme.json")

describe("padding", () => {
    for (const [n, padded] of [[9, 10], [200, 208], [1000, 1024], [65537, 67584]] as const) {
        it(`pads ${String(n)} bytes to ${String(padded)}, as the spec says`, () => {
            assert.equal(padme(n), padded)
        })
    }

    it("gives the lengths of the vectors", () => {
        for (const { n, padded } of lengths) assert.equal(padme(n), padded, String(n))
    })

    for (const { name, padded, size, content } of cases) {
        it(`${content === null ? "refuses" : "takes"} ${name}`, () => {
            if (content === null) assert.throws(() => unpad(fromHex(padded), size), BadPadding)
            else assert.deepEqual(unpad(fromHex(padded), size), fromHex(content))
        })
    }

    for (const n of [-1, 1.5, NaN, 2 ** 53]) {
        it(`refuses a length of ${String(n)}`, () => {
            assert.throws(() => padme(n), BadPadding)
        })
    }

    it("costs at most 12 % and keeps few low bits, at every length", () => {
        fc.assert(fc.property(fc.integer({ min: 2, max: 2 ** 50 }), (n) => {
            const padded = padme(n)
            assert.ok(padded >= n && padded - n < Math.max(1, n * 0.12))
            assert.equal(padme(padded), padded)
            assert.ok(BigInt(padded).toString(2).replace(/0+$/, "").length <= 1 + n.toString(2).length.toString(2).length)
        }))
    })

    it("never shrinks when the content grows", () => {
        fc.assert(fc.property(fc.nat(1e9), (n) => {
            assert.ok(padme(n) <= padme(n + 1))
        }))
    })

    it("gives every content back, and refuses any other size", () => {
        fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(3000), (bytes, other) => {
            const content = Uint8Array.from(bytes)
            const padded = pad(content)
            assert.deepEqual(unpad(padded, content.length), content)
            fc.pre(padme(other) !== padded.length)
            assert.throws(() => unpad(padded, other), BadPadding)
        }))
    })
})
