/** For whom an end-to-end letter waits: waiting.md section 1. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { CannotWait, waitingOf } from "../src/writing/waiting.ts"
import type { Letter } from "../src/writing/sending.ts"

type Asked = Parameters<typeof waitingOf>

const maya = { address: "maya@client.example", name: "Maya", role: "to" } as const
const tom = { address: "tom@client.example", name: "", role: "cc" } as const
const letter = (recipients: Letter["recipients"], waits = true): Letter =>
    ({ recipients, waits, subject: "", publicSubject: "", written: { html: "", text: "" }, files: [], parents: [] })
const own: Asked[1] = { custody: "self-held" }
const looked = (...levels: ("managed" | "self-held")[]): Asked[2] => levels.map((level, at) => ({ level, address: [maya, tom][at]?.address ?? "" }))

test("who has no key of her own waits, in To and in Cc", () => {
    assert.deepEqual(waitingOf(letter([maya, tom]), own, looked("self-held", "managed")), [tom.address])
    assert.deepEqual(waitingOf(letter([maya, tom]), own, looked("managed", "managed")), [maya.address, tom.address])
})

test("nobody waits where nobody asked for it, and nobody without need", () => {
    assert.deepEqual(waitingOf(letter([maya, tom], false), own, looked("managed", "managed")), [])
    assert.deepEqual(waitingOf(letter([maya, tom]), own, looked("self-held", "self-held")), [])
})

test("a hidden copy cannot wait, and is named", () => {
    const hidden = letter([maya, { ...tom, role: "hidden" }])
    assert.deepEqual(waitingOf(hidden, own, looked("managed", "self-held")), [maya.address])
    assert.throws(() => waitingOf(hidden, own, looked("managed", "managed")), (error) => error instanceof CannotWait && error.who[0] === tom.address)
})

test("a sender whose key the server keeps sends nothing that was to be end-to-end", () => {
    assert.throws(() => waitingOf(letter([maya]), { custody: "managed" }, looked("self-held")), (error) => error instanceof CannotWait && error.who.length === 0)
})
