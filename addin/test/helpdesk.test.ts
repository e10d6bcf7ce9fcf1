import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { toldOf } from "../taskpane/helpdesk.ts"

const MAYA = { address: "maya@client.example", name: "Maya", role: "to", detail: null, since: 1763800000, opened: null, codes: { asked: 0, wrong: 0, next: null } }

describe("what is said of a reader", () => {
    const states = [
        "opened", "signed-in", "code-withheld", "code-renewed", "code-spent", "code-mistyped", "code-expired", "code-sent",
        "code-refused", "code-waiting", "code-unsent", "visited", "quiet", "notice-waiting", "notice-held", "notice-failed", "notice-unconfirmed", "notice-bounced",
    ]
    for (const state of states) {
        it(`names her and leaves no hole: ${state}`, () => {
            const { text } = toldOf({ ...MAYA, state })
            assert.match(text, /Maya/u)
            assert.doesNotMatch(text, /[{}]|undefined|NaN/u)
        })
    }

    it("falls back on the address where nobody gave a name", () => {
        assert.match(toldOf({ ...MAYA, name: "", state: "quiet" }).text, /maya@client\.example/u)
    })

    it("tells of codes, of an earlier opening and of a reason, each where there is one", () => {
        assert.deepEqual(toldOf({ ...MAYA, state: "quiet" }).more, [])
        const { more, state } = toldOf({ ...MAYA, state: "code-spent", opened: 1763700000, detail: "5.1.1", codes: { asked: 2, wrong: 6, next: null } })
        assert.equal(state, "care")
        assert.equal(more.length, 3)
        assert.equal(more[1], "2 codes asked for, 6 typed wrong.")
    })
})
