import assert from "node:assert/strict"
import { test } from "node:test"

import { matching, type Template } from "../taskpane/stationery-list.ts"

const named = (name: string): Template => ({ id: name, name, language: "en", firm: true, version: 1 })
const ALL = ["Accounts are ready", "Missing papers", "Thanks for the papers", "Grüße zum Fest"].map(named)
const found = (search: string): string[] => matching(ALL, search).map(({ name }) => name)

test("an empty search finds all, in their order", () => {
    assert.deepEqual(found(" "), ALL.map(({ name }) => name))
})

test("beginnings of words find a name, in any order and case, without their accents", () => {
    assert.deepEqual(found("PAP"), ["Missing papers", "Thanks for the papers"])
    assert.deepEqual(found("pap miss"), ["Missing papers"])
    assert.deepEqual(found("gruße"), ["Grüße zum Fest"])
    assert.deepEqual(found("apers"), [])
})

test("a name that begins with the search comes first", () => {
    assert.deepEqual(matching([named("For thanks"), named("Thanks")], "thanks").map(({ name }) => name), ["Thanks", "For thanks"])
})
