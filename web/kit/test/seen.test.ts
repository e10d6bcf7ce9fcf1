import assert from "node:assert/strict"
import { test } from "node:test"

import type { OpenLetter } from "../src/reading/open.ts"
import { Seen } from "../src/reading/seen.ts"

const ANN = "ann@hart.example", BEN = "ben@hart.example", MAYA = "maya@client.example"

const letter = (hash: string, sender: string, to: string, parents: readonly string[], hidden: readonly string[] = []): OpenLetter => ({
    hash, grants: hidden.map((address) => ({ address })),
    statement: { parents, sender: { address: sender }, readers: [{ address: sender, role: "sender" }, { address: to, role: "to" }] },
}) as unknown as OpenLetter

test("an answer to Maya does not name what a hidden reader wrote, and one to him does", () => {
    const seen = new Seen()
    seen.note(letter("a", ANN, MAYA, [], [BEN]))
    seen.note(letter("b", BEN, ANN, ["a"]))
    assert.deepEqual(seen.heads(ANN, [{ address: MAYA, role: "to" }]), ["a"])
    assert.deepEqual(seen.heads(ANN, [{ address: BEN, role: "to" }]), ["b"])
})

test("a hidden copy of the answer itself changes nothing that Maya sees", () => {
    const seen = new Seen()
    seen.note(letter("a", ANN, MAYA, []))
    assert.deepEqual(seen.heads(ANN, [{ address: MAYA, role: "to" }, { address: BEN, role: "hidden" }]), ["a"])
})
