import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { BodyTooLarge, buildStatement, encodeBody, FileRefused, heads, MAX_BODY_SIZE, MAX_FILES, parseBody, parseStatement, SealError, FormatError, type Answering, type StatementDraft } from "../src/index.ts"
import { ann, BODY, maya, MESSAGE_ID, NOW, reader, THREAD_ID, tom } from "./people.ts"

const body = { id: MESSAGE_ID, role: "body", size: 10, sha256: maya.key } as const
const file = { id: THREAD_ID, role: "file", size: 10, sha256: maya.key } as const

const draft: StatementDraft = {
    message_id: MESSAGE_ID, thread_id: THREAD_ID, parents: [],
    sender: { address: ann.address, firm: "hart", key: ann.signingFingerprint, custody: "managed" },
    readers: [reader(ann, "sender"), reader(maya, "to")],
    created: NOW, expires: null, message_key: tom.key, objects: [body],
}

describe("a statement", () => {
    it("is built as its reader parses it", () => {
        const statement = parseStatement(buildStatement(draft))
        assert.deepEqual(statement, { ...draft, v: 1, level: "managed", policy: {}, checkpoint: null })
    })

    it("is the same text whatever the order of readers and parents", () => {
        const readers = [reader(tom, "cc"), reader(maya, "to"), reader(maya, "cc"), reader(ann, "sender")]
        const text = buildStatement({ ...draft, readers, parents: [ann.key, maya.key] })
        assert.equal(buildStatement({ ...draft, readers: [...readers].reverse(), parents: [maya.key, ann.key] }), text)
        assert.deepEqual(parseStatement(text).readers.map(({ address, role }) => [address, role]), [
            [ann.address, "sender"], [maya.address, "cc"], [maya.address, "to"], [tom.address, "cc"],
        ])
    })

    it("leaves out the bytes of its objects", () => {
        const sealed = { ...body, bytes: new Uint8Array(3) }
        assert.deepEqual(parseStatement(buildStatement({ ...draft, objects: [sealed, file] })).objects, [body, file])
    })

    it("has the level of its weakest reader, hidden ones included", () => {
        const strong = draft.readers.map((each) => ({ ...each, level: "self-held" as const }))
        const sender = { ...draft.sender, custody: "self-held" } as const
        const level = (changes: Partial<StatementDraft>): string => parseStatement(buildStatement({ ...draft, sender, ...changes })).level
        assert.equal(level({ readers: strong }), "self-held")
        assert.equal(level({ readers: strong, hidden: ["self-held", "passphrase"] }), "passphrase")
        assert.equal(level({ readers: [...strong, reader(tom, "cc")] }), "managed")
    })

    it("says who may grant", () => {
        assert.deepEqual(parseStatement(buildStatement({ ...draft, policy: { grants: "readers" } })).policy, { grants: "readers" })
        assert.throws(() => buildStatement({ ...draft, policy: { grants: "all" } as never }), SealError)
    })

    it("has 100 files at most", () => {
        const files = Array.from({ length: MAX_FILES + 1 }, (_, n) => ({ ...file, id: `${file.id.slice(3)}${String(n + 100)}` }))
        assert.equal(parseStatement(buildStatement({ ...draft, objects: [body, ...files.slice(1)] })).objects.length, 101)
        assert.throws(() => buildStatement({ ...draft, objects: [body, ...files] }), { name: "FileRefused", code: "too-many-files" })
    })

    for (const [name, changes] of [
        ["with an empty object", { objects: [{ ...body, size: 0 }] }],
        ["without a sender's copy", { readers: [reader(maya, "to")] }],
        ["with two senders' copies", { readers: [reader(ann, "sender"), reader(maya, "sender")] }],
        ["with the sender's copy for somebody else", { readers: [reader(maya, "sender")] }],
        ["with a reader twice in one role", { readers: [...draft.readers, reader(maya, "to")] }],
        ["with an address in capitals", { readers: [reader(ann, "sender"), { ...reader(maya, "to"), address: "Maya@client.example" }] }],
        ["with an address that is none", { readers: [reader(ann, "sender"), { ...reader(maya, "to"), address: "maya" }] }],
        ["without a body", { objects: [file] }],
        ["with its body after a file", { objects: [file, body] }],
        ["with an object twice", { objects: [body, { ...file, id: body.id }] }],
        ["with a size that is no count", { objects: [{ ...body, size: 1.5 }] }],
        ["with a parent twice", { parents: [maya.key, maya.key] }],
        ["with an id that is none", { message_id: "1" }],
        ["with an expiry that is no time", { expires: -1 }],
        ["with a time that no calendar writes", { created: 253_402_300_800 }],
        ["with over 200 readers", { readers: Array.from({ length: 201 }, (_, n) => ({ ...reader(ann, n === 0 ? "sender" : "cc"), address: `${String(n)}@a.example` })) }],
    ] as [string, Partial<StatementDraft>][]) {
        it(`is not built ${name}`, () => {
            assert.throws(() => buildStatement({ ...draft, ...changes }), SealError)
        })
    }
})

