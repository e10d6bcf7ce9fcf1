import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { encryptTo } from "../src/age.ts"
import { canonical, openEnvelope, openMessage, parseStatement, Refusal, REFUSALS, statementHash, type Opening } from "../src/index.ts"
import { openingOf } from "./opening.ts"
import { ann, maya, signText, statementText } from "./people.ts"
import { fromBase64, vectors, type MessageInputs } from "./vectors.ts"

const { directory_key, base, statement, statement_hash, body, cases, envelopes } = vectors("messages.json")

const opening = async (changes: Partial<MessageInputs> = {}): Promise<Opening> => openingOf({ ...base, ...changes }, directory_key)

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

    it("has a case for each refusal, here or among the grants and the files", () => {
        const all = [...cases, ...vectors("grants.json").cases, ...vectors("files.json").cases].map(({ code }) => code)
        assert.deepEqual(new Set(all), new Set(Object.keys(REFUSALS)))
    })

    it("opens before its files are here, and with them", async () => {
        const [named] = cases.filter(({ code }) => code === "file-name")
        const inputs = await opening(named?.with)
        const { sha256 } = parseStatement(inputs.opened.statement).objects[1] ?? {}
        assert.ok(sha256)
        await assert.rejects(openMessage(inputs), { code: "file-name" }, "the body was opened without its file")
        const [id] = parseStatement(inputs.opened.statement).objects.slice(1).map((object) => object.id)
        const changed = new Map([...inputs.objects, [id ?? "", new Uint8Array(9)]])
        await assert.rejects(openMessage({ ...inputs, objects: changed }), { code: "object-changed" })
    })

    it("is not refused for its time: a clock years off is shown, not judged", async () => {
        const { objects } = parseStatement(base.opened.statement)
        for (const created of [0, 4_102_444_800, 253_402_300_799]) {
            const signed = await signText(statementText(objects, parseStatement(base.opened.statement).message_key, undefined, { created }))
            const { statement } = await openMessage(await opening({ opened: { ...base.opened, ...signed } }))
            assert.equal(statement.created, created)
        }
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
