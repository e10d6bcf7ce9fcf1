import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import {
    buildGrant, mergeHash, openEnvelope, openMessage, parseGrant, Refusal, SealError, sealEnvelopes, statementHash, type EnvelopesDraft,
    type Grant, type GrantDraft, type Opening, type SignedGrant,
} from "../src/index.ts"
import { GRANT_ROLES } from "../src/grant.ts"
import { CUSTODIES, LEVELS } from "../src/lookup.ts"
import { openingOf } from "./opening.ts"
import { ann, ben, grantedBy, grantText, lookupOf, maya, reader, signGrant, signText, statementText, tom, type Person } from "./people.ts"
import { vectors, type MessageInputs } from "./vectors.ts"
import { parseStatement } from "../src/statement.ts"

const { directory_key, base, body, build, accept, cases } = vectors("grants.json")
const { statement, message_key: messageKey } = base.opened

const opening = async (changes: Partial<MessageInputs>): Promise<Opening> => openingOf({ ...base, ...changes }, directory_key)

describe("a grant", () => {
    for (const { merge, merge_hash, grant, text } of build) {
        it(`is the text of the vectors: ${grant.role}`, async () => {
            const { v: _, ...draft } = grant
            assert.equal(await mergeHash(merge), merge_hash)
            assert.equal(await buildGrant({ ...draft, merge }), text)
            assert.deepEqual(parseGrant(text), grant)
        })
    }

    for (const { name, role, level, with: changes } of accept) {
        it(`lets read: ${name}`, async () => {
            const inputs = await opening(changes)
            const message = await openMessage(inputs)
            assert.deepEqual([message.viewerRole, message.level, message.body], [role, level, body])
            assert.deepEqual(message.grants, inputs.opened.grants.map(({ text }) => JSON.parse(text) as Grant))
        })
    }

    for (const { name, code, with: changes } of cases) {
        it(`is refused as ${code}: ${name}`, async () => {
            const inputs = await opening(changes)
            await assert.rejects(openMessage(inputs), (error) => error instanceof Refusal && error.code === code)
        })
    }

    it("is judged before the viewer, and the viewer before the merge values", async () => {
        const of = (code: string): Partial<MessageInputs> => cases.find((each) => each.code === code)?.with ?? {}
        const stranger = { viewer: { address: ben.address, key: ben.key } }
        for (const code of ["grant-malformed", "grant-signature", "granter-not-allowed"]) {
            await assert.rejects(openMessage(await opening({ ...of(code), ...stranger })), { code })
        }
        await assert.rejects(openMessage(await opening({ ...of("merge-mismatch"), ...stranger })), { code: "viewer-not-listed" })
    })

    it("by a reader is refused if the directory says that another holds his key", async () => {
        const allowed = accept.find(({ name }) => name.startsWith("granted by a reader"))?.with ?? {}
        const inputs = await opening(allowed)
        const granters = [lookupOf(maya, { custody: "self-held" })]
        await assert.rejects(openMessage({ ...inputs, granters }), { code: "granter-not-allowed" })
        await assert.rejects(openMessage({ ...inputs, granters: [lookupOf(maya, { signing_key: ben.signingKey })] }), { code: "granter-not-allowed" })
    })

    it("comes back as it was written, whatever it says", async () => {
        const hash = fc.constantFrom(ann.key, maya.key, tom.key, ann.signingFingerprint)
        const address = fc.constantFrom(ann.address, maya.address, tom.address)
        const draft = fc.record({
            statement: hash, address, role: fc.constantFrom(...GRANT_ROLES), level: fc.constantFrom(...LEVELS), key: hash,
            granted_by: fc.record({ address, key: hash, custody: fc.constantFrom(...CUSTODIES) }, { noNullPrototype: true }), created: fc.nat({ max: 253_402_300_799 }),
            merge: fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
        }, { noNullPrototype: true })
        await fc.assert(fc.asyncProperty(draft, async ({ merge, ...rest }) => {
            const parsed = parseGrant(await buildGrant({ ...rest, merge }))
            assert.deepEqual(parsed, { v: 1, ...rest, merge: await mergeHash(merge) })
        }), { numRuns: 50 })
    })

    for (const [name, changes] of [
        ["for nobody", { address: "" }], ["for a key that is pending", { key: "pending" }], ["at no time", { created: 0.5 }],
        ["with half a character", { merge: { name: "\ud800" } }], ["in a role that is none", { role: "sender" as never }],
    ] as [string, Partial<GrantDraft>][]) {
        it(`is not built ${name}`, async () => {
            await assert.rejects(grantText(statement, changes), SealError)
        })
    }
})

