/** Vectors of whole messages: one that opens, and for each refusal the inputs that must give it. */

import { canonical, pad, encodeBody, parseCanonical, sign, toBase64url, fromBase64url, type FileName, type Refusal } from "../../src/index.ts"
import { encodeText, sha256 } from "../../src/bytes.ts"
import { ann, BODY, directoryKey, lookupOf, maya, MESSAGE_ID, NOW, reader, signedByAnn, signedLookup, signText, statementText, THREAD_ID, tom } from "../../test/people.ts"
import type { SignedObject } from "../../src/statement.ts"
import { FILE_ID, MESSAGE_KEY, messageKey, OBJECT_ID, SECOND_FILE_ID, YEAR_10000, type Json } from "./common.ts"
import { base64, type Kind, type Store } from "./store.ts"

export interface MessageCase {
    readonly name: string
    readonly code: Refusal["code"]
    /** Members of `base` that stand in place of its own. */
    readonly with: Json
}

/** Makes cases against one store of ciphertexts. */
export class Messages {
    readonly #store: Store

    constructor(store: Store) {
        this.#store = store
    }

    /** The body that most cases hold. */
    async body(): Promise<{ object: SignedObject; file: Uint8Array }> {
        return this.#object("body", pad(encodeBody(BODY)))
    }

