import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { BodyTooLarge, buildStatement, encodeBody, MAX_BODY_SIZE, parseBody, parseStatement, SealError, FormatError, type StatementDraft } from "../src/index.ts"
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
        const level = (changes: Partial<StatementDraft>): string => parseStatement(buildStatement({ ...draft, ...changes })).level
        assert.equal(level({ readers: strong }), "self-held")
        assert.equal(level({ readers: strong, hidden: ["self-held", "passphrase"] }), "passphrase")
        assert.equal(level({ readers: [...strong, reader(tom, "cc")] }), "managed")
    })

    for (const [name, changes] of [
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
        ["with over 200 readers", { readers: Array.from({ length: 201 }, (_, n) => ({ ...reader(ann, n === 0 ? "sender" : "cc"), address: `${String(n)}@a.example` })) }],
    ] as [string, Partial<StatementDraft>][]) {
        it(`is not built ${name}`, () => {
            assert.throws(() => buildStatement({ ...draft, ...changes }), SealError)
        })
    }
})

describe("a body", () => {
    it("comes back as it was written", () => {
        assert.deepEqual(parseBody(encodeBody(BODY)), BODY)
    })

    it("may have 1 MiB and not a byte more", () => {
        const room = MAX_BODY_SIZE - encodeBody({ ...BODY, text: "" }).length
        const full = encodeBody({ ...BODY, text: "x".repeat(room) })
        assert.equal(full.length, MAX_BODY_SIZE)
        assert.deepEqual(parseBody(full).text.length, room)
        assert.throws(() => encodeBody({ ...BODY, text: "x".repeat(room + 1) }), BodyTooLarge)
        assert.throws(() => parseBody(Uint8Array.from([...full, 0x20])), FormatError)
    })

    it("is counted in bytes, not in characters", () => {
        assert.throws(() => encodeBody({ ...BODY, text: "€".repeat(MAX_BODY_SIZE / 2) }), BodyTooLarge)
    })

    for (const [name, changes] of [
        ["half a character", { text: "\ud800" }], ["an unknown version", { v: 2 }], ["an unknown member", { bcc: [] }],
        ["a time that is none", { sent_at: "now" }], ["a file without a name", { files: [{ object: MESSAGE_ID, type: "x" }] }],
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