describe("envelopes with grants", () => {
    const granted = async (who: Person, changes: Partial<GrantDraft> = {}): Promise<SignedGrant> =>
        signGrant(await grantText(statement, { address: who.address, key: who.key, ...changes }))
    const draft = (grants: readonly SignedGrant[], readers: EnvelopesDraft["readers"]): EnvelopesDraft =>
        ({ messageKey, statement, signature: base.opened.signature, grants, readers })
    const held = async (who: Person, bytes: Uint8Array | undefined): Promise<readonly SignedGrant[]> =>
        (await openEnvelope(who.identity, bytes ?? new Uint8Array())).grants

    it("give the sender all, a granted reader his own, and everybody else none", async () => {
        const [forTom, forBen] = [await granted(tom), await granted(ben)]
        const sealed = await sealEnvelopes(draft([forTom, forBen], [ann, maya, tom, ben]))
        const grants = await Promise.all([ann, maya, tom, ben].map((who, index) => held(who, sealed[index]?.bytes)))
        assert.deepEqual(grants, [[forTom, forBen], [], [forTom], [forBen]])
    })

    it("open for a hidden reader, who is not in the statement", async () => {
        const [own] = await sealEnvelopes(draft([await granted(tom)], [tom]))
        const opened = await openEnvelope(tom.identity, own?.bytes ?? new Uint8Array())
        const message = await openMessage({ ...(await opening({})), opened, viewer: tom })
        assert.equal(message.viewerRole, "hidden")
        assert.ok(message.statement.readers.every(({ address }) => address !== tom.address))
    })

    it("hold the merge values that the grant names", async () => {
        const merge = { sum: "12,650" }
        const grant = await granted(tom, { role: "bulk", merge })
        const [own] = await sealEnvelopes(draft([grant], [{ ...tom, merge }]))
        assert.deepEqual((await openEnvelope(tom.identity, own?.bytes ?? new Uint8Array())).merge, merge)
        await assert.rejects(sealEnvelopes(draft([grant], [tom])), SealError)
        await assert.rejects(sealEnvelopes(draft([], [{ ...maya, merge }])), SealError)
    })

    it("are not sealed to whom no grant names, or with a grant that no reader would accept", async () => {
        const other = await signText(statementText(parseStatement(statement).objects, parseStatement(statement).message_key, [reader(ann, "sender"), reader(tom, "to")]))
        const elsewhere = await signGrant(await grantText(statement, { statement: await statementHash(other.statement) }))
        const byMaya = { text: await grantText(statement, { granted_by: grantedBy(ann) }), signature: (await granted(tom)).signature }
        await assert.rejects(sealEnvelopes(draft([], [tom])), SealError)
        await assert.rejects(sealEnvelopes(draft([await granted(ben)], [tom])), SealError)
        await assert.rejects(sealEnvelopes(draft([elsewhere], [tom])), SealError)
        await assert.rejects(sealEnvelopes(draft([{ ...byMaya, signature: { ...byMaya.signature, key: maya.signingFingerprint } }], [tom])), SealError)
        await assert.rejects(sealEnvelopes(draft([{ text: "{}", signature: byMaya.signature }], [tom])), { code: "grant-malformed" })
    })

    it("hold about 70 hidden copies in the sender's own, and say so when there are more", async () => {
        const [signed] = [await granted(tom)]
        const many = (count: number): SignedGrant[] => new Array<SignedGrant>(count).fill(signed)
        await sealEnvelopes(draft(many(70), [ann]))
        await assert.rejects(sealEnvelopes(draft(many(120), [ann])), SealError)
    })
})
