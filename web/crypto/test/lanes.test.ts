import assert from "node:assert/strict"
import { after, describe, it } from "node:test"

import {
    CryptoClient, encodeBody, newMessageKey, Refusal, sealFile, sealObjects, WorkerFailed, type ByteStream, type FileOpening,
} from "../src/index.ts"
import { decryptWith } from "../src/age.ts"
import type { CallOptions } from "../src/lane.ts"
import { hold, newSeeds } from "../src/own.ts"
import { newPairing } from "../src/ownpairing.ts"
import { keepOwn } from "../src/pane.ts"
import { ann, BODY, directoryKey, lookupOf, maya, MESSAGE_ID, signedLookup, signText, statementText, tom } from "./people.ts"
import { startWorker, type Started } from "./worker.ts"
import { vectors } from "./vectors.ts"

const clients: CryptoClient[] = []
after(() => {
    for (const client of clients) client.close()
})

function newClient(...scripts: (string | undefined)[]): { client: CryptoClient; started: Started[] } {
    const started: Started[] = []
    const client = new CryptoClient(() => {
        const next = startWorker(scripts[started.length])
        started.push(next)
        return next.worker
    })
    clients.push(client)
    return { client, started }
}

const key = await newMessageKey()
const SIZE = 2_000_000
const large = new Blob([new Uint8Array(SIZE).fill(0x61)])
const sealed = await sealFile({ file: large, name: "a.txt", messageKey: key.identity })
const { bytes, name: _name, ...rest } = sealed
const { type, ...object } = rest
const opening: FileOpening = { messageKey: key.identity, object, type }

interface Watched {
    readonly stream: ByteStream
    readonly state: { given: number; cancelled: boolean }
}

/** The sealed file in pieces of 100 KB, and what was asked for of it; it waits for ever after `until`. */
function source(until = bytes.length): Watched {
    const state = { given: 0, cancelled: false }
    const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
            if (state.given >= until && until < bytes.length) await new Promise(() => undefined)
            controller.enqueue(bytes.slice(state.given, state.given + 100_000))
            state.given = Math.min(bytes.length, state.given + 100_000)
            if (state.given === bytes.length) controller.close()
        },
        cancel() { state.cancelled = true },
    }, { highWaterMark: 0 })
    return { stream, state }
}

