import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { decryptWith, encryptedLength } from "../src/age.ts"
import {
    ClassicalRecipient, encodeBody, MalformedKey, MAX_FILE_SIZE, newMessageKey, NoRoom, openEnvelope, openFile, openMessage, padme,
    Refusal, resealFile, SealError, sealEnvelopes, sealFile, sealObjects, sealPlain, temporaryOf, type ByteStream, type FileOpening,
    type SealedFile,
} from "../src/index.ts"
import { sha256 } from "../src/bytes.ts"
import { FakeDisk } from "./disk.ts"
import { ann, BODY, lookupOf, maya, MESSAGE_ID, signText, statementText, tom } from "./people.ts"
import { fromBase64, vectors } from "./vectors.ts"

const { base, content, cases } = vectors("files.json")
const key = await newMessageKey()
const memory = { temporary: temporaryOf({}) }

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

/** In pieces of `size`, and what was asked for of it. */
function streamOf(bytes: Uint8Array, size = bytes.length): { stream: ByteStream; state: { asked: number; cancelled: boolean } } {
    const state = { asked: 0, cancelled: false }
    let at = 0
    const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
            state.asked += 1
            if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size))
            at += size
            if (at >= bytes.length) controller.close()
        },
        cancel() { state.cancelled = true },
    }, { highWaterMark: 0 })
    return { stream, state }
}

function openingOf({ id, role, size, sha256: hash, type }: SealedFile): FileOpening {
    return { messageKey: key.identity, object: { id, role, size, sha256: hash }, type }
}

const seal = (file: Blob, name = "notes.txt"): Promise<SealedFile> => sealFile({ file, name, messageKey: key.identity })

const large = await seal(new Blob([new Uint8Array(200_000).fill(0x20)]))

describe("a file", () => {
    for (const size of [1, 2, 9, 65_535, 65_536, 65_537, 200_000]) {
        it(`of ${String(size)} bytes comes back as it was`, async () => {
            const bytes = new Uint8Array(size).fill(0x61)
            const sealed = await seal(new Blob([bytes]))
            assert.deepEqual([sealed.size, sealed.type, sealed.role, sealed.name], [size, "text/plain", "file", "notes.txt"])
            assert.equal(sealed.bytes.length, encryptedLength(padme(size)))
            assert.equal(sealed.sha256, await sha256(sealed.bytes))
            const { file } = await openFile(openingOf(sealed), streamOf(sealed.bytes, 1000).stream, memory)
            assert.equal(file.type, "text/plain")
            assert.deepEqual(await bytesOf(file), bytes)
        })
    }

    it("comes back whatever it holds, and in whatever pieces it comes", async () => {
        await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.integer({ min: 1, max: 4000 }), async (bytes, size) => {
            const sealed = await seal(new Blob([bytes]), "anything")
            const { file } = await openFile(openingOf(sealed), streamOf(sealed.bytes, size).stream, memory)
            assert.deepEqual(await bytesOf(file), bytes)
        }), { numRuns: 25 })
    })

    it("may have 25 MiB and not a byte more", async () => {
        const full = new Blob([new Uint8Array(MAX_FILE_SIZE).fill(0x20)])
        const sealed = await seal(full)
        assert.equal(sealed.size, MAX_FILE_SIZE)
        await assert.rejects(seal(new Blob([full, "x"])), { name: "FileRefused", code: "file-too-large" })
    })

    for (const [code, file, name] of [
        ["file-empty", new Blob([]), "a.txt"], ["file-name", new Blob(["x"]), "../a.txt"], ["file-name", new Blob(["x"]), ""],
        ["file-name", new Blob(["x"]), "CON"], ["file-name", new Blob(["x"]), "fdp.\u202eexe"], ["file-name", new Blob(["x"]), "a".repeat(256)],
        ["file-type", new Blob(["MZ\x90\0\x03\0"]), "invoice.pdf"], ["file-type", new Blob(["<html>"]), "invoice.pdf"], ["file-type", new Blob(["\0\x01"]), "invoice.pdf"],
    ] as const) {
        it(`is not sealed as ${code}: ${name.slice(0, 20)}`, async () => {
            await assert.rejects(seal(file, name), (error) => error instanceof SealError && error.name === "FileRefused" && error.code === code)
        })
    }

    it("is not sealed if it changes or goes while it is read", async () => {
        class Shrunk extends Blob {
            override get size(): number { return super.size + 1 }
        }
        class Gone extends Blob {
            override slice(): Blob { return new Gone([]) }
            override arrayBuffer(): Promise<ArrayBuffer> { return Promise.reject(new DOMException("gone", "NotReadableError")) }
        }
        await assert.rejects(seal(new Shrunk(["x"])), { code: "file-unreadable" })
        await assert.rejects(seal(new Gone(["x"])), { code: "file-unreadable" })
    })

    it("is not sealed to a message key that is none", async () => {
        await assert.rejects(sealFile({ file: new Blob(["x"]), name: "a", messageKey: key.recipient }), MalformedKey)
    })

    it("tells how many bytes of it are done", async () => {
        const told: number[][] = []
        const file = new Blob([new Uint8Array(1_200_000).fill(0x20)])
        await sealFile({ file, name: "a.txt", messageKey: key.identity }, { onProgress: (...note) => told.push(note) })
        assert.deepEqual(told, [[524_288, 1_200_000], [1_048_576, 1_200_000], [1_200_000, 1_200_000]])
    })

    it("stops being sealed when it is told to", async () => {
        const stop = new AbortController()
        const file = new Blob([new Uint8Array(MAX_FILE_SIZE).fill(0x20)])
        const told: number[] = []
        const sealing = sealFile({ file, name: "a.txt", messageKey: key.identity }, {
            signal: stop.signal, onProgress: (done) => { told.push(done); stop.abort(new Error("enough")) },
        })
        await assert.rejects(sealing, { message: "enough" })
        assert.equal(told.length, 1)
    })
})

