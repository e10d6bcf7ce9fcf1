import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { generateX25519Identity, identityToRecipient } from "age-encryption"
import fc from "fast-check"

import {
    ClassicalRecipient, MAX_ENVELOPE_SIZE, newMessageKey, openEnvelope, openMessage,
    SealError, sealEnvelopes, sealObjects, type Body, type EnvelopesDraft, type Lookup,
} from "../src/index.ts"
import { sealEnvelope } from "../src/envelope.ts"
import { ann, BODY, lookupOf, maya, MESSAGE_ID, reader, signText, statementText, tom, type Person } from "./people.ts"

const sealed = await sealObjects({ body: BODY })
const signed = await signText(statementText(sealed.objects, sealed.messageKeyFingerprint))
const otherKey = await newMessageKey()
const draft: EnvelopesDraft = { messageKey: sealed.messageKey, ...signed, readers: [ann, maya] }

async function read(person: Person, body: Body, sender: Lookup = lookupOf(ann)): Promise<Body> {
    const { messageKey, messageKeyFingerprint, objects } = await sealObjects({ body })
    const signature = await signText(statementText(objects, messageKeyFingerprint))
    const envelopes = await sealEnvelopes({ messageKey, ...signature, readers: [ann, maya] })
    const own = envelopes.find((each) => each.key === person.key)
    assert.ok(own)
    const opened = await openEnvelope(person.identity, own.bytes)
    const files = new Map(objects.map(({ id, bytes }) => [id, bytes]))
    return (await openMessage({ asked: MESSAGE_ID, viewer: person, opened, sender, objects: files })).body
}

describe("a message", () => {
    it("sealed to two readers opens for both", async () => {
        assert.deepEqual(await read(maya, BODY), BODY)
        assert.deepEqual(await read(ann, BODY), BODY)
    })

    it("comes back whatever its text", async () => {
        const text = fc.string({ unit: "grapheme", maxLength: 200 })
        await fc.assert(
            fc.asyncProperty(text, text, text, fc.nat(2 ** 31), async (subject, html, plain, sent_at) => {
                const body: Body = { v: 1, subject, html, text: plain, sent_at, files: [] }
                assert.deepEqual(await read(maya, body), body)
            }),
            { numRuns: 15 },
        )
    })

    it("has a new key, id and ciphertext each time", async () => {
        const again = await sealObjects({ body: BODY })
        assert.notEqual(again.messageKey, sealed.messageKey)
        assert.notEqual(again.objects[0]?.id, sealed.objects[0]?.id)
        assert.notEqual(again.objects[0]?.sha256, sealed.objects[0]?.sha256)
    })

    it("hides its exact size", async () => {
        const sizes = await Promise.all(["", "x", "xx", "xxx"].map(async (more) =>
            (await sealObjects({ body: { ...BODY, text: BODY.text + more } })).objects[0]?.bytes.length))
        assert.equal(new Set(sizes).size, 1)
    })

    it("names files only that were sealed with its key before", async () => {
        const files = [{ object: MESSAGE_ID, name: "a.pdf", type: "application/pdf" }]
        await assert.rejects(sealObjects({ body: { ...BODY, files } }), SealError)
        const again = await sealObjects({ body: { ...BODY, files }, messageKey: otherKey.identity })
        assert.equal(again.messageKey, otherKey.identity)
        assert.equal(again.messageKeyFingerprint, otherKey.fingerprint)
        await assert.rejects(sealObjects({ body: BODY, messageKey: maya.recipient }), SealError)
    })
})

describe("envelopes", () => {
    it("are one per key, in the order given, with progress", async () => {
        const told: string[] = []
        const envelopes = await sealEnvelopes({ ...draft, readers: [maya, ann, maya] }, (done, total) => told.push(`${String(done)}/${String(total)}`))
        assert.deepEqual(envelopes.map(({ key }) => key), [maya.key, ann.key])
        assert.deepEqual(told, ["1/2", "2/2"])
    })

    it("open for nobody else", async () => {
        const [forAnn] = await sealEnvelopes({ ...draft, readers: [ann] })
        assert.ok(forAnn)
        await assert.rejects(openEnvelope(maya.identity, forAnn.bytes), { code: "envelope-malformed" })
    })

    it("come back whatever they hold", async () => {
        await fc.assert(
            fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), async (statement, value) => {
                const opened = { message_key: sealed.messageKey, statement, signature: { alg: "x", key: "", value }, grants: [], merge: {} }
                assert.deepEqual(await openEnvelope(maya.identity, await sealEnvelope(opened, maya.recipient)), opened)
            }),
            { numRuns: 15 },
        )
    })

    it("are refused to a classical key by its name, whoever names it", async () => {
        const recipient = await identityToRecipient(await generateX25519Identity())
        await assert.rejects(sealEnvelopes({ ...draft, readers: [ann, { key: maya.key, recipient }] }), ClassicalRecipient)
    })

    for (const [name, changes] of [
        ["without a reader", { readers: [] }],
        ["for a key under another's fingerprint", { readers: [ann, { key: maya.key, recipient: tom.recipient }] }],
        ["for a key that the statement does not list", { readers: [ann, maya, tom] }],
        ["for a damaged key", { readers: [ann, { key: maya.key, recipient: maya.recipient.slice(0, -1) }] }],
        ["for over 200 readers", { readers: new Array<Person>(201).fill(maya) }],
        ["with another message's key", { messageKey: otherKey.identity }],
        ["with a message key that is none", { messageKey: "AGE-SECRET-KEY-PQ-1" }],
        ["with somebody else's signature", { signature: { ...signed.signature, key: tom.signingFingerprint } }],
    ] as [string, Partial<EnvelopesDraft>][]) {
        it(`are not sealed ${name}`, async () => {
            await assert.rejects(sealEnvelopes({ ...draft, ...changes }), (error) => error instanceof SealError && !error.message.includes("AGE-"))
        })
    }

    it("are not sealed around a statement that no reader would accept", async () => {
        await assert.rejects(sealEnvelopes({ ...draft, statement: signed.statement.replace(":", ": ") }), { code: "statement-malformed" })
    })

    it("of 200 readers stay under 64 KiB", async () => {
        const readers = [reader(ann, "sender"), ...Array.from({ length: 199 }, (_, n) => ({ ...reader(maya, "to"), address: `reader.number.${String(n)}@client.example` }))]
        const many = await signText(statementText(sealed.objects, sealed.messageKeyFingerprint, readers))
        const [envelope] = await sealEnvelopes({ ...draft, ...many, readers: [maya] })
        assert.ok(envelope && envelope.bytes.length < MAX_ENVELOPE_SIZE, String(envelope?.bytes.length))
    })

    it("are not sealed over 64 KiB", async () => {
        const long = "a".repeat(MAX_ENVELOPE_SIZE)
        const opened = { message_key: sealed.messageKey, statement: long, signature: signed.signature, grants: [], merge: {} }
        await assert.rejects(sealEnvelope(opened, maya.recipient), SealError)
    })
})
