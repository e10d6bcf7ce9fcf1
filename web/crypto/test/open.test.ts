import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { encryptTo } from "../src/age.ts"
import { canonical, openEnvelope, openMessage, Refusal, REFUSALS, statementHash, verifyLookup, type Opening } from "../src/index.ts"
import { ann, maya } from "./people.ts"
import { fromBase64, vectors, type MessageInputs } from "./vectors.ts"

const { directory_key, base, statement, statement_hash, body, cases, envelopes } = vectors("messages.json")

async function opening(changes: Partial<MessageInputs> = {}): Promise<Opening> {
    const inputs = { ...base, ...changes }
    const address = (JSON.parse(inputs.sender.text) as { address: string }).address
    return {
        asked: inputs.asked,
        viewer: inputs.viewer,
        opened: inputs.opened,
        sender: await verifyLookup(inputs.sender.text, inputs.sender.signature, directory_key, { address }),
        objects: new Map(Object.entries(inputs.objects).map(([id, file]) => [id, fromBase64(file)])),
    }
}

describe("a message", () => {
    it("opens for its reader", async () => {
        const rest = { grants: [], level: "managed", viewerRole: "to" }
        assert.deepEqual(await openMessage(await opening()), { statement, body, ...rest })
        assert.equal(await statementHash(base.opened.statement), statement_hash)
    })

    it("opens for its sender", async () => {
        const { viewerRole } = await openMessage(await opening({ viewer: { address: ann.address, key: ann.key } }))
        assert.equal(viewerRole, "sender")
    })

    for (const { name, code, with: changes } of cases) {
        it(`is refused as ${code}: ${name}`, async () => {
            const inputs = await opening(changes)
            await assert.rejects(openMessage(inputs), (error) => error instanceof Refusal && error.code === code || fail(error))
        })
    }

    it("has a case for each refusal", () => {
        const elsewhere = /^grant|^merge|^file/
        assert.deepEqual(new Set(cases.map(({ code }) => code)), new Set(Object.keys(REFUSALS).filter((code) => !elsewhere.test(code))))
    })

    it("is refused by the first check that fails, in the order of the spec", async () => {
        const first = (code: string): Partial<MessageInputs> => cases.find((each) => each.code === code)?.with ?? {}
        const order = ["object-missing", "message-key-mismatch", "viewer-not-listed", "wrong-message"] as const
        let changes: Partial<MessageInputs> = {}
        for (const code of order) {
            changes = { ...changes, ...first(code) }
            await assert.rejects(openMessage(await opening(changes)), { code })
        }
        for (const code of ["statement-signature", "sender-key-unknown", "statement-malformed", "envelope-malformed"]) {
            await assert.rejects(openMessage(await opening({ ...changes, ...first(code) })), { code })
        }
    })

    it("says nothing of its key or text in a refusal", async () => {
        for (const { with: changes } of cases) {
            const error = await openMessage(await opening(changes)).then(() => null, (reason: unknown) => reason)
            assert.ok(error instanceof Refusal && error.cause === undefined)
            assert.doesNotMatch(`${error.stack ?? ""}${JSON.stringify(error)}`, /AGE-SECRET-KEY|Dear|year-end/)
        }
    })
})

describe("an envelope", () => {
    it("opens with its reader's identity", async () => {
        const { v: _, ...opened } = { v: 1, ...envelopes.opened }
        assert.deepEqual(await openEnvelope(envelopes.identity, fromBase64(envelopes.file)), opened)
    })

    for (const { name, identity, file } of envelopes.refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(openEnvelope(identity, fromBase64(file)), { name: "Refusal", code: "envelope-malformed" })
        })
    }

    it("is refused over 64 KiB, even if it would open", async () => {
        const { identity, opened } = envelopes
        const make = async (statement: string): Promise<Uint8Array> =>
            encryptTo(maya.recipient, new TextEncoder().encode(canonical({ v: 1, ...opened, statement })))
        assert.equal((await openEnvelope(identity, await make("x".repeat(62_000)))).statement.length, 62_000)
        await assert.rejects(openEnvelope(identity, await make("x".repeat(64_000))), { code: "envelope-malformed" })
    })
})

function fail(error: unknown): never {
    throw error
}
