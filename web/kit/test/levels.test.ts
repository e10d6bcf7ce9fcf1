import assert from "node:assert/strict"
import { test } from "node:test"

import { levelMeaning, levelToBe, levelWords, readerWords } from "../src/levels.ts"

const MANAGED = { custody: "managed", level: "managed" } as const
const OWN = { custody: "self-held", level: "self-held" } as const

test("a letter is as closed as its weakest envelope, the writer's own copy among them", () => {
    assert.equal(levelToBe(OWN, ["self-held", "managed", "passphrase"]), "managed")
    assert.equal(levelToBe(OWN, ["self-held", "passphrase"]), "passphrase")
    assert.equal(levelToBe(OWN, ["self-held"]), "self-held")
    assert.equal(levelToBe(OWN, []), "self-held")
    assert.equal(levelToBe(MANAGED, ["self-held"]), "managed")
})

test("a copy of her own cannot be claimed for whom the server signs", () => {
    assert.throws(() => levelToBe({ custody: "managed", level: "self-held" }, []), { code: "level-custody" })
})

test("the words of a level are the same everywhere", () => {
    assert.deepEqual((["managed", "passphrase", "self-held"] as const).map(levelWords),
        ["Protected", "Protected by your phrase", "End-to-end"])
    assert.equal(levelMeaning("managed"), "You can open this. So could whoever runs the server, or gets into your mailbox.")
})

test("of one reader nothing is said that would make the letter end-to-end", () => {
    assert.deepEqual((["managed", "self-held"] as const).map(readerWords), ["Protected", "Holds the only key"])
})
