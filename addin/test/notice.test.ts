import assert from "node:assert/strict"
import { test } from "node:test"

import { letterAddress } from "../taskpane/notice.ts"

const origin = "https://portal.hart.example"
const id = "q8Zr3kVtY1mXw0bHc7LdPA"

test("the letter's address is found in a notice", () => {
    assert.equal(letterAddress(`<a href="${origin}/m/${id}">Read it</a>`, origin), `${origin}/m/${id}`)
})

for (const mail of [
    `https://evil.example/m/${id}`, `https://portal.hart.example.evil.example/m/${id}`, `https://portalXhart.example/m/${id}`,
    `${origin}/m/short`, `${origin}/m/${id}AAAA`, "",
]) {
    test(`no way is offered for "${mail}"`, () => { assert.equal(letterAddress(mail, origin), null) })
}
