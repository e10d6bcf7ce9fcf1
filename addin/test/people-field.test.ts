import assert from "node:assert/strict"
import { test } from "node:test"

import { refusedWords } from "../taskpane/people-field.ts"

test("what was not taken is said, cut to 60 characters, and of nobody else", () => {
    assert.equal(refusedWords([]), "")
    assert.equal(refusedWords(["tom@"]), "“tom@” is not a whole address. Correct it and press Enter.")
    assert.equal(/“(?<said>.*)”/u.exec(refusedWords(["🔑".repeat(80)]))?.groups?.["said"], `${"🔑".repeat(59)}…`)
    assert.doesNotMatch(refusedWords(["tom@"]), /nobody/u)
})

test("an address in other letters is said to take no mail here", () => {
    assert.match(refusedWords(["mäya@client.example"]), /cannot take mail here/u)
    assert.match(refusedWords(["maya@clıent.example"]), /cannot take mail here/u)
})
