import assert from "node:assert/strict"
import { test } from "node:test"

import { leftOutWords } from "../../src/export/left-out.ts"

const entries = [{ id: "a", sender: { address: "ann@hart.example", name: "Ann Lee" }, sentAt: new Date(2020, 4, 4, 9, 30) }]

test("a letter that a copy does not hold is counted and named, with why", () => {
    assert.equal(leftOutWords([], entries), "")
    const one = leftOutWords([{ letter: "a", code: "sender-key-unknown" }], entries)
    assert.match(one, /^1 letter was left out: it was refused\. From Ann Lee, Mon 4 May 2020, 09:30: .*does not know as Ann Lee's\.$/u)
    const two = leftOutWords([{ letter: "a", code: "object-missing" }, { letter: "b", code: "object-missing" }], entries)
    assert.match(two, /^2 letters were left out: they were refused\. From Ann Lee/u)
})
