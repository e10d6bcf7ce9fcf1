import assert from "node:assert/strict"
import { test } from "node:test"

import { LookupRefused, SealError, WorkerFailed } from "@letterlock/crypto"

import { sendingTrouble } from "../taskpane/trouble.ts"

test("a key that could not be checked is named only where a look-up was refused", () => {
    assert.match(sendingTrouble(new LookupRefused("x")), /A key could not be checked/u)
    for (const other of [new SealError("x"), new WorkerFailed()]) {
        assert.match(sendingTrouble(other), /Something went wrong here/u)
    }
})