describe("a file of a message", () => {
    it("is one of a whole letter: sealed first, named in the body, and opened last", async () => {
        const pdf = new Blob(["%PDF-1.7\n", new Uint8Array(70_000)])
        const file = await seal(pdf, "Accounts 2026.pdf")
        const body = { ...BODY, files: [{ object: file.id, name: file.name, type: file.type }] }
        const { objects, messageKeyFingerprint } = await sealObjects({ body, messageKey: key.identity })
        const signed = await signText(statementText([...objects, file], messageKeyFingerprint))
        const [own] = await sealEnvelopes({ messageKey: key.identity, ...signed, readers: [maya] })
        const opened = await openEnvelope(maya.identity, own?.bytes ?? new Uint8Array())
        const letter = { asked: MESSAGE_ID, viewer: maya, opened, sender: lookupOf(ann), objects: new Map(objects.map(({ id, bytes }) => [id, bytes])) }
        const { statement, body: read } = await openMessage(letter)
        const [named] = read.files
        const object = statement.objects.find(({ id }) => id === named?.object)
        assert.ok(named && object)
        const { file: found } = await openFile({ messageKey: opened.message_key, object, type: named.type }, streamOf(file.bytes).stream, memory)
        assert.deepEqual([named.name, found.type], ["Accounts 2026.pdf", "application/pdf"])
        assert.deepEqual(await bytesOf(found), await bytesOf(pdf))
    })

    it("opens as the vectors say", async () => {
        const { file } = await openFile({ messageKey: base.message_key, object: base.object, type: base.type }, streamOf(fromBase64(base.file ?? ""), 100).stream, memory)
        assert.deepEqual(await bytesOf(file), fromBase64(content))
    })

    for (const { name, code, with: changes } of cases) {
        for (const pieces of [100, 1_000_000]) {
            it(`is refused as ${code}, and nothing is left, in pieces of ${String(pieces)}: ${name}`, async () => {
                const { message_key: messageKey, object, type, file } = { ...base, ...changes }
                const disk = new FakeDisk()
                const source = file === null ? null : streamOf(fromBase64(file), pieces).stream
                const opening = openFile({ messageKey, object, type }, source, { temporary: temporaryOf(disk.window().scope) })
                await assert.rejects(opening, (error) => error instanceof Refusal && error.code === code)
                assert.deepEqual(disk.files(), [])
            })
        }
    }

    it("is refused by any flipped byte or cut, as changed", async () => {
        const sealed = await seal(new Blob(["Dear Maya"]))
        const at = fc.nat(sealed.bytes.length - 1)
        await fc.assert(fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (place, mask, cut) => {
            const bad = cut ? sealed.bytes.slice(0, place) : sealed.bytes.slice()
            if (!cut) bad[place] = (bad[place] ?? 0) ^ mask
            await assert.rejects(openFile(openingOf(sealed), streamOf(bad, 700).stream, memory), { code: "object-changed" })
        }), { numRuns: 40 })
    })

    it("is never read to its end if it is far too long", async () => {
        const sealed = await seal(new Blob(["x"]))
        let given = 0
        const endless = new ReadableStream<Uint8Array>({ pull(controller) { given += 1; controller.enqueue(new Uint8Array(1024 * 1024)) } })
        await assert.rejects(openFile(openingOf(sealed), endless, memory), { code: "object-changed" })
        assert.ok(given < 40, String(given))
    })

    it("of over 25 MiB is not read at all", async () => {
        const { stream, state } = streamOf(large.bytes)
        const opening = { ...openingOf(large), object: { ...openingOf(large).object, size: MAX_FILE_SIZE + 1 } }
        await assert.rejects(openFile(opening, stream, memory), { code: "object-malformed" })
        assert.equal(state.asked, 0)
    })

    it("of an active type is only given as bytes", async () => {
        const sealed = await seal(new Blob(["<script>alert(1)</script>"]), "page.html")
        assert.equal(sealed.type, "text/html")
        const { file } = await openFile(openingOf(sealed), streamOf(sealed.bytes).stream, memory)
        assert.equal(file.type, "application/octet-stream")
    })

    it("of a type of a later version is given as bytes, if this version sees nothing else in it", async () => {
        const sealed = await seal(new Blob(["\0\x01\x02"]), "a.later")
        assert.equal(sealed.type, "application/octet-stream")
        const { file } = await openFile({ ...openingOf(sealed), type: "application/x-later" }, streamOf(sealed.bytes).stream, memory)
        assert.equal(file.type, "application/octet-stream")
    })

    it("fails as its source does, and nothing is left", async () => {
        const sealed = await seal(new Blob([new Uint8Array(200_000).fill(0x20)]))
        const disk = new FakeDisk()
        let given = 0
        const broken = new ReadableStream<Uint8Array>({
            pull(controller) {
                if (given > 100_000) controller.error(new Error("offline"))
                else controller.enqueue(sealed.bytes.slice(given, given += 20_000))
            },
        })
        await assert.rejects(openFile(openingOf(sealed), broken, { temporary: temporaryOf(disk.window().scope) }), { message: "offline" })
        assert.deepEqual(disk.files(), [])
    })
})

