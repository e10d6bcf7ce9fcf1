import assert from "node:assert/strict"
import { test } from "node:test"

import { isAddress, isForeign, parseAddresses, shortName } from "../src/address.ts"

test("a pasted list yields each person once, with the name that was given", () => {
    const { people, refused } = parseAddresses(
        'Maya Okafor <Maya@Client.example>; "Birchall, Tom" <tom@client.example>, maya@client.example\nann@hart.example')
    assert.deepEqual(people, [
        { address: "maya@client.example", name: "Maya Okafor" },
        { address: "tom@client.example", name: "Birchall, Tom" },
        { address: "ann@hart.example", name: "" },
    ])
    assert.deepEqual(refused, [])
})

test("what is no address comes back as it was typed, and the rest is taken", () => {
    const { people, refused } = parseAddresses("maya@client.example, tom@, Ben Carey")
    assert.deepEqual(people.map(({ address }) => address), ["maya@client.example"])
    assert.deepEqual(refused, ["tom@", "Ben Carey"])
})

test("group syntax names nobody in particular, so its opening is refused", () => {
    assert.deepEqual(parseAddresses("Team: maya@client.example;").refused, ["Team: maya@client.example"])
})

test("a display name that looks like another address does not become the address", () => {
    assert.deepEqual(parseAddresses("ann@hart.example <mallory@evil.example>").people, [
        { address: "mallory@evil.example", name: "ann@hart.example" },
    ])
})

for (const address of ["maya@client.example", "o'neil+tax@sub.client.example", "a@b.co", `${"x".repeat(64)}@client.example`]) {
    test(`${address.slice(0, 24)} is an address`, () => { assert.equal(isAddress(address), true) })
}

for (const address of [
    "", "maya", "maya@", "@client.example", "maya@client", "maya@-client.example", "maya@client..example", "ma ya@client.example",
    ".maya@client.example", "maya.@client.example", "ma..ya@client.example", "maya@client.1", "maya@clıent.example",
    "mäya@client.example", "ma\u200bya@client.example", "ма@client.example", 'ma"ya@client.example', "ma(ya@client.example",
    "<maya@client.example>", `${"x".repeat(65)}@client.example`, `maya@${"x.".repeat(125)}example`,
]) {
    test(`"${address.slice(0, 24)}" is not an address`, () => { assert.equal(isAddress(address), false) })
}

test("what nobody sees in a pasted address is left out", () => {
    const { people, refused } = parseAddresses("\u200bmaya@client.example\u200e, \u202eTom\u202c <\u2066tom@client.\u00adexample\u2069>")
    assert.deepEqual(people, [{ address: "maya@client.example", name: "" }, { address: "tom@client.example", name: "Tom" }])
    assert.deepEqual(refused, [])
})

test("a name keeps the joiners that its script needs", () => {
    assert.equal(parseAddresses("می\u200cرا <m@client.example>").people[0]?.name, "می\u200cرا")
})

test("each line of a pasted list stands for itself, whatever quotes are open", () => {
    const { people, refused } = parseAddresses('maya@client.example\r\n"tom\nben@hart.example')
    assert.deepEqual(people.map(({ address }) => address), ["maya@client.example", "ben@hart.example"])
    assert.deepEqual(refused, ['"tom'])
})

test("an address is foreign when only its letters are in the way", () => {
    assert.deepEqual(["mäya@client.example", "maya@clıent.example", "tom@", "Bén Carey"].map(isForeign), [true, true, false, false])
})

test("a person is called by the first name, also when the family name comes first", () => {
    assert.equal(shortName({ address: "m@client.example", name: "Maya Okafor" }), "Maya")
    assert.equal(shortName({ address: "t@client.example", name: "Birchall, Tom" }), "Tom")
    assert.equal(shortName({ address: "t@client.example", name: "" }), "t@client.example")
})
