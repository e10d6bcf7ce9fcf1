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
    const both = inStep(typed, { to: [outlook("tom@client.example")], cc: [outlook("ben@hart.example")], hidden: [] }, nobody)
    assert.deepEqual(both.map(({ address, role }) => [address, role]), [
        ["maya@client.example", "to"], ["tom@client.example", "to"], ["ben@hart.example", "cc"],
    ])
    assert.deepEqual(addresses(inStep(both, { to: [], cc: [], hidden: [] }, nobody)), ["maya@client.example"])
})

test("in To and Cc, somebody is in To", () => {
    const both = inStep([], { to: [outlook("tom@client.example")], cc: [outlook("tom@client.example")], hidden: [] }, nobody)
    assert.deepEqual(both.map(({ role }) => role), ["to"])
})

test("groups, and who was removed in the pane, stay out", () => {
    const to = [outlook("tax@hart.example", "Tax team", true), outlook("tom@client.example")]
    assert.deepEqual(inStep([], { to, cc: [], hidden: [] }, new Set(["tom@client.example"])), [])
})

test("what the directory said is kept when Outlook tells of the same people again", () => {
    const known = withKnown(inStep([], { to: [outlook("tom@client.example")], cc: [], hidden: [] }, nobody),
        new Map([["tom@client.example", { level: "managed", name: "Tom Birchall" }]]))
    const again = inStep(known, { to: [outlook("tom@client.example")], cc: [], hidden: [] }, nobody)
    assert.deepEqual([again[0]?.level, again[0]?.name], ["managed", "Tom Birchall"])
})

test("the name that Outlook gives wins over the directory's", () => {
    const known = withKnown(inStep([], { to: [outlook("tom@client.example", "Tom")], cc: [], hidden: [] }, nobody),
        new Map([["tom@client.example", { level: "managed", name: "T. Birchall" }]]))
    assert.equal(known[0]?.name, "Tom")
})

test("removing takes one", () => {
    assert.deepEqual(without(typed, "maya@client.example"), [])
})

test("Outlook's Bcc become hidden readers, and who stands in To or Cc too is not hidden", () => {
    const list = inStep([], { to: [outlook("tom@client.example")], cc: [], hidden: [outlook("ben@hart.example"), outlook("tom@client.example")] }, nobody)
    assert.deepEqual(list.map(({ address, role }) => [address, role]), [["tom@client.example", "to"], ["ben@hart.example", "hidden"]])
})

test("who was hidden and is then named in To is named, and not the other way round", () => {
    const tom = [{ address: "tom@client.example", name: "" }]
    const roles = (list: Recipients): string[] => list.map(({ role }) => role)
    assert.deepEqual(roles(withTyped(withTyped([], tom, "hidden"), tom, "to")), ["to"])
    assert.deepEqual(roles(withTyped(withTyped([], tom, "to"), tom, "hidden")), ["to"])
})

test("a group stops the letter, in whichever field it stands, with a sentence that names it", () => {
    assert.match(blockersOf([outlook("tax@hart.example", "Tax team", true)])[0] ?? "", /Tax team/u)
    assert.deepEqual(blockersOf([outlook("tom@client.example")]), [])
})

test("an address of Outlook's that cannot take mail here stops the letter", () => {
    assert.match(blockersOf([outlook("mäya@client.example")])[0] ?? "", /“mäya@client.example” cannot take mail here/u)
})
