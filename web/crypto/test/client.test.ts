import assert from "node:assert/strict"
import { after, describe, it } from "node:test"

import {
    BodyTooLarge, ClassicalRecipient, CryptoClient, DraftDamaged, FileRefused, LookupRefused, MAX_BODY_SIZE, NoRoom, Refusal,
    SealError, WorkerFailed,
    type CryptoError, type EnvelopesDraft, type OpenedMessage, type SealedObjects,
} from "../src/index.ts"
import { fromWire, toWire } from "../src/protocol.ts"
import { ann, BODY, directoryKey, lookupOf, maya, MESSAGE_ID, signedLookup, signText, statementText } from "./people.ts"
import { bundle, startWorker, type Started } from "./worker.ts"

const clients: CryptoClient[] = []
after(() => {
    for (const client of clients) client.close()
})

/** A client, and every worker it has started. */
function newClient(...scripts: string[]): { client: CryptoClient; started: Started[] } {
    const started: Started[] = []
    const client = new CryptoClient(() => {
        const next = startWorker(scripts[started.length])
        started.push(next)
        return next.worker
    })
    clients.push(client)
    return { client, started }
}

async function draftOf({ messageKey, messageKeyFingerprint, objects }: SealedObjects): Promise<EnvelopesDraft> {
    return { messageKey, ...(await signText(statementText(objects, messageKeyFingerprint))), readers: [ann, maya] }
}

async function open(client: CryptoClient, sealed: SealedObjects): Promise<OpenedMessage> {
    const [, forMaya] = await client.sealEnvelopes(await draftOf(sealed))
    assert.ok(forMaya)
    const opened = await client.openEnvelope({ identity: maya.identity, bytes: forMaya.bytes })
    const sender = await client.verifyLookup({ ...(await signedLookup(lookupOf(ann))), directoryKey, address: ann.address })
    return client.openMessage({
        asked: MESSAGE_ID, viewer: maya, opened, sender, objects: new Map(sealed.objects.map(({ id, bytes }) => [id, bytes])),
    })
}

describe("the worker", () => {
    it("seals and opens a message", async () => {
        const { client, started } = newClient()
        const sealed = await client.sealObjects({ body: BODY })
        assert.deepEqual((await open(client, sealed)).body, BODY)
        assert.equal(sealed.objects[0]?.bytes.length, 0, "the objects were moved, not copied")
        assert.equal(started.length, 1)
    })

    it("tells how far it is", async () => {
        const { client } = newClient()
        const told: [number, number][] = []
        const draft = await draftOf(await client.sealObjects({ body: BODY }))
        await client.sealEnvelopes(draft, { onProgress: (...note) => told.push(note) })
        assert.deepEqual(told, [[1, 2], [2, 2]])
    })

    it("refuses with the same errors as without it", async () => {
        const { client } = newClient()
        const sealed = await client.sealObjects({ body: BODY })
        const draft = await draftOf(sealed)
        await assert.rejects(client.sealObjects({ body: { ...BODY, text: "x".repeat(MAX_BODY_SIZE) } }), BodyTooLarge)
        await assert.rejects(client.sealEnvelopes({ ...draft, readers: [] }), SealError)
        await assert.rejects(client.sealEnvelopes({ ...draft, readers: [{ key: maya.key, recipient: "age1x" }] }), ClassicalRecipient)
        await assert.rejects(client.openEnvelope({ identity: maya.identity, bytes: new Uint8Array(9) }), { name: "Refusal", code: "envelope-malformed" })
        const lookup = { ...(await signedLookup(lookupOf(ann))), directoryKey, address: maya.address }
        await assert.rejects(client.verifyLookup(lookup), LookupRefused)
    })

    it("ends the running call when it is cancelled, and runs the next in a new worker", async () => {
        const { client, started } = newClient()
        const draft = await draftOf(await client.sealObjects({ body: BODY }))
        const controller = new AbortController()
        const sealing = client.sealEnvelopes(draft, { signal: controller.signal, onProgress: () => { controller.abort() } })
        const next = client.sealObjects({ body: BODY })
        await assert.rejects(sealing, { name: "AbortError" })
        assert.equal((await next).objects.length, 1)
        assert.deepEqual(started.map((each) => each.ended()), [true, false])
    })

    it("drops a waiting call when it is cancelled, and leaves the running one alone", async () => {
        const { client, started } = newClient()
        const controller = new AbortController()
        const running = client.sealObjects({ body: BODY })
        const waiting = client.sealObjects({ body: BODY }, { signal: controller.signal })
        controller.abort(new Error("changed my mind"))
        await assert.rejects(waiting, { message: "changed my mind" })
        assert.equal((await running).objects.length, 1)
        assert.deepEqual(started.map((each) => each.ended()), [false])
        await assert.rejects(client.sealObjects({ body: BODY }, { signal: controller.signal }), { message: "changed my mind" })
    })

    it("is not harmed by a cancellation after the answer", async () => {
        const { client, started } = newClient()
        const controller = new AbortController()
        await client.sealObjects({ body: BODY }, { signal: controller.signal })
        controller.abort()
        await client.sealObjects({ body: BODY })
        assert.equal(started.length, 1)
    })

    it("is started again after it crashed", async () => {
        const { client, started } = newClient("throw new Error('at once')")
        await assert.rejects(client.sealObjects({ body: BODY }), WorkerFailed)
        assert.equal((await client.sealObjects({ body: BODY })).objects.length, 1)
        assert.equal(started.length, 2)
    })

    it("rejects what waits when it is closed", async () => {
        const { client } = newClient()
        const calls = [client.sealObjects({ body: BODY }), client.sealObjects({ body: BODY })]
        client.close()
        for (const call of calls) await assert.rejects(call, WorkerFailed)
    })

    it("does not let the text of a foreign error out", () => {
        const wire = toWire(new Error("AGE-SECRET-KEY-PQ-1"))
        assert.deepEqual(wire, toWire(new WorkerFailed()))
    })

    it("carries class, code and text of each error", () => {
        const errors: CryptoError[] = [new Refusal("wrong-message"), new Refusal("statement-malformed", "readers[1].role"),
            new LookupRefused("x"), new SealError("x"), new ClassicalRecipient(), new BodyTooLarge(), new WorkerFailed(),
            new Refusal("file-name"), new FileRefused("file-name"), new DraftDamaged(), new NoRoom()]
        for (const error of errors) {
            const other = fromWire(structuredClone(toWire(error)))
            assert.equal(other.constructor, error.constructor)
            assert.deepEqual([other.code, other.message, other.name], [error.code, error.message, error.name])
        }
    })

    it("needs neither eval nor WebAssembly, and loads as a classic script", () => {
        assert.doesNotMatch(bundle, /\beval\(|new Function|\bFunction\(|WebAssembly|importScripts/)
        assert.doesNotMatch(bundle, /(^|[;}\n])(import|export)\b/)
    })
})
