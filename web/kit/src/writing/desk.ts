/** Where one writes: who one is, whom the directory knows, the API and the crypto worker (http.md section 3). */

import type { CryptoClient, Lookup } from "@letterlock/crypto"

import type { Person } from "../address.ts"
import type { Api } from "../api.ts"
import type { Own } from "../own/opened.ts"
import { KeyLog, lastLog, type LogCall } from "../log.ts"
import { list, type Members, members, text, textOr } from "../shape.ts"

/** Who writes, as the firm's server knows her. */
export interface Me {
    /** 32 hexadecimal digits; what a pairing is bound to (pairing.md section 2). */
    readonly id: string
    readonly address: string
    readonly name: string
    /** The firm's administrator. */
    readonly admin: boolean
    /** The firm keeps her mailbox under a legal hold: what Outlook has stored must stay. */
    readonly isHeld: boolean
    /** Id of the firm. */
    readonly firm: string
    readonly firmName: string
    /** Origin of the firm's portal. */
    readonly portal: string
    readonly directoryKey: string
    readonly lookup: Lookup
}

export interface Found {
    readonly lookup: Lookup
    readonly name: string
}

/** Nobody is signed in, and asking did not help. The call was not made. */
export class NotSignedIn extends Error {
    override readonly name = "NotSignedIn"
}

/** Makes a call with whatever signs it in, and once more after a sign-in that the server asked for. @throws NotSignedIn */
export type Caller = <Value>(work: (api: Api) => Promise<Value>) => Promise<Value>

/** The part of the crypto worker that writing needs. */
export type Sealer = Pick<CryptoClient,
    "messageKey" | "newMessageKey" | "openDraft" | "sealDraft" | "sealEnvelopes" | "sealFile" | "sealObjects" | "verifyLookup" | "checkLooked">

/** Letters whose notices wait for their sender's sign-in; `claims` are for MSAL, if Entra named some. */
export interface Held {
    readonly count: number
    readonly claims: string | null
}

export interface Desk {
    /** What waits for this very sign-in and still does; null for nothing. */
    readonly held: Held | null
    readonly me: Me
    readonly crypto: Sealer
    readonly call: Caller
    readonly log: KeyLog
    /** Of a writer who holds her key herself: opens her drafts, signs her letters. */
    readonly own?: Own
    /** Where her own key may be missing while she writes: nothing is sealed to `me.lookup` before. @throws KeyNeeded */
    readonly requireOwn?: () => void
    /** What the directory holds for some addresses, in their order. A new address gets a key. @throws LookupRefused, LogRefused */
    readonly lookUp: (people: readonly Pick<Person, "address">[]) => Promise<readonly Found[]>
}

export interface DeskParts {
    readonly crypto: Sealer
    readonly call: Caller
    readonly own?: Own
    /** For a client: the letter that she answers, which says whom she may look up. */
    readonly about?: string
}

/** Sign in at the server, which makes the person and her keys at the first call. */
export async function openDesk({ crypto, call, own, about }: DeskParts): Promise<Desk> {
    let kept = lastLog()
    let answer = await enter(call, kept?.size ?? 0)
    if (kept !== null && kept.log !== answer["log_key"]) {   // of another log: it proves nothing of this one
        kept = null
        answer = await enter(call, 0)
    }
    const person = members(answer["person"])
    const address = text(person, "address")
    const directoryKey = text(answer, "directory_key")
    const log = new KeyLog({ crypto, directoryKey, logKey: text(answer, "log_key") })
    const verify = async (asked: LogCall, said: Members, whose: string): Promise<Lookup> =>
        asked.check(said, await crypto.verifyLookup({ text: text(said, "text"), signature: said["signature"], directoryKey, address: whose }))
    const lookup = await verify(log.begin(kept), members(answer["lookup"]), address)
    await own?.requireMine(lookup)
    const firm = members(answer["firm"])
    const me = { id: text(person, "id"), address, name: text(person, "name"), admin: person["admin"] === true, isHeld: person["mailbox_held"] === true, firm: text(firm, "id"), firmName: text(firm, "name"), portal: text(firm, "portal"), directoryKey, lookup }
    const lookUp: Desk["lookUp"] = async (people) => {
        if (people.length === 0) return []
        const asked = log.begin()
        const body = { readers: people.map((one) => ({ address: one.address })), since: asked.since, ...(about === undefined ? {} : { about }) }
        const said = list(members(await call((api) => api.post("/lookups", { body })))["lookups"]).map(members)
        return Promise.all(people.map(async (one, index) => {
            const found = said[index] ?? {}
            return { lookup: await verify(asked, found, one.address), name: textOr(found, "name", "") }
        }))
    }
    return { held: heldIn(answer["held"]), me, crypto, call, log, lookUp, ...(own === undefined ? {} : { own }) }
}

async function enter(call: Caller, since: number): Promise<Members> {
    return members(await call((api) => api.put("/me", { body: { since } })))
}

function heldIn(said: unknown): Held | null {
    if (said === null || said === undefined) return null
    const { count, claims } = members(said)
    return { count: typeof count === "number" ? count : 1, claims: typeof claims === "string" && claims !== "" ? claims : null }
}
