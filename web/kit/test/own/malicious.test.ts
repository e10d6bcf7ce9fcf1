/** A server that gives out, or names, what only who keeps her key could: docs/security/malicious-server.md. */
import assert from "node:assert/strict"
import { beforeEach, describe, it } from "node:test"

import { LookupRefused, newMessageKey, type Lookup } from "@letterlock/crypto"

import { forgetOwn, OpenedByServer, ownIn, putOwn } from "../../src/own/index.ts"
import { openedOf } from "../../src/reading/open.ts"
import { refusalIn, refusalWords } from "../../src/reading/refusal.ts"
import { newIdentity } from "../../../crypto/src/ownkeys.ts"
import { PERSON } from "./server.ts"

const never = (): never => assert.fail("nothing may be asked")
const own = ownIn({ openOwnEnvelope: never, openOwnDraftKey: never, signGrant: never, signStatement: never })

beforeEach(() => forgetOwn())

describe("a server that claims to have destroyed its copy and goes on opening envelopes", () => {
    it("is believed while no key is open here, and refused from then on, in words", async () => {
        const { identity } = await newMessageKey()
        const signature = { alg: "Ed25519", key: "A".repeat(43), value: "" }
        const managed = { message_key: identity, statement: "{}", signature, grants: [], merge: {} }
        assert.equal((await openedOf({ own }, managed)).message_key, identity)
        await putOwn(await newIdentity(PERSON))
        const error = await openedOf({ own }, managed).catch((why: unknown) => why)
        assert.ok(error instanceof OpenedByServer)
        assert.match(refusalWords(refusalIn(error) ?? "", "Ann Lee"), /^The server opened it by itself/u)
    })
})

describe("a look-up of oneself", () => {
    it("with another key, or one that a server holds, is refused while one's own is open", async () => {
        const open = await newIdentity(PERSON)
        const mine = { key: open.key, signing_key: open.signing_key, custody: "self-held" } as Lookup
        const others = [
            { ...mine, key: "A".repeat(43) }, { ...mine, signing_key: "A".repeat(43) }, { ...mine, signing_key: null },
            { ...mine, custody: "managed" as const },
        ]
        for (const other of others) await own.requireMine(other)   // nothing is open here: nothing to compare with
        await putOwn(open)
        await own.requireMine(mine)
        for (const other of others) await assert.rejects(own.requireMine(other), LookupRefused)
    })
})