describe("files in the worker", () => {
    it("are sealed, opened and sealed anew, all in one", async () => {
        const { client, started } = newClient()
        const made = await client.sealFile({ file: large, name: "a.txt", messageKey: key.identity })
        assert.equal(made.bytes.length, bytes.length)
        const { file } = await client.openFile(opening, source().stream)
        assert.equal(file.size, SIZE)
        const again = await client.resealFile({ ...opening, recipient: tom.recipient }, source().stream)
        assert.equal((await decryptWith(tom.identity, new Uint8Array(await again.file.arrayBuffer()))).length, SIZE)
        const plain = await client.sealPlain({ recipient: tom.recipient, content: encodeBody(BODY) })
        assert.ok(plain.file.size > 0)
        await client.cleanTemporary()
        assert.equal(started.length, 1)
    })

    it("tell how far they are, in bytes, to the end", async () => {
        const { client } = newClient()
        const told: Record<string, number[][]> = { sealFile: [], openFile: [], sealPlain: [], resealFile: [] }
        const note = (op: string): CallOptions => ({ onProgress: (...each) => told[op]?.push(each) })
        await client.sealFile({ file: large, name: "a.txt", messageKey: key.identity }, note("sealFile"))
        await client.openFile(opening, source().stream, note("openFile"))
        await client.sealPlain({ recipient: tom.recipient, content: large }, note("sealPlain"))
        await client.resealFile({ ...opening, recipient: tom.recipient }, source().stream, note("resealFile"))
        for (const [op, notes] of Object.entries(told)) {
            assert.ok(notes.length > 2, op)
            const [done, total] = notes.at(-1) ?? []
            assert.equal(done, total, op)
            assert.ok(notes.every(([each = 0, whole], index) => whole === total && each > (notes[index - 1]?.[0] ?? 0)), op)
        }
    })

    it("refuse with the same errors as without it", async () => {
        const { client } = newClient()
        await assert.rejects(client.sealFile({ file: large, name: "a.pdf", messageKey: key.identity }), { name: "FileRefused", code: "file-type" })
        await assert.rejects(client.openFile(opening, null), (error) => error instanceof Refusal && error.code === "object-missing")
        await assert.rejects(client.openFile({ ...opening, type: "application/pdf" }, source().stream), (error) => error instanceof Refusal && error.code === "file-type")
        await assert.rejects(client.sealPlain({ recipient: "age1x", content: new Uint8Array(1) }), { name: "ClassicalRecipient" })
    })

    it("are read only as fast as they are worked on", async () => {
        const { stream, state } = source()
        const { client } = newClient()
        let most = 0
        await client.openFile(opening, stream, { onProgress: (done) => { most = Math.max(most, state.given - done) } })
        assert.ok(most <= 300_000, String(most))
    })

    it("fail as their source does", async () => {
        const { client } = newClient()
        const broken = new ReadableStream<Uint8Array>({ pull(controller) { controller.error(new Error("offline")) } })
        await assert.rejects(client.openFile(opening, broken), { message: "offline" })
        assert.equal((await client.openFile(opening, source().stream)).file.size, SIZE)
    })

    it("do not hold up texts, and three do not hold up one another", async () => {
        const { client } = newClient()
        const stop = new AbortController()
        const slow = [1, 2].map(() => client.openFile(opening, source(100_000).stream, { signal: stop.signal }))
        assert.equal((await client.sealObjects({ body: BODY })).objects.length, 1)
        assert.equal((await client.openFile(opening, source().stream)).file.size, SIZE)
        stop.abort()
        assert.deepEqual((await Promise.allSettled(slow)).map(({ status }) => status), ["rejected", "rejected"])
    })

    it("wait when three are under way, and then have their turn", async () => {
        const { client } = newClient()
        const stop = new AbortController()
        const slow = [1, 2, 3].map(() => client.openFile(opening, source(100_000).stream, { signal: stop.signal }))
        const waiting = source()
        const fourth = client.openFile(opening, waiting.stream)
        await client.newMessageKey()
        assert.equal(waiting.state.given, 0)
        stop.abort()
        await Promise.allSettled(slow)
        assert.equal((await fourth).file.size, SIZE)
    })

    it("end with their worker if it fails, and the next call starts another", async () => {
        const { client, started } = newClient("throw new Error('at once')")
        const watched = source()
        await assert.rejects(client.openFile(opening, watched.stream), WorkerFailed)
        assert.ok(watched.state.cancelled)
        assert.equal((await client.openFile(opening, source().stream)).file.size, SIZE)
        assert.equal(started.length, 2)
    })

    it("are rejected when the client is closed", async () => {
        const { client } = newClient()
        const calls = [client.openFile(opening, source(100_000).stream), client.sealFile({ file: large, name: "a.txt", messageKey: key.identity })]
        client.close()
        for (const each of await Promise.allSettled(calls)) assert.ok(each.status === "rejected" && each.reason instanceof WorkerFailed)
    })
})

const { draft } = vectors("drafts.json")
const parts = await sealObjects({ body: BODY })
const letter = { ...(await signText(statementText(parts.objects, parts.messageKeyFingerprint))), messageKey: parts.messageKey }
const lookup = await signedLookup(lookupOf(ann))
const envelope = { message_key: parts.messageKey, statement: letter.statement, signature: letter.signature, grants: [], merge: {} }
const objects = (): Map<string, Uint8Array> => new Map(parts.objects.map((each) => [each.id, each.bytes.slice()]))

const own = await hold("3f0c".repeat(8), { ...newSeeds(), old: [] })
const owner = { person: own.person, key: own.key, rp: "portal.hart.example" }
const pairing = await newPairing(own.person, { program: "outlook", platform: "web" })
const asked = { program: "outlook", platform: "web", recipient: pairing.pairing.recipient, tag: pairing.tag } as const
const vouching = { k: pairing.k, code: pairing.code, asked }
const kept = await keepOwn(own, { pane: "", share: own.signing_key })

type Calls = Record<string, (client: CryptoClient, options: CallOptions) => Promise<unknown>>

