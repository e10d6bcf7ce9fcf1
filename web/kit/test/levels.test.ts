import assert from "node:assert/strict"
import { test } from "node:test"

import { levelMeaning, levelWords, weakest } from "../src/levels.ts"

test("a letter is as closed as its weakest envelope", () => {
    assert.equal(weakest(["self-held", "managed", "passphrase"]), "managed")
    assert.equal(weakest(["self-held", "passphrase"]), "passphrase")
    assert.equal(weakest(["self-held"]), "self-held")
})

test("the words of a level are the same everywhere", () => {
    assert.deepEqual((["managed", "passphrase", "self-held"] as const).map(levelWords),
        ["Protected", "Protected by your phrase", "End-to-end"])
    assert.equal(levelMeaning("managed"), "You can open this. So could whoever runs the server, or gets into your mailbox.")
})
