import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { checkName, encodeBody, FileRefused, isActive, mendName, type FileName } from "../src/index.ts"
import { HEAD_SIZE, sniff, TAIL_SIZE } from "../src/sniff.ts"
import { isKnown, isMediaType, namePromises } from "../src/types.ts"
import { archive } from "../scripts/vectors/archive.ts"
import { BODY, MESSAGE_ID } from "./people.ts"
import { fromBase64, vectors } from "./vectors.ts"

const { accept, refuse, same, different, mend } = vectors("names.json")
const { contents, names } = vectors("types.json")

/** Any code units, and those that names are made of to deceive. */
const hostile = fc.array(fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom("CON", "nul", ".", "..", "/", "\\", " ", "\u00a0", "\u202e", "\ufeff", "\ud800", "\udc00", "e\u0301", "\u0301", ".pdf", "a".repeat(250), "é".repeat(130), "👩‍👩‍👧", "\0", "\n", ":"),
), { maxLength: 12 }).map((parts) => parts.join(""))

describe("a name", () => {
    for (const name of accept) {
        it(`may be ${name.slice(0, 20)}`, () => {
            assert.equal(checkName(name), null)
            assert.equal(mendName(name), name)
        })
    }

    for (const { name, text, fault } of refuse) {
        it(`may not be ${name}`, () => {
            assert.equal(checkName(text), fault)
        })
    }

    for (const { from, to } of mend) {
        it(`is mended to ${to.slice(0, 20)}`, () => {
            assert.equal(mendName(from), to)
        })
    }

    it("is good after mending, whatever it was, and stays as it is then", () => {
        fc.assert(fc.property(hostile, (name) => {
            const mended = mendName(name)
            assert.equal(checkName(mended), null)
            assert.equal(mendName(mended), mended)
            if (checkName(name) === null) assert.equal(mended, name)
        }), { numRuns: 2000 })
    })

    it("keeps its ending when it is cut", () => {
        fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 260, maxLength: 400 }), (stem) => {
            assert.ok(mendName(`${stem}.docx`).endsWith(".docx"))
        }), { numRuns: 200 })
    })

    it("stands once in a message, whatever its capitals", () => {
        const body = (pair: readonly string[]): Uint8Array =>
            encodeBody({ ...BODY, files: pair.map((name): FileName => ({ object: MESSAGE_ID, name, type: "application/pdf" })) })
        for (const pair of same) assert.throws(() => body(pair), FileRefused)
        for (const pair of different) body(pair)
    })
})

describe("the type of a content", () => {
    const typeOf = (content: Uint8Array): string => sniff({ head: content.subarray(0, HEAD_SIZE), tail: content.subarray(-TAIL_SIZE), size: content.length })

    for (const { name, content, type } of contents) {
        it(`of ${name} is ${type}`, () => {
            assert.equal(typeOf(fromBase64(content)), type)
            assert.ok(isKnown(type) && isMediaType(type))
        })
    }

    it("is found for an archive whose directory is far from its beginning", () => {
        const rest = Array.from({ length: 3000 }, (_, n) => `word/media/image${String(n)}.png`)
        const file = archive(["[Content_Types].xml", "word/document.xml", ...rest, "word/vbaProject.bin"])
        assert.ok(file.length > TAIL_SIZE + HEAD_SIZE)
        assert.equal(typeOf(file), "application/vnd.ms-word.document.macroenabled.12")
    })

    it("is some known type for any bytes, quickly", () => {
        const starts = contents.map(({ content }) => [...fromBase64(content)])
        const bytes = fc.tuple(fc.constantFrom([] as number[], ...starts), fc.uint8Array({ maxLength: 300 }))
            .map(([start, rest]) => Uint8Array.from([...start, ...rest]))
        fc.assert(fc.property(bytes, (content) => {
            assert.ok(isKnown(typeOf(content)))
        }), { numRuns: 2000 })
        const worst = new TextEncoder().encode(`<?xml ${"<!".repeat(TAIL_SIZE)}`)
        const began = performance.now()
        typeOf(worst)
        typeOf(archive([]).fill(0x50, 4))
        assert.ok(performance.now() - began < 1000)
    })
})

describe("a name and a type", () => {
    for (const { name, type, fits, active } of names) {
        it(`${fits ? "fit" : "do not fit"}${active ? ", and the file is active" : ""}: ${name}, ${type}`, () => {
            assert.equal(namePromises(name, type), fits)
            assert.equal(isActive(type, name), active)
        })
    }

    it("are lower case without parameters", () => {
        for (const type of ["application/pdf", "image/svg+xml", "application/vnd.ms-excel.sheet.macroenabled.12"]) assert.ok(isMediaType(type))
        for (const type of ["", "pdf", "a/b/c", "Text/plain", "text/plain; charset=utf-8", "text/", "/x", "text/plain\n", "te xt/x"]) assert.ok(!isMediaType(type), type)
    })
})
