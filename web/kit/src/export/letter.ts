/** Open one letter for an export, and seal it anew to an identity made for this export alone. */

import {
    canonical, encodeBody, LogRefused, LookupRefused, parseStatement, Refusal, type Body, type CryptoClient, type Lookup,
    type Opened, type SignedObject, type Statement,
} from "@letterlock/crypto"

import { newKey, Problem } from "../api.ts"
import type { LogCall } from "../log.ts"
import { OpenedByServer } from "../own/opened.ts"
import { openedOf, type ReadingDesk, viewerOf } from "../reading/open.ts"
import { isGivenUp } from "../reading/refusal.ts"
import { list, type Members, members, text, Unexpected } from "../shape.ts"
import { ENVELOPE, fileName, IDENTITY, MESSAGE, originalName } from "./names.ts"
import type { Entry } from "./zip.ts"

/** What of the crypto client an export needs: a worker of its own, since its temporary files go after each letter. */
export type ExportCrypto =
    Pick<CryptoClient, "cleanTemporary" | "newMessageKey" | "openMessage" | "resealFile" | "sealPlain" | "verifyLookup">

/** What an export is made with: a reading desk whose crypto client can seal too. */
export interface ExportDesk extends Pick<ReadingDesk, "call" | "directoryKey" | "log" | "own"> {
    readonly crypto: ExportCrypto
}

/** A letter failed a check, so it is not in an export; `code` as in statement.md section 5. */
export class ExportRefused extends Error {
    override readonly name = "ExportRefused"
    /** Id of the message. */
    readonly letter: string
    readonly code: string

    constructor(letter: string, code: string) {
        super(`${code} in ${letter}`)
        this.letter = letter
        this.code = code
    }
}

/** A letter that passed every check; its files are looked at when they are sealed anew. */
export interface Opening {
    readonly id: string
    readonly statement: Statement
    readonly body: Body
    readonly opened: Opened
    /** The body's age file. */
    readonly original: Uint8Array
    /** JSON of `envelope.age`. */
    readonly envelope: string
}

/** One file of a letter, or its text, is sealed anew. */
export interface Step {
    /** From 1; 0 for the text. */
    readonly file: number
    /** Of the content, in bytes. */
    readonly size: number
}

/**
 * Fetch a letter's envelope and text, and check both.
 *
 * @throws {@link ExportRefused}; Problem and Unreachable of api.ts.
 */
export async function openForExport(desk: ExportDesk, id: string, signal?: AbortSignal): Promise<Opening> {
    const [key, log] = [newKey(), desk.log.begin()]
    const body = { for: "export", since: log.since }
    const said = await desk.call((api) => api.post(`/messages/${id}/open`, { body, key, ...calling(signal) }))
    return refusing(id, async () => {
        const answer = members(said)
        const opened = await openedOf(desk, answer)
        const { sender: { address }, objects: [first] } = parseStatement(opened.statement)
        const sender = await lookUp(desk, log, answer["sender"], address)
        const granters = await Promise.all(list(answer["granters"]).map((one) => lookUp(desk, log, one)))
        const viewer = viewerOf(answer)
        const original = first === undefined ? null : await fetchObject(desk, id, first.id, signal)
        // The worker empties what it is given, so it gets a copy. Nothing there is said by the check.
        const objects = new Map(first === undefined || original === null ? [] : [[first.id, original.slice()]])
        const checked = await desk.crypto.openMessage({ asked: id, viewer, opened, sender, granters, objects }, calling(signal))
        const { statement } = checked
        return { id, statement, body: checked.body, opened, original: original ?? new Uint8Array(), envelope: envelopeOf({ ...answer, ...opened, viewer }, desk.directoryKey) }
    })
}

/** Everything in a letter's folder, one file after the other. */
export async function* letterEntries(
    desk: ExportDesk, letter: Opening, done: (step: Step) => void, signal?: AbortSignal,
): AsyncGenerator<Entry> {
    const key = await desk.crypto.newMessageKey()
    const seal = async (content: Uint8Array): Promise<Blob> =>
        (await desk.crypto.sealPlain({ recipient: key.recipient, content }, calling(signal))).file
    const [text] = letter.statement.objects
    if (text === undefined) return
    yield { name: IDENTITY, input: `${key.identity}\n` }
    yield { name: ENVELOPE, input: await seal(utf8(letter.envelope)) }
    yield { name: MESSAGE, input: await seal(encodeBody(letter.body)) }
    yield { name: originalName(text.id), input: letter.original }
    done({ file: 0, size: text.size })
    for (const [index, { object: id, type }] of letter.body.files.entries()) {
        const object = letter.statement.objects.find((one) => one.id === id)
        const original = await fetchObject(desk, letter.id, id, signal)
        if (object === undefined || original === null) throw new ExportRefused(letter.id, "object-missing")
        yield { name: fileName(index + 1), input: await resealed(desk, letter, { object, type }, key.recipient, original, signal) }
        yield { name: originalName(id), input: original }
        done({ file: index + 1, size: object.size })
    }
}

/** A file's content, checked like any file that is opened, sealed to `recipient` and without padding. */
function resealed(
    desk: ExportDesk, { id, opened }: Opening, file: { readonly object: SignedObject; readonly type: string }, recipient: string,
    original: Uint8Array, signal?: AbortSignal,
): Promise<Blob> {
    return refusing(id, async () => {
        const source = new Blob([original as BlobPart]).stream()
        const sealed = await desk.crypto.resealFile({ messageKey: opened.message_key, ...file, recipient }, source, calling(signal))
        return sealed.file
    })
}

/** @param address - The one that was asked for; without it the one that the directory signed. */
async function lookUp({ crypto, directoryKey }: ExportDesk, log: LogCall, said: unknown, address?: string): Promise<Lookup> {
    const signed = { text: text(members(said), "text"), signature: members(said)["signature"] }
    const about = address ?? text(members(JSON.parse(signed.text)), "address")
    return log.check(members(said), await crypto.verifyLookup({ ...signed, directoryKey, address: about }))
}

/** @returns null when the server does not have it. */
async function fetchObject({ call }: ExportDesk, letter: string, object: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    try {
        const { stream } = await call((api) => api.stream(`/messages/${letter}/objects/${object}`, calling(signal)))
        return new Uint8Array(await new Response(stream).arrayBuffer())
    } catch (error) {
        if (error instanceof Problem && error.status === 404) return null
        throw error
    }
}

/** Of the answer of `open`: what the offline reader checks the letter with, and how people are called. */
const KEPT = [
    "message_key", "statement", "signature", "grants", "merge", "viewer", "sender", "sender_name", "names", "granters",
] as const

/** @param directory_key - The one that this page trusts, which is what the look-ups were checked with. */
function envelopeOf(answer: Members, directory_key: string): string {
    return canonical({ v: 1, ...Object.fromEntries(KEPT.map((name) => [name, answer[name] ?? null])), directory_key })
}

async function refusing<Value>(letter: string, work: () => Promise<Value>): Promise<Value> {
    try {
        return await work()
    } catch (error) {
        if (error instanceof Unexpected || error instanceof SyntaxError) throw new ExportRefused(letter, "envelope-malformed")
        if (isGivenUp(error)) throw new ExportRefused(letter, "own-key-unknown")
        if (error instanceof OpenedByServer) throw new ExportRefused(letter, error.code)
        if (error instanceof LookupRefused) throw new ExportRefused(letter, "sender-key-unknown")
        throw error instanceof Refusal || error instanceof LogRefused ? new ExportRefused(letter, error.code) : error
    }
}

const calling = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal === undefined ? {} : { signal })

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
