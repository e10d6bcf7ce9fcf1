import assert from "node:assert/strict"
import { test } from "node:test"

import { CATALOGUES, say, sayList, sayTriesLeft } from "../src/words.ts"
import { EN } from "../src/words/en.ts"

const holes = (text: string): string[] => [...text.matchAll(/\{(?<name>[a-z]+)\}/gu)].map(({ groups }) => groups?.["name"] ?? "").sort()

for (const [language, catalogue] of Object.entries(CATALOGUES)) {
    test(`${language} says everything, with the same facts as English`, () => {
        assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(EN).sort())
        for (const [key, text] of Object.entries(EN)) {
            const translated = catalogue[key as keyof typeof EN]
            assert.notEqual(translated.trim(), "", key)
            assert.deepEqual(holes(translated), holes(text), key)
        }
    })
}

test("a fact that looks like a hole is not filled again", () => {
    assert.equal(say("pane.to.remove", { who: "{who}" }), "Remove {who}")
})

test("the last try is singular", () => {
    assert.equal(sayTriesLeft(4), "That is not the code we sent. 4 tries left.")
    assert.equal(sayTriesLeft(1), "That is not the code we sent. 1 try left.")
})

test("names are joined as in speech", () => {
    assert.deepEqual([[], ["Maya"], ["Maya", "Tom"], ["Maya", "Tom", "Ben"]].map(sayList),
        ["", "Maya", "Maya and Tom", "Maya, Tom and Ben"])
})

test("nothing but the end of a send says Sent, so that nobody stops waiting early", () => {
    const early = Object.entries(EN).filter(([key, text]) => key.startsWith("pane.") && /\bSent\b(?! Items)/u.test(text))
    assert.deepEqual(early.map(([key]) => key), ["pane.sent", "pane.sent.many"])
})

test("no sentence says secure, encrypt or oops", () => {
    for (const [key, text] of Object.entries(EN)) {
        const own = text.replaceAll("Send securely", "").replaceAll(/https:\S+/gu, "")
        assert.doesNotMatch(own, /secure|encrypt|authenticat|token|oops/iu, key)
    }
})
