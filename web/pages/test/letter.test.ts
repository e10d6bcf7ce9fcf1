import assert from "node:assert/strict"
import { test } from "node:test"

import { initials, lines } from "../src/reader/letter.ts"
import type { OpenLetter } from "../src/reader/open.ts"

const key = "k".repeat(43)
const reader = (address: string, role: "to" | "cc" | "sender" | "archive") => ({ address, role, level: "managed", key }) as const

const letter = {
    viewer: "maya@client.example",
    senderName: "Ann Lee",
    statement: { readers: [
        reader("ann@hart.example", "sender"), reader("archive@hart.example", "archive"),
        reader("maya@client.example", "to"), reader("tom@client.example", "cc"),
    ] },
} as unknown as OpenLetter

test("everybody who can read is named, the viewer first and archives last", () => {
    assert.deepEqual(lines(letter).map(({ who }) => who), [
        "You", "tom@client.example", "Ann Lee, who wrote it", "archive@hart.example, the firm's archive",
    ])
})

test("initials are those of first and last name", () => {
    assert.deepEqual(["Ann Lee", "Maya Adaeze Okafor", "ann", "", "Éloïse Du Pré"].map(initials), ["AL", "MO", "A", "", "ÉP"])
})
