import assert from "node:assert/strict"
import { test } from "node:test"

import { REFUSALS } from "@letterlock/crypto"

import { refusalWords } from "../src/reader/refusal.ts"

test("each refusal of the specification has a sentence of its own, without a code in it", () => {
    const sentences = Object.keys(REFUSALS).map((code) => refusalWords(code, "Ann"))
    assert.equal(new Set(sentences).size, sentences.length)
    for (const sentence of sentences) assert.match(sentence, /^[A-Z][^{}_]*\.$/u)
})

test("an unknown refusal still says that the letter was not checked", () => {
    assert.equal(refusalWords("toString", "Ann"), refusalWords("of-a-later-version", "Ann"))
})
