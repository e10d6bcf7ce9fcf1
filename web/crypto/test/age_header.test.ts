import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { encode, encodeHeader, encodeStanzas, MAX_HEADER_SIZE, parseHeader, readHeader, type Stanza } from "../src/age/header.ts"
import { plainPrimitives } from "../src/age/plain.ts"
import { openFile } from "../src/age/reader.ts"
import { Source } from "../src/age/source.ts"
import { decryptStream, decryptWith, encryptTo } from "../src/age.ts"
import { concat, encodeText, ownBytes, type Bytes } from "../src/bytes.ts"
import { MalformedFile, type FileFault } from "../src/errors.ts"
import { maya } from "./people.ts"

const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 70 })
const bytes = (size: { minLength?: number; maxLength: number }): fc.Arbitrary<Bytes> =>
    fc.uint8Array(size).map((each) => ownBytes(each))
const stanza: fc.Arbitrary<Stanza> = fc.record(
    { args: fc.array(visible, { minLength: 1, maxLength: 4 }), body: bytes({ maxLength: 200 }) }, { noNullPrototype: true },
)
const mac = bytes({ minLength: 32, maxLength: 32 })

describe("a header", () => {
    it("is read as it was written, in any pieces, up to its last byte and no further", async () => {
        const pieces = fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 20 }).filter((sizes) => sizes.some(Boolean))
        await fc.assert(
            fc.asyncProperty(fc.array(stanza, { minLength: 1, maxLength: 4 }), mac, pieces, bytes({ maxLength: 40 }), async (stanzas, given, sizes, after) => {
                const covered = encodeStanzas(stanzas)
                const source = inPieces(concat(encodeHeader({ covered, mac: given }), after), sizes)
                assert.deepEqual(await readHeader(source), { stanzas, covered, mac: given })
                assert.deepEqual(await source.take(100), after)
            }),
        )
    })

    it("has one spelling: what is read differently is refused", () => {
        const header = encodeHeader({ covered: encodeStanzas([{ args: ["a", "b"], body: new Uint8Array(50) }]), mac: new Uint8Array(32) })
        fc.assert(
            fc.property(fc.nat(header.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
                const other = Uint8Array.from(header, (byte, index) => (index === at ? byte ^ mask : byte))
                const read = orFault(() => parseHeader(other))
                if (typeof read === "string") assert.equal(read, "header")
                else assert.deepEqual(encodeHeader({ covered: encodeStanzas(read.stanzas), mac: read.mac }), other)
            }),
            { numRuns: 500 },
        )
    })

    for (const [name, text] of [
        ["no version", "-> a b\n\n--- "], ["another version", "age-encryption.org/v2\n-> a b\n\n--- "],
        ["no stanza", "age-encryption.org/v1\n--- "], ["a full last line", `age-encryption.org/v1\n-> a b\n${"A".repeat(64)}\n--- `],
        ["an argument of a letter outside ASCII", "age-encryption.org/v1\n-> \u00e9\n\n--- "],
    ] as const) {
        it(`with ${name} is refused`, () => {
            const whole = concat(encodeText(text), encodeText(`${encode(new Uint8Array(32))}\n`))
            assert.equal(orFault(() => parseHeader(whole)), "header")
        })
    }

    it("is read up to its bound and not beyond, however it comes", async () => {
        for (const [size, expected] of [[MAX_HEADER_SIZE, "read"], [MAX_HEADER_SIZE + 1, "too-large"]] as const) {
            for (const sizes of [[1e9], [1], [1000]]) {
                assert.equal(await read(headerOf(size), sizes), expected, `${size} in pieces of ${sizes.join()}`)
            }
        }
    })
})

describe("a file made to keep a reader busy", () => {
    const version = "age-encryption.org/v1\n"
    const endless: [name: string, text: string, fault: FileFault][] = [
        ["10,000 stanzas", version + `-> mlkem768x25519 ${"A".repeat(1494)}\n${"A".repeat(43)}\n`.repeat(10_000), "too-large"],
        ["a million empty stanzas", version + "-> a\n\n".repeat(1_000_000), "too-large"],
        ["a line of 5 MB", `${version}-> ${"a".repeat(5_000_000)}`, "too-large"],
        ["5 MB without a line", "a".repeat(5_000_000), "header"],
        ["5 MB of line feeds", version + "\n".repeat(5_000_000), "too-large"],
    ]
    for (const [name, text, fault] of endless) {
        it(`with ${name} is refused within seconds, and the rest of it is not asked for`, async () => {
            const file = encodeText(text)
            const start = process.cpuUsage()
            await assert.rejects(decryptWith(maya.identity, file), { name: "MalformedFile", reason: fault })
            const { stream, taken } = counted(file)
            await assert.rejects(decryptStream(maya.identity, stream), { name: "MalformedFile", reason: fault })
            // Of the processor's time, since others may be using it too.
            assert.ok(process.cpuUsage(start).user < 5_000_000)
            assert.ok(taken() <= 2 * MAX_HEADER_SIZE)
        })
    }

    it("with 30 stanzas is refused before any arithmetic, where only one is allowed", async () => {
        const one = parseHeader((await encryptTo(maya.recipient, new Uint8Array(0))).slice(0, 1627)).stanzas
        const header = encodeHeader({ covered: encodeStanzas(Array.from({ length: 30 }, () => one).flat()), mac: new Uint8Array(32) })
        const forbidden = new Proxy(plainPrimitives, {
            get: () => assert.fail("arithmetic"),
        })
        await assert.rejects(decryptWith(maya.identity, header, forbidden), { reason: "stanza" })
    })

    it("does reach the unwrapper with 30, where that is its to decide", async () => {
        let seen = 0
        const header = encodeHeader({ covered: encodeStanzas(Array.from({ length: 30 }, () => ({ args: ["a"], body: new Uint8Array(32) }))), mac: new Uint8Array(32) })
        const unwrap = async (stanzas: readonly Stanza[]): Promise<null> => {
            seen = stanzas.length
            return Promise.resolve(null)
        }
        await assert.rejects(openFile(plainPrimitives, Source.of(header), unwrap), { reason: "no-match" })
        assert.equal(seen, 30)
    })
})

/** A header of exactly so many bytes. */
function headerOf(size: number): Bytes {
    const fixed = encodeHeader({ covered: encodeStanzas([{ args: ["a", "b"], body: new Uint8Array() }]), mac: new Uint8Array(32) }).length
    const args = ["a", "b".repeat(size - fixed + 1)]
    return encodeHeader({ covered: encodeStanzas([{ args, body: new Uint8Array() }]), mac: new Uint8Array(32) })
}

async function read(header: Bytes, sizes: readonly number[]): Promise<string> {
    return readHeader(inPieces(header, sizes)).then(() => "read", (error: unknown) => (error as MalformedFile).reason)
}

function orFault<T>(parse: () => T): T | FileFault {
    try {
        return parse()
    } catch (error) {
        if (error instanceof MalformedFile) return error.reason
        throw error
    }
}

function inPieces(whole: Bytes, sizes: readonly number[]): Source {
    let [at, turn] = [0, 0]
    return new Source(async () => {
        if (at >= whole.length) return Promise.resolve(null)
        const size = sizes[turn++ % sizes.length] ?? 1
        return Promise.resolve(whole.subarray(at, (at += size)))
    })
}

function counted(file: Bytes): { stream: ReadableStream<Uint8Array>; taken: () => number } {
    let at = 0
    const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
            controller.enqueue(file.subarray(at, (at += 10_000)))
            if (at >= file.length) controller.close()
        },
    })
    return { stream, taken: () => at }
}
