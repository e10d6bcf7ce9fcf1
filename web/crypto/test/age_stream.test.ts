import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Decrypter, Encrypter } from "age-encryption"
import fc from "fast-check"

import { decryptStream, decryptWith, encryptedLength, encryptStream, encryptTo } from "../src/age.ts"
import { plainPrimitives } from "../src/age/plain.ts"
import { hybridUnwrapper } from "../src/age/hybrid.ts"
import { bestPrimitives } from "../src/age/primitives.ts"
import { openFile } from "../src/age/reader.ts"
import { Source } from "../src/age/source.ts"
import { secretKeyOf } from "../src/age/xwing.ts"
import { concat, equal, type Bytes } from "../src/bytes.ts"
import { MalformedFile, MalformedKey } from "../src/errors.ts"
import { changed, verdict, type Change } from "./age/mutants.ts"
import { decodeIdentity } from "../src/keytext.ts"
import { maya, tom } from "./people.ts"

const CHUNK = 64 * 1024
const HEADER = 1627
const EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1]
const best = await bestPrimitives()

const length = fc.oneof(fc.constantFrom(...EDGES), fc.nat(3 * CHUNK))
const pieces = fc.array(fc.oneof(fc.nat(40), fc.nat(100_000)), { minLength: 1, maxLength: 8 }).filter((sizes) => sizes.some((size) => size > 20))

describe("a stream", () => {
    it("round-trips any content in any pieces, and has the length that was promised", async () => {
        await fc.assert(
            fc.asyncProperty(length, pieces, pieces, async (size, first, second) => {
                const content = contentOf(size)
                const file = await collect(await encryptStream(maya.recipient, streamOf(content, first)))
                assert.equal(file.length, encryptedLength(size))
                assert.ok(equal(await collect(await decryptStream(maya.identity, streamOf(file, second))), content))
                assert.ok(equal(await decryptWith(maya.identity, file), content))
            }),
            { numRuns: 25 },
        )
    })

    it("is read by the age package and reads what that writes, at every edge of a chunk", async () => {
        for (const size of EDGES) {
            const content = contentOf(size)
            const decrypter = new Decrypter()
            decrypter.addIdentity(maya.identity)
            assert.ok(equal(await decrypter.decrypt(await encryptTo(maya.recipient, content)), content), String(size))
            const encrypter = new Encrypter()
            encrypter.addRecipient(maya.recipient)
            assert.ok(equal(await decryptWith(maya.identity, await encrypter.encrypt(content)), content), String(size))
        }
    })

    it("takes from its source only what is asked for, some chunks ahead", async () => {
        const content = counted(contentOf(CHUNK), 1000)
        const sealed = (await encryptStream(maya.recipient, content.stream)).getReader()
        assert.ok(content.pulled() <= 1)
        for (let chunk = 0; chunk < 100; chunk += 1) await sealed.read()
        assert.ok(content.pulled() <= 100 + 20, String(content.pulled()))
        await sealed.cancel("enough")
        assert.equal(content.cancelled(), "enough")
    })

    it("lets its source go when the file turns out bad", async () => {
        const file = await encryptTo(maya.recipient, contentOf(CHUNK))
        const header = counted(changed(file, { kind: "flip", at: 0, mask: 1 }), 2)
        await assert.rejects(decryptStream(maya.identity, header.stream), { reason: "header" })
        assert.ok(header.cancelled() instanceof MalformedFile)
        const payload = counted(changed(file, { kind: "flip", at: HEADER + 20, mask: 1 }), 100)
        await assert.rejects(collect(await decryptStream(maya.identity, payload.stream)), { reason: "payload" })
        assert.ok(payload.cancelled() instanceof MalformedFile)
    })

    it("fails as its source fails", async () => {
        const broken = new ReadableStream<Uint8Array>({
            pull() {
                throw new TypeError("the disk is gone")
            },
        })
        await assert.rejects(collect(await encryptStream(maya.recipient, broken)), TypeError)
    })

    it("goes on failing once it failed, though later chunks would verify", async () => {
        const file = changed(await encryptTo(maya.recipient, contentOf(3 * CHUNK)), { kind: "flip", at: HEADER + 20, mask: 1 })
        const unwrap = hybridUnwrapper(plainPrimitives, await secretKeyOf(plainPrimitives, decodeIdentity(maya.identity)))
        const next = await openFile(plainPrimitives, Source.of(file), unwrap)
        for (let turn = 0; turn < 4; turn += 1) await assert.rejects(next(), { reason: "payload" })
    })

    it("is not begun for a recipient or an identity that is none", async () => {
        const source = counted(contentOf(10), 1)
        await assert.rejects(encryptStream(`${maya.recipient}q`, source.stream), MalformedKey)
        assert.ok(source.cancelled() instanceof MalformedKey)
        await assert.rejects(decryptStream("AGE-SECRET-KEY-1", counted(contentOf(10), 1).stream), MalformedKey)
    })

    it("gives out only chunks that verified, and fails instead of ending where its end is missing", async () => {
        const file = await encryptTo(maya.recipient, contentOf(2 * CHUNK + 5))
        const reader = (await decryptStream(maya.identity, streamOf(file.slice(0, HEADER + 16 + 2 * (CHUNK + 16)), [5000]))).getReader()
        const [first, second] = [await reader.read(), await reader.read()]
        assert.ok(equal(concat(first.value ?? new Uint8Array(), second.value ?? new Uint8Array()), contentOf(2 * CHUNK)))
        await assert.rejects(reader.read(), { reason: "truncated" })
    })
})

