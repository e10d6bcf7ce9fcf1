import assert from "node:assert/strict"
import { test } from "node:test"

import type { Statement } from "@letterlock/crypto"

import { answerTo, hasOthers, replySubject } from "../../src/writing/index.ts"

const [ANN, MAYA, TOM, BEN] = ["ann@hart.example", "maya@client.example", "tom@client.example", "ben@hart.example"]
const reader = (address: string, role: "to" | "cc" | "sender") => ({ address, role, level: "managed", key: "k" }) as const
const statement = {
    sender: { address: ANN, firm: "f", key: "k", custody: "managed" },
    readers: [reader(ANN, "sender"), reader(BEN, "cc"), reader(MAYA, "to"), reader(TOM, "to")],
} as unknown as Statement
const seen = (viewer: string) => ({ statement, viewer, names: { [ANN]: "Ann Lee" } })
const roles = (viewer: string, all: boolean): string[][] => answerTo(seen(viewer), all).map(({ address, role }) => [address, role])

test("a reply goes to the sender, reply all to To and Cc too, and never to oneself", () => {
    assert.deepEqual(roles(MAYA, false), [[ANN, "to"]])
    assert.deepEqual(roles(MAYA, true), [[ANN, "to"], [BEN, "cc"], [TOM, "to"]])
    assert.equal(answerTo(seen(MAYA), false)[0]?.name, "Ann Lee")
})

test("an answer to a letter of one's own goes to whom it went to", () => {
    assert.deepEqual(roles(ANN, false), [[MAYA, "to"], [TOM, "to"]])
    assert.deepEqual(roles(ANN, true), [[MAYA, "to"], [TOM, "to"], [BEN, "cc"]])
})

test("where all are the sender there is no reply all", () => {
    const alone = { ...statement, readers: statement.readers.slice(0, 1).concat(reader(MAYA, "to")) }
    assert.deepEqual([hasOthers({ ...seen(MAYA), statement: alone }), hasOthers(seen(MAYA))], [false, true])
})

test("a subject is answered once", () => {
    assert.deepEqual(["Your year-end", "Re: Your year-end", "RE: re:  AW: Your year-end", ""].map(replySubject), [
        "Re: Your year-end", "Re: Your year-end", "Re: Your year-end", "",
    ])
})