describe("the heads of a thread", () => {
    const letter = (hash: string, ...parents: string[]): Answering =>
        ({ hash, parents, sender: "ann", readers: ["ann", "maya", "tom"], granted: [] })
    const two = ["ann", "maya"]

    it("are the letters that nobody answered, sorted and each once", () => {
        assert.deepEqual(heads([], two), [])
        assert.deepEqual(heads([letter("a")], two), ["a"])
        assert.deepEqual(heads([letter("a"), letter("b", "a"), letter("c", "b")], two), ["c"])
        assert.deepEqual(heads([letter("c", "a"), letter("b", "a"), letter("a"), letter("c", "a")], two), ["b", "c"])
        assert.deepEqual(heads([letter("d", "b", "c"), letter("b", "a"), letter("c", "a")], two), ["d"])
    })

    it("count what was opened, not what is answered", () => {
        assert.deepEqual(heads([letter("b", "a"), letter("c", "not opened")], two), ["b", "c"])
    })

    it("are only those that every reader of the answer may read, so that no hidden reader is given away", () => {
        const first = { ...letter("a"), granted: ["ben", "sue"] }
        const secret = { ...letter("b", "a"), sender: "ben", readers: ["ben", "ann"] }
        assert.deepEqual(heads([first, secret], ["ann", "maya"]), ["a"])
        assert.deepEqual(heads([first, secret], ["ann", "ben"]), ["b"])
        assert.deepEqual(heads([first, secret], ["ann", "maya", "ben"]), [])
    })

    it("are told by a hidden reader to the sender alone, who knows of him", () => {
        const first = { ...letter("a"), granted: ["ben", "sue"] }
        assert.deepEqual(heads([first], ["ben", "ann"]), ["a"])
        for (const readers of [["ben", "ann", "tom"], ["ben", "tom"], ["ben", "sue"], ["ann", "ben", "sue"]]) {
            assert.deepEqual(heads([first], readers), [], readers.join())
        }
    })
})

describe("a body", () => {
    it("comes back as it was written", () => {
        assert.deepEqual(parseBody(encodeBody(BODY)), BODY)
    })

    it("may have 4 MiB and not a byte more", () => {
        const room = MAX_BODY_SIZE - encodeBody({ ...BODY, text: "" }).length
        const full = encodeBody({ ...BODY, text: "x".repeat(room) })
        assert.equal(full.length, MAX_BODY_SIZE)
        assert.deepEqual(parseBody(full).text.length, room)
        assert.throws(() => encodeBody({ ...BODY, text: "x".repeat(room + 1) }), BodyTooLarge)
        assert.throws(() => parseBody(Uint8Array.from([...full, 0x20])), FormatError)
    })

    for (const [code, files] of [
        ["file-name", [{ name: "../a.pdf" }]], ["file-name", [{ name: "a.pdf" }, { name: "A.pdf" }]], ["file-type", [{ type: "PDF" }]],
        ["too-many-files", Array.from({ length: MAX_FILES + 1 }, (_, n) => ({ name: `${String(n)}.pdf` }))],
    ] as const) {
        it(`is not encoded with files that a reader would refuse: ${code}`, () => {
            const named = files.map((each) => ({ object: MESSAGE_ID, name: "a.pdf", type: "application/pdf", ...each }))
            assert.throws(() => encodeBody({ ...BODY, files: named }), (error) => error instanceof FileRefused && error.code === code)
        })
    }

    it("is counted in bytes, not in characters", () => {
        assert.throws(() => encodeBody({ ...BODY, text: "€".repeat(MAX_BODY_SIZE / 2) }), BodyTooLarge)
    })

    for (const [name, changes] of [
        ["half a character", { text: "\ud800" }], ["an unknown version", { v: 2 }], ["an unknown member", { bcc: [] }],
        ["a time that is none", { sent_at: "now" }], ["a time that no calendar writes", { sent_at: 253_402_300_800 }], ["a file without a name", { files: [{ object: MESSAGE_ID, type: "x" }] }],
        ["a subject that is no text", { subject: null }],
    ] as const) {
        it(`is refused with ${name}`, () => {
            const bad = { ...BODY, ...changes } as unknown as typeof BODY
            assert.throws(() => encodeBody(bad), SealError)
            assert.throws(() => parseBody(new TextEncoder().encode(JSON.stringify(bad))), FormatError)
        })
    }

    it("is refused when it is not UTF-8", () => {
        assert.throws(() => parseBody(Uint8Array.of(0x22, 0xff, 0x22)), FormatError)
    })
})