    async all(): Promise<Json> {
        const { object, file } = await this.body()
        const signed = await signText(statementText([object], messageKey))
        const opened = { message_key: MESSAGE_KEY, ...signed, grants: [], merge: {} }
        const base = {
            asked: MESSAGE_ID,
            viewer: { address: maya.address, key: maya.key },
            opened,
            sender: await signedLookup(lookupOf(ann)),
            objects: { [OBJECT_ID]: base64(file) },
        }
        const cases = [
            ...(await this.#statements(signed.statement, opened)),
            ...(await this.#signatures(signed.statement, opened)),
            ...(await others(signed.statement, opened, file)),
            ...(await this.#objects(opened)),
            ...(await this.#names(opened)),
        ]
        return {
            about: "docs/spec/statement.md section 5. Each case is `base` with some members replaced, and must be refused with `code`. Objects are base64. `sender` is the look-up of the sender, signed by `directory_key`.",
            directory_key: directoryKey,
            base,
            statement: parseCanonical(signed.statement),
            statement_hash: await sha256(encodeText(signed.statement)),
            body: BODY,
            cases,
            envelopes: await this.#envelopes(opened),
        }
    }

    async #object(name: string, padded: Uint8Array, changes: Partial<SignedObject> = {}, kind?: Kind, identity = MESSAGE_KEY): Promise<{ object: SignedObject; file: Uint8Array }> {
        const file = await this.#store.file(`object: ${name}`, identity, padded, kind)
        const size = encodeBody(BODY).length
        return { object: { id: OBJECT_ID, role: "body", size, sha256: await sha256(file), ...changes }, file }
    }

    /** Signed by the right key, but no statement. */
    async #statements(text: string, opened: Json): Promise<MessageCase[]> {
        const good = JSON.parse(text) as Json
        const { thread_id: _, ...short } = good
        const [own, to] = good["readers"] as Json[]
        const [body] = good["objects"] as Json[]
        const file = { ...body, id: FILE_ID, role: "file" }
        const values: [string, Json][] = [
            ["an unknown member", { ...good, note: "" }],
            ["a missing member", short],
            ["an unknown version", { ...good, v: 2 }],
            ["a message id that is too short", { ...good, message_id: MESSAGE_ID.slice(1) }],
            ["parents out of order", { ...good, parents: [maya.key, ann.key].sort().reverse() }],
            ["a sender with an unknown member", { ...good, sender: { ...(good["sender"] as Json), name: "Ann" } }],
            ["a sender's address in capitals", { ...good, sender: { ...(good["sender"] as Json), address: "Ann@hart.example" } }],
            ["an unknown custody", { ...good, sender: { ...(good["sender"] as Json), custody: "firm" } }],
            ["readers out of order", { ...good, readers: [to, own] }],
            ["a reader's address in capitals", { ...good, readers: [{ ...to, address: "Maya@client.example" }, own] }],
            ["a reader twice in one role", { ...good, readers: [own, to, to] }],
            ["an unknown role", { ...good, readers: [own, { ...to, role: "bcc" }] }],
            ["an unknown level", { ...good, readers: [own, { ...to, level: "strong" }] }],
            ["a reader with an unknown member", { ...good, readers: [own, { ...to, name: "Maya" }] }],
            ["a reader's key that is no fingerprint", { ...good, readers: [own, { ...to, key: "waiting" }] }],
            ["no sender's copy", { ...good, readers: [to] }],
            ["two senders' copies", { ...good, readers: [own, { ...to, role: "sender" }] }],
            ["a managed sender whose own copy claims to be self-held", { ...good, readers: [{ ...own, level: "self-held" }, to] }],
            ["a level above the weakest reader's", { ...good, level: "self-held" }],
            ["a time before 1970", { ...good, created: -1 }],
            ["a time in the year 10000", { ...good, created: YEAR_10000 }],
            ["an end in the year 10000", { ...good, expires: YEAR_10000 }],
            ["a policy that this version does not know", { ...good, policy: { print: false } }],
            ["a policy that lets everybody grant", { ...good, policy: { grants: "everybody" } }],
            ["a policy with an unknown member", { ...good, policy: { grants: "readers", print: false } }],
            ["no object", { ...good, objects: [] }],
            ["no body", { ...good, objects: [file] }],
            ["two bodies", { ...good, objects: [body, { ...body, id: FILE_ID }] }],
            ["a body that is not first", { ...good, objects: [file, body] }],
            ["an object with a name", { ...good, objects: [{ ...body, name: "letter" }] }],
            ["an object with a negative size", { ...good, objects: [{ ...body, size: -1 }] }],
            ["an object of no bytes", { ...good, objects: [{ ...body, size: 0 }] }],
            ["an object twice", { ...good, objects: [body, file, file] }],
            ["101 files", { ...good, objects: [body, ...Array.from({ length: 101 }, (_, n) => ({ ...file, id: `${FILE_ID.slice(3)}${String(n + 100)}` }))] }],
            ["a checkpoint of no log", { ...good, checkpoint: "1" }],
        ]
        const texts: [string, string][] = [
            ["white space", text.replace(":", ": ")],
            ["a duplicate member", text.replace('{"checkpoint":null', '{"checkpoint":null,"checkpoint":null')],
            ["a time as a fraction", text.replace('"created":1795348800', '"created":1795348800.0')],
            ["a lone surrogate", text.replace('"firm":"hart"', '"firm":"\\ud800"')],
            ["no JSON", "Dear Maya"],
        ]
        const signed = await Promise.all([
            ...values.map(async ([name, value]) => [name, await signedByAnn(value)] as const),
            ...texts.map(async ([name, each]) => [name, await signText(each)] as const),
        ])
        return signed.map(([name, each]) => refused("statement-malformed", name, { opened: { ...opened, ...each } }))
    }

    async #signatures(text: string, opened: Json): Promise<MessageCase[]> {
        const { signature } = await signText(text)
        const flipped = fromBase64url(signature.value)
        flipped[0] = (flipped[0] ?? 0) ^ 1
        const later = text.replace('"created":1795348800', '"created":1795348801')
        const byTom = await sign("letterlock/statement/v1", text, tom.signingSeed)
        const tomsOwn = text.replace(ann.signingFingerprint, tom.signingFingerprint)
        const lookup = async (changes: Json): Promise<Json> => ({ sender: await signedLookup({ ...lookupOf(ann), ...changes }) })
        const changed = (changes: Json): Json => ({ opened: { ...opened, ...changes } })
        return [
            refused("statement-signature", "one bit of the signature flipped", changed({ signature: { ...signature, value: toBase64url(flipped) } })),
            refused("statement-signature", "changed after signing", changed({ statement: later })),
            refused("statement-signature", "signed under the domain of look-ups", changed({ signature: await sign("letterlock/lookup/v1", text, ann.signingSeed) })),
            refused("statement-signature", "signed by another under the sender's fingerprint", changed({ signature: { ...byTom, key: signature.key } })),
            refused("statement-signature", "another algorithm", changed({ signature: { ...signature, alg: "Ed448" } })),
            refused("statement-signature", "a signature that is too short", changed({ signature: { ...signature, value: signature.value.slice(4) } })),
            refused("sender-key-unknown", "signed by a key of somebody else", changed({ signature: byTom })),
            refused("sender-key-unknown", "signed by, and naming, a key of somebody else", changed({ statement: tomsOwn, signature: await sign("letterlock/statement/v1", tomsOwn, tom.signingSeed) })),
            refused("sender-key-unknown", "the directory names another key", await lookup({ signing_key: tom.signingKey })),
            refused("sender-key-unknown", "the directory names another custody of the key", await lookup({ custody: "self-held" })),
            refused("sender-key-unknown", "the directory names no key", await lookup({ signing_key: null })),
            refused("sender-key-unknown", "signed over an hour after the key was replaced", await lookup({ until: NOW - 3601 })),
            refused("sender-key-unknown", "the look-up is another person's", { sender: await signedLookup(lookupOf(tom, { signing_key: ann.signingKey })) }),
        ]
    }

    /** Signed and unchanged, but not what the statement or the format says. */
    async #objects(opened: Json): Promise<MessageCase[]> {
        const padded = pad(encodeBody(BODY))
        const size = encodeBody(BODY).length
        const dirty = padded.slice()
        dirty[dirty.length - 1] = 1
        const json = (value: unknown): { content: Uint8Array; size: number } => {
            const content = encodeText(JSON.stringify(value))
            return { content: pad(content), size: content.length }
        }
        const { text: _, ...short } = BODY
        const contents: [string, Uint8Array, number, Kind?, string?][] = [
            ["padding that is not zero", dirty, size],
            ["padding left out", encodeBody(BODY), size],
            ["a size that is not the content's", padded, size - 1],
            ["a size that takes in a zero", padded, size + 1],
            ["a size beyond the content", padded, padded.length + 1000],
            ["made for another key", padded, size, "production", maya.identity],
            ["a second, classical stanza", padded, size, "mixed"],
            ["no JSON", pad(encodeText("Dear Maya,")), 10],
        ]
        for (const [name, value] of [["a body with an unknown member", { ...BODY, bcc: [] }], ["a body with a missing member", short],
            ["a body of an unknown version", { ...BODY, v: 2 }], ["a body of the year 10000", { ...BODY, sent_at: YEAR_10000 }],
            ["a body that names a file nobody signed", { ...BODY, files: [{ object: FILE_ID, name: "a.pdf", type: "application/pdf" }] }]] as const) {
            const made = json(value)
            contents.push([name, made.content, made.size])
        }
        const cases = await Promise.all(contents.map(async ([name, content, signedSize, kind, identity]) => {
            const { object, file } = await this.#object(name, content, { size: signedSize }, kind, identity)
            return this.#signedObject(name, opened, object, file)
        }))
        const { object, file } = await this.#object("body", padded)
        const cut = file.slice(0, -1)
        return [...cases, await this.#signedObject("cut short before it was signed", opened, { ...object, sha256: await sha256(cut) }, cut)]
    }

    /** Bodies whose files no reader may show, well signed. */
    async #names(opened: Json): Promise<MessageCase[]> {
        const pdf = (name: string, object = FILE_ID): FileName => ({ object, name, type: "application/pdf" })
        const cases: [Refusal["code"], string, FileName[]][] = [
            ["file-name", "a name with a path", [pdf("../a.pdf")]],
            ["file-name", "two dots for a name", [pdf("..")]],
            ["file-name", "a device for a name", [pdf("CON.pdf")]],
            ["file-name", "a name that turns its direction", [pdf("invoice\u202efdp.exe")]],
            ["file-name", "a name of 256 bytes", [pdf(`${"a".repeat(252)}.pdf`)]],
            ["file-name", "a name that is empty", [pdf("")]],
            ["file-name", "a name that is not NFC", [pdf("e\u0301.pdf")]],
            ["file-name", "one name twice, but for capitals", [pdf("a.pdf"), pdf("A.PDF", SECOND_FILE_ID)]],
            ["file-type", "a type with a parameter", [{ ...pdf("a.txt"), type: "text/plain;charset=utf-8" }]],
            ["file-type", "a type in capitals", [{ ...pdf("a.pdf"), type: "application/PDF" }]],
            ["object-malformed", "a body that names a file of the message twice", [pdf("a.pdf"), pdf("b.pdf")]],
        ]
        return Promise.all(cases.map(async ([code, name, files]) => {
            const content = encodeText(canonical({ ...BODY, files }))
            const { object, file } = await this.#object(name, pad(content), { size: content.length })
            const ids = new Set(code === "object-malformed" ? [FILE_ID, SECOND_FILE_ID] : files.map((each) => each.object))
            const signed = [...ids].map((id) => ({ id, role: "file", size: 10, sha256: object.sha256 }) as const)
            const letter = await signText(statementText([object, ...signed], messageKey))
            return refused(code, name, { opened: { ...opened, ...letter }, objects: { [OBJECT_ID]: base64(file) } })
        }))
    }

