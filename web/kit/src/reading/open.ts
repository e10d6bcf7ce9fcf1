/** Fetch one letter, check it and decrypt it, on this device (http.md section 4, envelope.md section 2). */

import {
    type CryptoClient, type Level, LEVELS, type Lookup, type Opened, type OpenedMessage, parseOpened, parseStatement, statementHash, type Viewer,
} from "@letterlock/crypto"

import { type Api, newKey, Problem } from "../api.ts"
import { KeyNeeded } from "../own/desk.ts"
import { isSealed, type Own } from "../own/opened.ts"
import type { LogCall, Logged } from "../log.ts"
import { list, type Members, members, text, textOr } from "../shape.ts"

/** What reading takes from a page or pane. */
export interface ReadingDesk {
    /** Makes a call with whatever sign-in the host has. */
    readonly call: <Value>(work: (api: Api) => Promise<Value>) => Promise<Value>
    readonly crypto: Pick<CryptoClient, "verifyLookup" | "openMessage">
    /** The firm's directory key, base64url of 32 bytes; it does not come with the letter. */
    readonly directoryKey: string
    /** Every look-up is held against it. */
    readonly log: Logged
    /** Opens what is sealed to a key that the reader holds herself; without it such a letter stays closed. */
    readonly own?: Own
}

/** A letter that has passed every check. */
export interface OpenLetter extends OpenedMessage {
    readonly id: string
    /** The viewer's own address. */
    readonly viewer: string
    /** As the firm's server names the sender; the statement holds the address only. */
    readonly senderName: string
    /** How the directory calls sender, To and Cc, by address. */
    readonly names: Readonly<Record<string, string>>
    /** Of the statement: what an answer names as its parent. */
    readonly hash: string
    /** Opens this letter's files, and nothing else. */
    readonly messageKey: string
    /** The letter's level today, as the server tells it; it counts where it is weaker. */
    readonly told?: Level | null
    /** The viewer's own key today; null: not known, as where the firm's server opened the envelope. */
    readonly now: Level | null
    /** When the key that this letter is sealed to gave way to one of the viewer's own; null: it did not. */
    readonly until: Date | null
}

/**
 * @param checking - Called when all has arrived and the checks begin.
 * @throws Refusal, LookupRefused or LogRefused if anything is not as the sender signed it: show nothing then.
 * Problem and Unreachable of the kit if it could not be fetched. KeyNeeded if it is sealed to a key that is not open here;
 * OwnKeyRefused if the one that is open is not the one.
 */
export async function openLetter(desk: ReadingDesk, id: string, checking: () => void = () => undefined): Promise<OpenLetter> {
    const log = desk.log.begin()
    const answer = members(await desk.call((api) => api.post(`/messages/${id}/open`, { body: { since: log.since }, key: newKey() })))
    const opened = await openedOf(desk, answer)
    const statement = parseStatement(opened.statement)
    const body = statement.objects.find(({ role }) => role === "body")?.id ?? ""
    const [sender, granters, objects] = await Promise.all([
        verify(desk, log, members(answer["sender"]), statement.sender.address),
        Promise.all(list(answer["granters"] ?? []).map((one) => verifyOwn(desk, log, members(one)))),
        fetchObject(desk, id, body),
    ])
    checking()
    const who = viewerOf(answer)
    const message = await desk.crypto.openMessage({ asked: id, viewer: who, opened, sender, granters, objects })
    return {
        ...message, id, viewer: who.address, senderName: text(answer, "sender_name"),
        names: namesIn(answer["names"]), hash: await statementHash(opened.statement), messageKey: opened.message_key,
        told: toldIn(answer), now: isSealed(answer) ? "self-held" : null, until: untilIn(answer),
    }
}

/** Whose eyes: of a key of her own it is the one that opened the envelope, whatever the server says. */
export function viewerOf(answer: Members): Viewer {
    const viewer = members(answer["viewer"])
    return { address: text(viewer, "address"), key: isSealed(answer) ? text(answer, "envelope_key") : text(viewer, "key") }
}

/** No level that is known here is none: it could only lower what is shown. */
const toldIn = (answer: Members): Level | null => LEVELS.find((level) => level === answer["level"]) ?? null

function untilIn(answer: Members): Date | null {
    const until = answer["envelope_until"]
    return typeof until === "number" ? new Date(until * 1000) : null
}

/**
 * Of a managed reader the server opened the envelope; a self-held one opens it here.
 *
 * @throws OpenedByServer if the server opened it of one whose own key is open here (docs/spec/enrolment.md section 6).
 */
export async function openedOf(desk: Pick<ReadingDesk, "own">, answer: Members): Promise<Opened> {
    if (isSealed(answer)) return sealedOf(desk, answer)
    await desk.own?.requireSealed()
    const { message_key, statement, signature, grants, merge } = answer
    return parseOpened({ message_key, statement, signature, grants, merge })
}

async function sealedOf({ own }: Pick<ReadingDesk, "own">, answer: Members): Promise<Opened> {
    const address = textOr(members(answer["viewer"]), "address", "")
    if (own === undefined) throw new KeyNeeded("this page opens no key", address)
    try {
        return await own.openLetter(answer)
    } catch (error) {
        throw error instanceof KeyNeeded ? new KeyNeeded(error.message, address) : error
    }
}

/** How a person is called: by the directory's name, else the address. */
export const called = (letter: Pick<OpenLetter, "names">, address: string): string => letter.names[address] ?? address

async function verify({ crypto, directoryKey }: ReadingDesk, log: LogCall, said: Members, address: string): Promise<Lookup> {
    const lookup = await crypto.verifyLookup({ text: text(said, "text"), signature: said["signature"], directoryKey, address })
    return log.check(said, lookup)
}

/** A granter's look-up is about the address in it; whether he may grant is openMessage's to say. */
function verifyOwn(desk: ReadingDesk, log: LogCall, said: Members): Promise<Lookup> {
    return verify(desk, log, said, text(members(JSON.parse(text(said, "text"))), "address"))
}

function namesIn(value: unknown): Record<string, string> {
    const said = Object.entries(value === undefined ? {} : members(value))
    return Object.fromEntries(said.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== ""))
}

/** What the server does not have stays out, so that the check names it as missing. */
async function fetchObject(desk: ReadingDesk, letter: string, id: string): Promise<Map<string, Uint8Array>> {
    try {
        return new Map([[id, await desk.call((api) => api.bytes(`/messages/${letter}/objects/${id}`))]])
    } catch (error) {
        if (error instanceof Problem && error.status === 404) return new Map()
        throw error
    }
}