describe("a file that was changed", async () => {
    const file = await encryptTo(maya.recipient, contentOf(CHUNK + 100))
    const place = fc.oneof(fc.nat(HEADER + 16), fc.nat(file.length - 1), fc.constantFrom(HEADER + 16 + CHUNK + 16, file.length - 16))
    const change: fc.Arbitrary<Change> = fc.oneof(
        fc.record({ kind: fc.constant("flip" as const), at: place.filter((at) => at < file.length), mask: fc.integer({ min: 1, max: 255 }) }),
        fc.record({ kind: fc.constant("cut" as const), to: place.filter((at) => at < file.length) }),
        fc.record({ kind: fc.constant("add" as const), bytes: fc.integer({ min: 1, max: 40 }) }),
    )

    it("in any one byte, cut anywhere or with anything added is refused, for the same reason by either arithmetic", async () => {
        await fc.assert(
            fc.asyncProperty(change, async (each) => {
                const mutant = changed(file, each)
                const found = await verdict(maya.identity, mutant, plainPrimitives)
                assert.notEqual(found, "opens")
                assert.equal(await verdict(maya.identity, mutant, best), found)
            }),
            { numRuns: 100 },
        )
    })

    for (const [reason, at] of [["header", 5], ["stanza", 25], ["no-match", 100], ["mac", HEADER - 20], ["payload", HEADER + 3]] as const) {
        it(`says ${reason} for another letter at byte ${at}`, async () => {
            assert.equal(await verdict(maya.identity, changed(file, { kind: "letter", at }), best), reason)
        })
    }

    it("says no-match to somebody else, and truncated where whole chunks are missing", async () => {
        assert.equal(await verdict(tom.identity, file, best), "no-match")
        assert.equal(await verdict(maya.identity, changed(file, { kind: "cut", to: HEADER + 16 + CHUNK + 16 }), best), "truncated")
        assert.equal(await verdict(maya.identity, changed(file, { kind: "cut", to: HEADER + 16 }), best), "truncated")
    })
})

function contentOf(size: number): Bytes {
    return Uint8Array.from({ length: size }, (_, at) => at * 7 + (at >> 9))
}

function streamOf(content: Bytes, sizes: readonly number[]): ReadableStream<Uint8Array> {
    let [at, turn] = [0, 0]
    return new ReadableStream<Uint8Array>({
        pull(controller) {
            if (at >= content.length) controller.close()
            else controller.enqueue(content.subarray(at, (at += sizes[turn++ % sizes.length] ?? 1)))
        },
    })
}

/** So many times the same piece; counts how often it was asked for one. */
function counted(piece: Bytes, times: number): { stream: ReadableStream<Uint8Array>; pulled: () => number; cancelled: () => unknown } {
    let pulled = 0
    let reason: unknown
    const stream = new ReadableStream<Uint8Array>(
        {
            pull(controller) {
                pulled += 1
                controller.enqueue(piece)
                if (pulled === times) controller.close()
            },
            cancel(why) {
                reason = why
            },
        },
        { highWaterMark: 0 },
    )
    return { stream, pulled: () => pulled, cancelled: () => reason }
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
    return new Uint8Array(await new Response(stream).arrayBuffer())
}
