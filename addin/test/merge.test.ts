import assert from "node:assert/strict"
import { test } from "node:test"

import { known, type Known, unsure } from "../taskpane/merge.ts"

const MAYA = { address: "maya@client.example", name: "Maya Okafor" }
const TOM = { address: "tom@client.example", name: "Tom Birchall" }
const facts: Known = {
    to: [MAYA], sender: { address: "ann@hart.example", name: "Ann Lee" }, firm: "Hart & Co",
    today: new Date(2026, 10, 22, 12), language: "en",
}
const value = (name: string, more: Partial<Known> = {}): string | undefined => known({ ...facts, ...more }).get(name)

test("one reader with a name fills both of her names, however it is written", () => {
    assert.deepEqual([value("first_name"), value("last_name")], ["Maya", "Okafor"])
    const to = [{ ...MAYA, name: "Okafor, Maya" }]
    assert.deepEqual([value("first_name", { to }), value("last_name", { to })], ["Maya", "Okafor"])
})

test("no name is taken from several readers, from nobody, or from an address", () => {
    const nameless = [{ ...MAYA, name: "" }]
    for (const to of [[MAYA, TOM], [], nameless]) {
        assert.equal(value("first_name", { to }), undefined)
        assert.equal(value("last_name", { to }), undefined)
    }
    assert.deepEqual([[MAYA, TOM], [], nameless].map(unsure), ["several", "nobody", "unnamed"])
})

test("one word is a first name and no last name", () => {
    const to = [{ ...MAYA, name: "Maya" }]
    assert.deepEqual([value("first_name", { to }), value("last_name", { to })], ["Maya", undefined])
})

test("sender, firm and today are known, the date in the template's language, and nothing else is", () => {
    assert.deepEqual([value("sender_name"), value("firm"), value("today")], ["Ann Lee", "Hart & Co", "22 November 2026"])
    assert.equal(value("today", { language: "de" }), "22. November 2026")
    assert.equal(value("matter"), undefined)
})