/** Every operation, with good arguments. */
const CALLS: Calls = {
    verifyLookup: (client, options) => client.verifyLookup({ ...lookup, directoryKey, address: ann.address }, options),
    checkLooked: (client, options) => client.checkLooked({
        lookup: lookupOf(ann), text: "", signature: null, history: [], directoryKey, logKey: "", kept: null, known: null,
    }, options),
    newMessageKey: (client, options) => client.newMessageKey(options),
    messageKey: (client, options) => client.messageKey({ identity: key.identity }, options),
    sealObjects: (client, options) => client.sealObjects({ body: BODY }, options),
    sealEnvelopes: (client, options) => client.sealEnvelopes({ ...letter, readers: [ann, maya] }, options),
    openMessage: (client, options) => client.openMessage({ asked: MESSAGE_ID, viewer: maya, opened: envelope, sender: lookupOf(ann), objects: objects() }, options),
    openEnvelope: (client, options) => client.openEnvelope({ identity: maya.identity, bytes: new Uint8Array(9) }, options),
    sealDraft: (client, options) => client.sealDraft({ draft, messageKey: key.identity, recipient: ann.recipient }, options),
    openDraft: (client, options) => client.openDraft({ draftKey: key.identity, object: new Uint8Array(9) }, options),
    sealFile: (client, options) => client.sealFile({ file: large, name: "a.txt", messageKey: key.identity }, options),
    openFile: (client, options) => client.openFile(opening, source().stream, options),
    sealPlain: (client, options) => client.sealPlain({ recipient: tom.recipient, content: large }, options),
    resealFile: (client, options) => client.resealFile({ ...opening, recipient: tom.recipient }, source().stream, options),
    cleanTemporary: (client, options) => client.cleanTemporary(options),
    newIdentity: (client, options) => client.newIdentity({ person: own.person }, options),
    newRecoveryCode: (client, options) => client.newRecoveryCode(options),
    sealSlots: (client, options) => client.sealSlots({ own, ways: [] }, options),
    readSlots: (client, options) => client.readSlots({ texts: [], owner }, options),
    openSlot: (client, options) => client.openSlot({ text: "", given: { kind: "recovery-code", code: "" }, owner }, options),
    openChallenge: (client, options) => client.openChallenge({ own, challenge: new Uint8Array(9) }, options),
    unwrapOld: (client, options) => client.unwrapOld({ own, old: [] }, options),
    wrapOld: (client, options) => client.wrapOld({ own, to: own }, options),
    signEnrolment: (client, options) => client.signEnrolment({ own, slots: [] }, options),
    signStatement: (client, options) => client.signStatement({ own, text: letter.statement }, options),
    signGrant: (client, options) => client.signGrant({ own, text: "" }, options),
    openOwnEnvelope: (client, options) => client.openOwnEnvelope({ own, key: own.key, envelope: new Uint8Array(9) }, options),
    openOwnDraftKey: (client, options) => client.openOwnDraftKey({ own, envelope: new Uint8Array(9) }, options),
    newPairing: (client, options) => client.newPairing({ person: own.person, program: "outlook", platform: "web" }, options),
    linkedPairing: (client, options) => client.linkedPairing({ k: pairing.k }, options),
    checkPairing: (client, options) => client.checkPairing({ person: own.person, ...vouching }, options),
    answerPairing: (client, options) => client.answerPairing({ own, ...vouching }, options),
    openPairing: (client, options) => client.openPairing({ pairing: pairing.pairing, answer: new Uint8Array(9), lookup: own }, options),
    keepOwn: (client, options) => client.keepOwn({ own, pane: "", share: own.signing_key }, options),
    reopenOwn: (client, options) => client.reopenOwn({ kept, share: own.signing_key }, options),
    compareKeys: (client, options) => client.compareKeys({ own: { ...own, address: "a@x.example" }, other: { ...own, address: "b@x.example" } }, options),
}

describe("each operation", () => {
    const { client } = newClient()
    for (const [op, call] of Object.entries(CALLS)) {
        it(`can be cancelled before it begins, while it waits, and while it runs: ${op}`, async () => {
            await assert.rejects(call(client, { signal: AbortSignal.abort() }), { name: "AbortError" })
            const stop = new AbortController()
            const calls = [1, 2, 3, 4].map(() => call(client, { signal: stop.signal }))
            stop.abort(new Error("changed my mind"))
            for (const each of await Promise.allSettled(calls)) {
                assert.ok(each.status === "rejected" && each.reason instanceof Error && each.reason.message === "changed my mind", op)
            }
            const next = new AbortController()
            const running = call(client, { signal: next.signal, onProgress: () => { next.abort() } })
            await running.then(() => undefined, () => undefined)
            await client.newMessageKey()
        })
    }

    it("is among them", () => {
        const ops = Object.getOwnPropertyNames(CryptoClient.prototype).filter((name) => name !== "constructor" && name !== "close")
        assert.deepEqual(Object.keys(CALLS).sort(), ops.sort())
    })
})

describe("a file that is cancelled while it is worked on", () => {
    for (const op of ["sealFile", "openFile", "sealPlain", "resealFile"] as const) {
        it(`stops at once, leaves nothing, and does not end the worker: ${op}`, async () => {
            const { client, started } = newClient()
            const stop = new AbortController()
            const told: number[] = []
            const call = CALLS[op]
            assert.ok(call)
            const running = call(client, { signal: stop.signal, onProgress: (done) => { told.push(done); stop.abort() } })
            await assert.rejects(running, { name: "AbortError" })
            assert.equal(told.length, 1)
            assert.equal((await client.openFile(opening, source().stream)).file.size, SIZE)
            assert.deepEqual(started.map((each) => each.ended()), [false])
        })
    }
})
