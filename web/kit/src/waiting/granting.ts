/**
 * Let one more person read a letter of one's own that was sent: a grant, an envelope to her, the writer's own anew.
 * Who waits for it is given it in the role in which it lists her; anybody else is added later.
 */

import {
    buildGrant, type CryptoClient, fingerprint, fromBase64url, type GrantRole, type Lookup, type Opened, parseStatement,
    sha256, type Signature, type Statement, statementHash, verifyStatement,
} from "@letterlock/crypto"

import type { Person } from "../address.ts"
import { newKey, type Problem } from "../api.ts"
import { fromBase64, toBase64 } from "../bytes.ts"
import type { LogCall, Logged } from "../log.ts"
import { KeyNeeded } from "../own/desk.ts"
import { isSealed, type Own } from "../own/opened.ts"
import { openedOf, viewerOf } from "../reading/open.ts"
import { list, type Members, members, text } from "../shape.ts"
import type { Caller } from "../writing/desk.ts"

/** Where it is done: the pane, or a page at the portal where staff are signed in. */
export interface GrantingDesk {
    readonly call: Caller
    readonly crypto: Pick<CryptoClient, "messageKey" | "verifyLookup" | "sealEnvelopes">
    /** The firm's directory key, base64url of 32 bytes; it does not come with the letter. */
    readonly directoryKey: string
    readonly log: Logged
    /** Of a sender who holds her own key. */
    readonly own?: Own
}

/** The server gave another letter than the one that was asked for, or one that nobody of this name waits for. Nothing was sealed. */
export class OtherLetter extends Error {
    override readonly name = "OtherLetter"
}

/** The directory names no key that she holds herself. Nothing was changed. */
export class NotReady extends Error {
    override readonly name = "NotReady"
}

const AGAIN: ReadonlySet<string> = new Set(["stale-keys", "readers-changed"])
const TRIES = 3   // her key, or the letter's readers, may change in between

/** A letter of one's own, opened and found to be what was asked for. */
interface Held {
    readonly id: string
    readonly opened: Opened
    readonly statement: Statement
    /** The sender's own look-up, as the directory has it today. */
    readonly mine: Lookup
    /** SHA-256 of her envelope, of who holds her own key. */
    readonly before?: string
}

/**
 * Give a letter to a listed reader who waits for it, and holds her key now. Given already is as good.
 *
 * @throws {@link OtherLetter}, {@link NotReady}; KeyNeeded, Problem and Unreachable of the kit, CryptoError: then nothing was changed.
 */
export async function giveLetter(desk: GrantingDesk, id: string, person: Person): Promise<void> {
    await trying(async () => {
        const held = await open(desk, id)
        const role = held.statement.readers.find((one) => one.address === person.address && one.key === "pending")?.role
        if (role !== "to" && role !== "cc") throw new OtherLetter("it does not wait for this reader")
        const found = await lookUp(desk, id, person.address)
        if (found.level !== "self-held") throw new NotReady("she holds no key of her own")
        await handOver(desk, held, found, { role, name: person.name })
    })
}

/**
 * Add somebody whom the letter does not list, or who waits for it and is to have it with the key that she has.
 *
 * @throws as {@link giveLetter}
 */
export async function addLateReader(desk: GrantingDesk, id: string, person: Person): Promise<void> {
    const held = await open(desk, id)
    await handOver(desk, held, await lookUp(desk, id, person.address), { role: "late", name: person.name })
}

async function trying(work: () => Promise<void>): Promise<void> {
    for (let left = TRIES - 1; ; left -= 1) {
        try {
            await work()
            return
        } catch (error) {
            const code = codeOf(error)
            if (code === "reads-already") return
            if (left === 0 || !AGAIN.has(code)) throw error
        }
    }
}

/** By its name: whoever threw it may have the class of another script than this one. */
const isProblem = (error: unknown): error is Problem => error instanceof Error && error.name === "Problem"
const codeOf = (error: unknown): string => isProblem(error) ? error.code : ""