    async #signedObject(name: string, opened: Json, object: SignedObject, file: Uint8Array): Promise<MessageCase> {
        const signed = await signText(statementText([object], messageKey))
        return refused("object-malformed", name, { opened: { ...opened, ...signed }, objects: { [OBJECT_ID]: base64(file) } })
    }

    /** Envelopes as files: the first opens, the others are `envelope-malformed`. */
    async #envelopes(opened: Json): Promise<Json> {
        const make = async (name: string, value: unknown, kind?: Kind): Promise<Uint8Array> =>
            this.#store.file(`envelope: ${name}`, maya.identity, pad(encodeText(typeof value === "string" ? value : JSON.stringify(value))), kind)
        const content = { v: 1, ...opened }
        const { grants: _, ...short } = content as Json
        const good = await make("Maya's", content)
        const flipped = good.slice()
        flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
        const files: [string, Uint8Array][] = [
            ["cut short", good.slice(0, -1)],
            ["one bit flipped", flipped],
            ["empty", new Uint8Array()],
            ["a second, classical stanza", await make("mixed", content, "mixed")],
            ["a classical stanza", await make("classical", content, "classical")],
            ["an unknown version", await make("version", { ...content, v: 2 })],
            ["an unknown member", await make("unknown member", { ...content, note: "" })],
            ["a missing member", await make("missing member", short)],
            ["a grant without its members", await make("grant", { ...content, grants: [{}] })],
            ["merge values that no grant vouches for", await make("merge", { ...content, merge: { name: "Maya" } })],
            ["no JSON", await make("no JSON", "Dear Maya,")],
            ["something after the zeros", await make("after the zeros", `${JSON.stringify(content)}\0\0{}`)],
        ]
        return {
            identity: maya.identity,
            file: base64(good),
            opened,
            refuse: [
                ...files.map(([name, file]) => ({ name, identity: maya.identity, file: base64(file) })),
                { name: "made for another key", identity: tom.identity, file: base64(good) },
            ],
        }
    }
}

