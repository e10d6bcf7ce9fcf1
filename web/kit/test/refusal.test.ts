import assert from "node:assert/strict"
import { test } from "node:test"

import { LookupRefused, Refusal, REFUSALS } from "@letterlock/crypto"

import { Problem, Unreachable } from "../src/api.ts"
import { fileRefusalWords, refusalIn, refusalWords } from "../src/reading/refusal.ts"
import { Unexpected } from "../src/shape.ts"

test("each refusal of the specification has a sentence of its own, without a code in it", () => {
    const sentences = Object.keys(REFUSALS).map((code) => refusalWords(code, "Ann"))
    assert.equal(new Set(sentences).size, sentences.length)
    for (const sentence of sentences) assert.match(sentence, /^[A-Z][^{}_]*\.$/u)
})

test("an unknown refusal still says that the letter was not checked", () => {
    assert.equal(refusalWords("toString", "Ann"), refusalWords("of-a-later-version", "Ann"))
    assert.equal(fileRefusalWords("toString", "Ann"), fileRefusalWords("of-a-later-version", "Ann"))
})

test("a file that is not the signed one says so by the sender's name", () => {
    assert.equal(fileRefusalWords("object-changed", "Ann"), "We did not open this file. It is not the one Ann signed.")
    const codes = ["object-missing", "object-changed", "object-malformed", "file-type"]
    assert.equal(new Set(codes.map((code) => fileRefusalWords(code, "Ann"))).size, codes.length)
})

test("what was not signed is a refusal; what only did not come is not", () => {
    assert.equal(refusalIn(new Refusal("grant-signature")), "grant-signature")
    assert.equal(refusalIn(new LookupRefused("")), "sender-key-unknown")
    assert.equal(refusalIn(new Problem(422, "refused", "", { refusal: "envelope-malformed" })), "envelope-malformed")
    assert.equal(refusalIn(new Unexpected("text is not text")), "envelope-malformed")
    for (const other of [new Problem(404, "not-found"), new Unreachable(""), new TypeError("")]) assert.equal(refusalIn(other), null)
})
