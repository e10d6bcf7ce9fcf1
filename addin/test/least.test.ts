import assert from "node:assert/strict"
import { test } from "node:test"

import { Problem } from "@letterlock/kit"
import { CannotWait } from "@letterlock/kit/writing/index"

import { standing } from "../taskpane/choosing.ts"
import { type Demand, demandOf, minimumOf } from "../taskpane/least.ts"
import type { Recipients } from "../taskpane/recipients.ts"
import { sendingTrouble } from "../taskpane/trouble.ts"

const RULES = {
    least: "managed",
    domains: [{ domain: "client.example", level: "self-held" }, { domain: "court.client.example", level: "managed" }],
}
const demand: Demand = { firm: "Hart & Co", domains: ["client.example"] }
const of = (...addresses: string[]): Demand | null => demandOf(minimumOf(RULES), "Hart & Co", addresses)

test("one reader of a domain, or below it, demands it of the whole letter, and the firm's word for it is named once", () => {
    assert.deepEqual(of("ben@hart.example", "maya@client.example", "tom@law.client.example"), demand)
})

test("who is in no such domain, or in one that is left out, demands nothing", () => {
    assert.equal(of("ben@hart.example", "clerk@court.client.example", "maya@otherclient.example"), null)
})

test("where all letters must be, no domain is named", () => {
    const all = demandOf(minimumOf({ least: "self-held", domains: [] }), "Hart & Co", ["ann@hart.example"])
    assert.deepEqual(all, { firm: "Hart & Co", domains: [] })
})

const recipients: Recipients = [
    { address: "maya@client.example", name: "Maya", role: "to", from: "typed", level: "managed" },
    { address: "tom@client.example", name: "Tom", role: "hidden", from: "typed", level: "managed" },
]

test("a letter of which it is demanded waits by itself, and a hidden reader stands in its way", () => {
    const own = { custody: "self-held", level: "self-held" } as const
    const { level, recipients: shown, stuck } = standing({ recipients, waits: false, demand }, own)
    assert.deepEqual([shown[0]?.waits, stuck.map(({ name }) => name), level], [true, ["Tom"], "managed"])
    assert.equal(standing({ recipients: recipients.slice(0, 1), waits: false, demand }, own).level, "self-held")
    assert.equal(standing({ recipients, waits: false, demand: null }, own).recipients[0]?.waits, undefined)
})

test("every refusal says why, and that nothing was lost", () => {
    const managed = sendingTrouble(new CannotWait([]), demand)
    assert.match(managed, /^Hart & Co writes to client\.example end-to-end only\. .*key of your own.*still here/u)
    const hidden = sendingTrouble(new CannotWait(["Tom"]), demand)
    assert.match(hidden, /Tom has no key.*still here/u)
    assert.doesNotMatch(hidden, /switch/u)
    const found = sendingTrouble(new Problem(403, "level-below", "x", { addresses: ["ann@hart.example", "tom@client.example"] }))
    assert.match(found, /ann@hart\.example and tom@client\.example have no key of their own\. Nothing has gone out, and your text is still here/u)
})