/** What is wrong with the question, the viewer, the key or the set of objects. */
async function others(text: string, opened: Json, file: Uint8Array): Promise<MessageCase[]> {
    const flipped = file.slice()
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
    const good = JSON.parse(text) as { objects: SignedObject[] }
    const pending = await signText(statementText(good.objects, messageKey, [reader(ann, "sender"), reader(maya, "to"), { ...reader(tom, "cc"), key: "pending" }]))
    const { grants: _, ...short } = opened
    const body = base64(file)
    const envelope = (name: string, value: Json): MessageCase => refused("envelope-malformed", name, { opened: value })
    return [
        refused("wrong-message", "another message was asked for", { asked: THREAD_ID }),
        refused("viewer-not-listed", "a stranger", { viewer: { address: tom.address, key: tom.key } }),
        refused("viewer-not-listed", "a reader with another key", { viewer: { address: maya.address, key: tom.key } }),
        refused("viewer-not-listed", "a stranger with a reader's key", { viewer: { address: tom.address, key: maya.key } }),
        refused("viewer-not-listed", "a reader who had no key yet", { viewer: { address: tom.address, key: tom.key }, opened: { ...opened, ...pending } }),
        refused("viewer-not-listed", "a key that is called pending", { viewer: { address: tom.address, key: "pending" }, opened: { ...opened, ...pending } }),
        refused("message-key-mismatch", "another message's key", { opened: { ...opened, message_key: maya.identity } }),
        refused("object-missing", "no object", { objects: {} }),
        refused("object-missing", "the object under another id", { objects: { [FILE_ID]: body } }),
        refused("object-extra", "an object that nobody signed", { objects: { [OBJECT_ID]: body, [FILE_ID]: body } }),
        refused("object-changed", "one bit flipped", { objects: { [OBJECT_ID]: base64(flipped) } }),
        refused("object-changed", "cut short", { objects: { [OBJECT_ID]: base64(file.slice(0, -1)) } }),
        refused("object-changed", "empty", { objects: { [OBJECT_ID]: "" } }),
        envelope("a missing member", short),
        envelope("an unknown member", { ...opened, note: "" }),
        envelope("a signature with an unknown member", { ...opened, signature: { ...(opened["signature"] as Json), note: "" } }),
        envelope("a grant without its members", { ...opened, grants: [{}] }),
        envelope("a message key that is no identity", { ...opened, message_key: maya.recipient }),
    ]
}

function refused(code: Refusal["code"], name: string, changes: Json): MessageCase {
    return { name, code, with: changes }
}
