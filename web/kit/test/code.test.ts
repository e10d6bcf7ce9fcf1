import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { codeIn, isWhole, showCode } from "../src/code.ts"

for (const typed of ["7KQ2-M8XF", "7kq2m8xf", " 7kq2 m8xf ", "7KQ2\u2011M8XF", "Code 7KQ2-M8XF opens Hart & Co's letter", "7KQ2-M8XF."]) {
    test(`"${typed}" holds the code`, () => { assert.equal(codeIn(typed), "7KQ2M8XF") })
}

test("a code is shown 4-4 while it is typed", () => {
    assert.deepEqual(["7", "7kq2", "7kq2m", "7kq2-m8xf"].map(showCode), ["7", "7KQ2", "7KQ2-M", "7KQ2-M8XF"])
})

test("only eight characters are whole", () => {
    assert.equal(isWhole("7KQ2-M8X"), false)
    assert.equal(isWhole("7KQ2-M8XF"), true)
})

test("showing what is shown changes nothing, whatever was typed", () => {
    fc.assert(fc.property(fc.string(), (typed) => { assert.equal(showCode(showCode(typed)), showCode(typed)) }))
})