/** What the sender's own envelope holds now, signed by her, for this very letter: nobody can put another in its place. */
async function open(desk: GrantingDesk, id: string): Promise<Held> {
    const log = desk.log.begin()
    const answer = members(await desk.call((api) => api.post(`/messages/${id}/open`, { body: { since: log.since }, key: newKey() })))
    const opened = await openedOf(desk, answer)
    const { sender } = parseStatement(opened.statement)
    const mine = await verified(desk, log, members(answer["sender"]), sender.address)
    const statement = await verifyStatement(opened.statement, opened.signature, mine)
    const { fingerprint: messageKey } = await desk.crypto.messageKey({ identity: opened.message_key })
    const facts = [statement.message_id === id, viewerOf(answer).address === sender.address, messageKey === statement.message_key]
    if (facts.includes(false)) throw new OtherLetter("it is not the letter that was asked for")
    await desk.own?.requireMine(mine)
    return { id, opened, statement, mine, ...(isSealed(answer) && { before: await sha256(fromBase64(text(answer, "envelope"))) }) }
}

async function lookUp(desk: GrantingDesk, id: string, address: string): Promise<Lookup> {
    const log = desk.log.begin()
    const body = { readers: [{ address }], about: id, since: log.since }
    const [found] = list(members(await desk.call((api) => api.post("/lookups", { body })))["lookups"])
    return verified(desk, log, members(found), address)
}

async function verified({ crypto, directoryKey }: GrantingDesk, log: LogCall, said: Members, address: string): Promise<Lookup> {
    return log.check(said, await crypto.verifyLookup({ text: text(said, "text"), signature: said["signature"], directoryKey, address }))
}

async function handOver(desk: GrantingDesk, held: Held, found: Lookup, given: { readonly role: GrantRole; readonly name: string }): Promise<void> {
    const { opened, mine, before } = held
    const path = `/messages/${held.id}/readers`
    const grant = await grantOf(held, found, given.role)
    const made = await signedHere(desk, held, grant)
    const said = members(await desk.call((api) => api.post(`${path}/signature`, { body: { grant, ...made }, key: newKey() })))
    const signature = { alg: text(said, "alg"), key: text(said, "key"), value: text(said, "value") }
    const [own, hers] = await desk.crypto.sealEnvelopes({
        messageKey: opened.message_key, statement: opened.statement, signature: opened.signature,
        grants: [...opened.grants, { text: grant, signature }],
        readers: [mine, found].map(({ key, recipient }) => ({ key, recipient })),
    })
    if (own?.key !== mine.key || hers?.key !== found.key || mine.recipient === found.recipient) throw new OtherLetter("it was sealed to another key")
    const body = { grant, signature, envelope: toBase64(hers.bytes), own_envelope: toBase64(own.bytes), name: given.name, ...(before !== undefined && { before }) }
    const once = newKey()
    await desk.call((api) => api.post(path, { body, key: once }))
}

async function grantOf({ opened, statement, mine }: Held, { address, key, level }: Lookup, role: GrantRole): Promise<string> {
    const granted_by = { address: mine.address, key: await fingerprint(fromBase64url(mine.signing_key ?? "")), custody: mine.custody }
    return buildGrant({
        statement: await statementHash(opened.statement), address, key, level, role, granted_by,
        created: Math.max(Math.floor(Date.now() / 1000), statement.created),
    })
}

/** By who holds her own key; the firm's server signs for everybody else. */
async function signedHere({ own }: GrantingDesk, { opened, mine }: Held, grant: string): Promise<{ readonly signature?: Signature }> {
    if (mine.custody !== "self-held") return {}
    if (own === undefined) throw new KeyNeeded("this page opens no key")
    const { grant_signatures: [signature] } = await own.sign(opened.statement, [grant])
    return signature === undefined ? {} : { signature }
}
