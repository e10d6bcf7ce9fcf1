import assert from "node:assert/strict"
import { test } from "node:test"

import { blockersOf } from "../taskpane/item.ts"
import { inStep, type Recipients, withKnown, without, withTyped } from "../taskpane/recipients.ts"

const outlook = (address: string, name = "", group = false) => ({ address, name, group })
const typed: Recipients = withTyped([], [{ address: "maya@client.example", name: "" }])
const nobody = new Set<string>()
const addresses = (list: Recipients): string[] => list.map(({ address }) => address)

test("nobody is added twice", () => {
    assert.equal(withTyped(typed, [{ address: "maya@client.example", name: "Maya" }]).length, 1)
})

test("who is in Outlook's To and Cc is taken, and leaves with it; who was typed stays", () => {
    const both = inStep(typed, { to: [outlook("tom@client.example")], cc: [outlook("ben@hart.example")] }, nobody)
    assert.deepEqual(both.map(({ address, role }) => [address, role]), [
        ["maya@client.example", "to"], ["tom@client.example", "to"], ["ben@hart.example", "cc"],
    ])
    assert.deepEqual(addresses(inStep(both, { to: [], cc: [] }, nobody)), ["maya@client.example"])
})

test("in To and Cc, somebody is in To", () => {
    const both = inStep([], { to: [outlook("tom@client.example")], cc: [outlook("tom@client.example")] }, nobody)
    assert.deepEqual(both.map(({ role }) => role), ["to"])
})

test("groups, and who was removed in the pane, stay out", () => {
    const to = [outlook("tax@hart.example", "Tax team", true), outlook("tom@client.example")]
    assert.deepEqual(inStep([], { to, cc: [] }, new Set(["tom@client.example"])), [])
})

test("what the directory said is kept when Outlook tells of the same people again", () => {
    const known = withKnown(inStep([], { to: [outlook("tom@client.example")], cc: [] }, nobody),
        new Map([["tom@client.example", { level: "managed", name: "Tom Birchall" }]]))
    const again = inStep(known, { to: [outlook("tom@client.example")], cc: [] }, nobody)
    assert.deepEqual([again[0]?.level, again[0]?.name], ["managed", "Tom Birchall"])
})

test("the name that Outlook gives wins over the directory's", () => {
    const known = withKnown(inStep([], { to: [outlook("tom@client.example", "Tom")], cc: [] }, nobody),
        new Map([["tom@client.example", { level: "managed", name: "T. Birchall" }]]))
    assert.equal(known[0]?.name, "Tom")
})

test("removing takes one", () => {
    assert.deepEqual(without(typed, "maya@client.example"), [])
})

test("a group and a hidden copy stop the letter, each with a sentence that names them", () => {
    const sentences = blockersOf([outlook("tax@hart.example", "Tax team", true)], [], [outlook("ben@hart.example", "Ben Carey")])
    assert.equal(sentences.length, 2)
    assert.match(sentences[0] ?? "", /Tax team/u)
    assert.match(sentences[1] ?? "", /Ben Carey/u)
    assert.deepEqual(blockersOf([outlook("tom@client.example")], [], []), [])
})

test("an address of Outlook's that cannot take mail here stops the letter", () => {
    assert.match(blockersOf([outlook("mäya@client.example")], [], [])[0] ?? "", /“mäya@client.example” cannot take mail here/u)
})
