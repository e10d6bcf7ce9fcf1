import assert from "node:assert/strict"
import { test } from "node:test"

import { newsOf } from "../taskpane/follow.ts"

const notice = (state: string, detail: string | null = null) => ({ state: "sealed", notice: { state, detail } })

test("only a notice that went is called sent", () => {
    for (const state of ["queued", "held", "failed", "unconfirmed", "of-a-later-version"]) {
        assert.doesNotMatch(newsOf(notice(state), ["Maya"], 60_000).text, /\bSent\b/u)
    }
    assert.deepEqual(newsOf(notice("sent"), ["Maya"], 0), { text: "Sent. Maya's notice is on its way.", settled: true })
})

test("an address has no possessive", () => {
    assert.equal(newsOf(notice("sent"), ["maya@client.example"], 0).text, "Sent. The notice to maya@client.example is on its way.")
})

test("a notice that waits is said to wait: after a while, or at once when a try has failed", () => {
    assert.match(newsOf(notice("queued"), ["Maya"], 0).text, /in a moment/u)
    assert.equal(newsOf(notice("queued"), ["Maya"], 60_000).text, "Sealed and kept. The notice has not gone out yet.")
    assert.match(newsOf(notice("queued", "away"), ["Maya"], 0).text, /not answering/u)
})

test("Microsoft is named only where it is the cause", () => {
    for (const [state, detail] of [["queued", null], ["queued", "no-answer"], ["held", null]] as const) {
        assert.doesNotMatch(newsOf(notice(state, detail), ["Maya"], 60_000).text, /Microsoft/u)
    }
    assert.match(newsOf(notice("held", "sign-in"), ["Maya"], 0).text, /Microsoft wants to see you first\. Open this pane again/u)
})

test("a notice that failed has its reason in small print and none in the sentence", () => {
    const news = newsOf(notice("failed", "ErrorSendAsDenied"), ["Maya"], 0)
    assert.equal(news.reason, "ErrorSendAsDenied")
    assert.match(news.text, /did not go.*Tell whoever looks after your mailbox/u)
    assert.doesNotMatch(news.text, /ErrorSendAsDenied/u)
})

test("the watch goes on until the notice is settled", () => {
    assert.deepEqual(["queued", "held", "sent", "failed", "unconfirmed"].map((state) => newsOf(notice(state), ["Maya"], 0).settled),
        [false, false, true, true, false])
})

test("a doubt is asked about only when nobody looks any more", () => {
    assert.equal(newsOf(notice("unconfirmed", "no-answer"), ["Maya"], 0).asks, true)
    assert.equal(newsOf(notice("unconfirmed", "looking"), ["Maya"], 0).asks, false)
    assert.match(newsOf(notice("unconfirmed", "looking"), ["Maya"], 0).text, /up to ten minutes/u)
})