describe("a temporary file", () => {
    const open = (temporary: typeof memory.temporary): Promise<{ file: Blob }> => openFile(openingOf(large), streamOf(large.bytes, 5000).stream, { temporary })

    it("lies on disk until it is cleaned", async () => {
        const disk = new FakeDisk()
        const temporary = temporaryOf(disk.window().scope)
        await Promise.all([open(temporary), open(temporary)])
        assert.equal(disk.files().length, 2)
        assert.doesNotMatch(disk.files().join(), /notes/)
        await temporary.clean()
        assert.deepEqual(disk.files(), [])
        await open(temporary)
        assert.equal(disk.files().length, 1)
    })

    it("of another window is left alone, until that window is gone", async () => {
        const disk = new FakeDisk()
        const [mine, other] = [disk.window(), disk.window()]
        const temporary = temporaryOf(mine.scope)
        await open(temporaryOf(other.scope))
        await temporary.clean()
        assert.equal(disk.files().length, 1)
        other.end()
        await temporary.clean()
        assert.deepEqual(disk.files(), [])
    })

    it("is removed without locks too", async () => {
        const disk = new FakeDisk()
        await open(temporaryOf(disk.window({ locks: false }).scope))
        await temporaryOf(disk.window({ locks: false }).scope).clean()
        assert.deepEqual(disk.files(), [])
    })

    it("is gone when the disk is full, and says so", async () => {
        const disk = new FakeDisk()
        disk.room = 100_000
        await assert.rejects(open(temporaryOf(disk.window().scope)), NoRoom)
        assert.deepEqual(disk.files(), [])
    })

    it("is in memory where there is no disk, or none for us", async () => {
        const none = temporaryOf({ navigator: { storage: { getDirectory: () => Promise.reject(new DOMException("private", "SecurityError")) } } })
        assert.equal((await open(none)).file.size, 200_000)
        await none.clean()
    })
})

describe("an export", () => {
    it("holds a content as it is, for stock age: without padding", async () => {
        const plain = encodeBody(BODY)
        for (const given of [plain, new Blob([plain])]) {
            const { file } = await sealPlain({ recipient: tom.recipient, content: given }, memory)
            assert.equal(file.size, encryptedLength(plain.length))
            assert.deepEqual(await decryptWith(tom.identity, await bytesOf(file)), plain)
        }
    })

    it("is sealed to no key of an older kind", async () => {
        await assert.rejects(sealPlain({ recipient: "age1x", content: new Uint8Array(1) }, memory), ClassicalRecipient)
    })

    it("holds files of the message, checked and sealed anew, and never their content in clear", async () => {
        const plain = new Uint8Array(150_000).fill(0x61)
        const sealed = await seal(new Blob([plain]))
        const disk = new FakeDisk()
        const temporary = temporaryOf(disk.window().scope)
        const { file } = await resealFile({ ...openingOf(sealed), recipient: tom.recipient }, streamOf(sealed.bytes, 3000).stream, { temporary })
        assert.equal(disk.files().length, 1)
        assert.deepEqual(await decryptWith(tom.identity, await bytesOf(file)), plain)
    })

    for (const { name, code, with: changes } of cases) {
        it(`refuses a file as ${code}, and nothing is left: ${name}`, async () => {
            const { message_key: messageKey, object, type, file } = { ...base, ...changes }
            const disk = new FakeDisk()
            const source = file === null ? null : streamOf(fromBase64(file), 500).stream
            const opening = { messageKey, object, type, recipient: tom.recipient }
            await assert.rejects(resealFile(opening, source, { temporary: temporaryOf(disk.window().scope) }), { name: "Refusal", code })
            assert.deepEqual(disk.files(), [])
        })
    }
})
