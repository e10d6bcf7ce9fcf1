/** Who is found under To, and who could be taken for another. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { type Candidate, matching, type Source } from "../taskpane/matching.ts"

const one = (name: string, address: string, source: Source = "known"): Candidate => ({ name, address, source })
const MAYA = one("Maya Okafor", "maya@client.example")
const OTHER = one("Maya  Okafor", "maya.okafor@post.example", "contacts")
const BEN = one("Ben Carey", "ben@hart.example", "colleague")
const found = (typed: string, all: readonly Candidate[]): string[] => matching(all, typed, []).map(({ address }) => address)

test("two letters find whom they begin, by name, address or domain, and one letter nobody", () => {
    assert.deepEqual(found("oka", [MAYA, BEN]), [MAYA.address])
    assert.deepEqual(found("may OK", [MAYA, BEN]), [MAYA.address])
    assert.deepEqual(found("hart", [MAYA, BEN]), [BEN.address])
    assert.deepEqual(found("m", [MAYA, BEN]), [])
    assert.deepEqual(found("kafor", [MAYA]), [])
    assert.deepEqual(found("..", [MAYA]), [])
})

test("accents and case do not matter", () => {
    assert.deepEqual(found("jose", [one("José Núñez", "jn@client.example")]), ["jn@client.example"])
})

test("an address stands once, from where it is nearest, with a name that anybody gives", () => {
    const [first, ...more] = matching([one("Maya Okafor", "maya@client.example", "contacts"), one("", "maya@client.example", "here")], "maya", [])
    assert.deepEqual([first?.source, first?.name, more.length], ["here", "Maya Okafor", 0])
})

test("who has the name of another at another domain is told so, the letter's readers among them", () => {
    assert.deepEqual(matching([MAYA, OTHER], "maya", []).map(({ twin }) => twin), [OTHER.address, MAYA.address])
    const [left] = matching([MAYA, OTHER], "maya", [MAYA])
    assert.deepEqual([left?.address, left?.twin], [OTHER.address, MAYA.address])
    assert.deepEqual(matching([MAYA, one("Maya Okafor", "m.okafor@client.example")], "maya", []).map(({ twin }) => twin), ["", ""])
})

test("those of the letter are not offered again, and never more than six", () => {
    const many = Array.from({ length: 30 }, (_, n) => one(`Anna ${String(n)}`, `anna${String(n)}@client.example`))
    assert.equal(found("anna", many).length, 6)
    assert.deepEqual(matching([MAYA], "maya", [MAYA]), [])
})
