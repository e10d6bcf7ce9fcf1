import assert from "node:assert/strict"
import { test } from "node:test"

import { toldOf } from "../taskpane/earlier.ts"

const notice = (state: string, more: Readonly<Record<string, unknown>> = {}) =>
    ({ id: "m".repeat(22), subject: "Your year-end", sent_at: 1_795_000_000, state, detail: null, bounced: [], ...more })

test("only the sender can end a doubt, and while we look she is asked nothing", () => {
    assert.deepEqual(toldOf(notice("unconfirmed", { detail: "no-answer" }))?.answers, ["sent", "again"])
    assert.deepEqual(toldOf(notice("unconfirmed", { detail: "looking" }))?.answers, [])
})

test("a notice that did not go can be sent again, one that came back only noted", () => {
    assert.deepEqual(toldOf(notice("failed"))?.answers, ["again", "seen"])
    assert.deepEqual(toldOf(notice("reported"))?.answers, ["seen"])
})

test("who did not get it is named, with why in words and as a code", () => {
    const back = (detail: string | null) => toldOf(notice("bounced", { bounced: [{ address: "maya@client.example", detail }] }))
    assert.match(back("5.1.10")?.text ?? "", /“Your year-end”.*came back from maya@client\.example\. There is no such address \(5\.1\.10\)\.$/u)
    assert.match(back("5.2.2")?.text ?? "", /takes nothing more/u)
    assert.match(back("5.7.1")?.text ?? "", /refused it/u)
    assert.match(back(null)?.text ?? "", /could not be delivered\.$/u)
})

test("a letter without a public subject goes by its date", () => {
    assert.match(toldOf(notice("failed", { subject: "" }))?.text ?? "", /^The notice of the letter of [A-Z][a-z]{2} \d/u)
})

test("what is settled or waits is not told here", () => {
    for (const state of ["sent", "queued", "held", "of-a-later-version"]) assert.equal(toldOf(notice(state)), null)
})
