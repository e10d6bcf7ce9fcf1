import assert from "node:assert/strict"
import { test } from "node:test"

import type { OwnKey } from "@letterlock/crypto"
import { KeyNeeded } from "@letterlock/kit/own/desk"

import { OwnHere } from "../taskpane/own-here.ts"

const never = () => Promise.reject(new Error("nothing is opened or signed here"))
const closed = () => new OwnHere({ openOwnEnvelope: never, openOwnDraftKey: never, signGrant: never, signStatement: never })
const hers = { key: "k", signing_key: "s", custody: "self-held" } as const

test("a look-up of her own key is answered by that key alone, and by none once it is closed", () => {
    const here = closed()
    assert.equal(here.answers(hers), false)
    here.open({ key: "k", signing_key: "s" } as OwnKey)
    assert.deepEqual([here.answers(hers), here.answers({ ...hers, key: "other" }), here.answers({ ...hers, signing_key: "other" })], [true, false, false])
    here.close()
    assert.equal(here.answers(hers), false)
})

test("whose key the server keeps needs none here, unless this pane keeps one of hers", () => {
    const here = closed()
    const managed = { ...hers, custody: "managed" } as const
    assert.equal(here.answers(managed), true)
    here.isDenied = true
    assert.equal(here.answers(managed), false)
})

test("without a key nothing is signed", async () => {
    await assert.rejects(closed().own.sign("{}", []), KeyNeeded)
})
