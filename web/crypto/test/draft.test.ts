import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import {
    BodyTooLarge, ClassicalRecipient, DraftDamaged, MAX_BODY_SIZE, openDraft, openDraftEnvelope, SealError, sealDraft, type Draft,
} from "../src/index.ts"
import { ann, maya, tom } from "./people.ts"
import { fromBase64, vectors } from "./vectors.ts"

const { identity, draft_key: draftKey, draft, object, envelope, refuse, refuse_envelopes } = vectors("drafts.json")
const seal = async (changes: Partial<Draft>): ReturnType<typeof sealDraft> =>
    sealDraft({ draft: { ...draft, ...changes }, messageKey: draftKey, recipient: ann.recipient })

describe("a draft", () => {
    it("opens as the vectors say", async () => {
        assert.equal(await openDraftEnvelope(identity, fromBase64(envelope)), draftKey)
        assert.deepEqual(await openDraft({ draftKey, object: fromBase64(object) }), draft)
    })

    it("comes back for its writer, and for nobody else", async () => {
        const sealed = await seal({})
        assert.equal(await openDraftEnvelope(ann.identity, sealed.envelope), draftKey)
        assert.deepEqual(await openDraft({ draftKey, object: sealed.object }), draft)
        await assert.rejects(openDraftEnvelope(maya.identity, sealed.envelope), DraftDamaged)
        await assert.rejects(openDraft({ draftKey: maya.identity, object: sealed.object }), DraftDamaged)
    })

    it("comes back whatever was typed", async () => {
        const text = fc.string({ unit: "grapheme", maxLength: 60 })
        const readers = fc.array(fc.record({ address: text, name: text }, { noNullPrototype: true }), { maxLength: 3 })
        const typed = fc.record({ to: readers, cc: readers, hidden: readers, subject: text, html: text, saved: fc.maxSafeNat() }, { noNullPrototype: true })
        await fc.assert(fc.asyncProperty(typed, async (changes) => {
            const sealed = await seal(changes)
            assert.deepEqual(await openDraft({ draftKey, object: sealed.object }), { ...draft, ...changes })
        }), { numRuns: 15 })
    })

    it("says that the letter waits for keys, and nothing else in that place", async () => {
        const sealed = await seal({ level: "self-held" })
        assert.deepEqual(await openDraft({ draftKey, object: sealed.object }), { ...draft, level: "self-held" })
        await assert.rejects(seal({ level: "managed" as "self-held" }), SealError)
    })

    it("hides its exact size", async () => {
        const sizes = await Promise.all(["", "x", "xx", "xxx"].map(async (more) => (await seal({ html: draft.html + more })).object.length))
        assert.equal(new Set(sizes).size, 1)
    })

    it("is not sealed over 4 MiB, malformed, or to a key of an older kind", async () => {
        await assert.rejects(seal({ html: "x".repeat(MAX_BODY_SIZE) }), BodyTooLarge)
        await assert.rejects(seal({ subject: "\ud800" }), SealError)
        await assert.rejects(seal({ files: draft.files.map((file) => ({ ...file, name: ".." })) }), SealError)
        await assert.rejects(sealDraft({ draft, messageKey: draftKey, recipient: "age1x" }), ClassicalRecipient)
    })

    for (const { name, object: bad } of refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(openDraft({ draftKey, object: fromBase64(bad) }), DraftDamaged)
        })
    }

    for (const { name, envelope: bad } of refuse_envelopes) {
        it(`has no envelope: ${name}`, async () => {
            await assert.rejects(openDraftEnvelope(identity, fromBase64(bad)), DraftDamaged)
        })
    }

    it("says nothing of its key or text when it is refused", async () => {
        const error = await openDraft({ draftKey: tom.identity, object: fromBase64(object) }).then(() => null, (reason: unknown) => reason)
        assert.ok(error instanceof DraftDamaged && error.cause === undefined)
        assert.doesNotMatch(`${error.stack ?? ""}${JSON.stringify(error)}`, /AGE-SECRET-KEY|Dear|year-end/)
    })
})
