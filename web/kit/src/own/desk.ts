/** What the flows of an own key take from a page, and what the server answers them. */

import { type Bytes, type CryptoClient, KeyslotRefused, type OldKey, type OwnKey, type Stretcher } from "@letterlock/crypto"

import { type Api, Problem } from "../api.ts"
import { fromBase64 } from "../bytes.ts"
import { list, type Members, members, text, textOr, Unexpected } from "../shape.ts"
import { forgetOwn } from "./shelf.ts"

/** A passkey's slot, as far as the passkey has to know it: base64url both. */
export interface Asked {
    readonly credential: string
    readonly salt: string
}

/** The browser's WebAuthn. Whatever leaves here as JSON holds no result of the PRF (keyslots.md section 3). */
export interface Passkeys {
    /** Make a passkey by the server's options. `prf`: whether it can hold a key; what it gave while it was made is not used. */
    readonly create: (options: unknown) => Promise<{ readonly credential: unknown; readonly id: string; readonly prf: boolean }>
    /** One touch: the secret of one of these, whichever the person takes. */
    readonly evaluate: (rp: string, asked: readonly Asked[]) => Promise<{ readonly id: string; readonly prf: Bytes }>
    /** One touch to sign in: by `known`, whose secret comes with it if it has one, or if null by any passkey of this host. */
    readonly assert: (options: unknown, known: Asked | null) => Promise<{
        readonly credential: unknown
        readonly id: string
        readonly prf: Bytes | null
    }>
}

export interface OwnDesk {
    /** Makes a call with whatever sign-in the host has. */
    readonly call: <Value>(work: (api: Api) => Promise<Value>) => Promise<Value>
    readonly crypto: Pick<CryptoClient,
        | "newIdentity" | "newRecoveryCode" | "sealSlots" | "readSlots" | "openSlot" | "openChallenge" | "unwrapOld" | "wrapOld" | "signEnrolment">
    readonly stretcher: Pick<Stretcher, "stretch">
    readonly passkeys: Passkeys
    /** The host name of the page: `location.hostname`. */
    readonly rp: string
}

/** What the server says of one's own key (enrolment.md section 3). */
export interface OwnState {
    readonly person: string
    readonly custody: "managed" | "self-held"
    /** Fingerprint; null before a first key. */
    readonly key: string | null
    readonly slots: readonly SlotLine[]
}

export interface SlotLine {
    readonly slot: string
    readonly kind: string
    readonly name: string
    /** Seconds since 1970. */
    readonly created: number
    readonly used: number | null
    /** Of {@link fetchSlots} only. */
    readonly text: string
}

/** The same with what opens it. */
export interface Openable extends OwnState {
    readonly key: string
    readonly old: readonly OldKey[]
}

/** Nothing here opens the key: no keyslot of the kind that was asked for. */
export class NoSlot extends Error {
    override readonly name = "NoSlot"
}

/** A letter is sealed to a key that only its owner has, and it is not open here: open a keyslot, then call again. */
export class KeyNeeded extends Error {
    override readonly name = "KeyNeeded"
    /** Whose key it is, as far as the server said; for her password manager. */
    readonly address: string

    constructor(message: string, address = "") {
        super(message)
        this.address = address
    }
}

/** A call of the flows. That the session is over also ends what was kept for it. */
export async function calling<Value>(desk: Pick<OwnDesk, "call">, work: (api: Api) => Promise<Value>): Promise<Value> {
    try {
        return await desk.call(work)
    } catch (error) {
        if (error instanceof Problem && error.status === 401) await forgetOwn()
        throw error
    }
}

/** Who holds one's key, and what opens it. @throws KeyslotRefused `keyslot-foreign` if the server names another site. */
export async function fetchOwn(desk: Pick<OwnDesk, "call" | "rp">): Promise<OwnState> {
    return stateOf(desk.rp, members(await calling(desk, (api) => api.get("/keys/own"))))
}

/** The same with the keyslots themselves; for a self-held key. */
export async function fetchSlots(desk: Pick<OwnDesk, "call" | "rp">): Promise<Openable> {
    const answer = members(await calling(desk, (api) => api.get("/keys/own/slots")))
    return { ...stateOf(desk.rp, answer), key: text(answer, "key"), old: oldIn(answer) }
}

/** Earlier identities as they stand in an answer. */
export function oldIn(answer: Members): readonly OldKey[] {
    return list(answer["old"]).map(members).map((one) => ({ key: text(one, "key"), age: fromBase64(text(one, "age")) }))
}

/** The name of a key that is open here, to compare it with what a server says. */
export const isSame = (own: OwnKey, state: OwnState): boolean => own.person === state.person && own.key === state.key

function stateOf(rp: string, answer: Members): OwnState {
    const custody = text(answer, "custody")
    if (custody !== "managed" && custody !== "self-held") throw new Unexpected("custody")
    if (text(answer, "rp") !== rp) throw new KeyslotRefused("keyslot-foreign")
    return {
        person: text(answer, "person"), custody, key: textOr(answer, "key", "") || null,
        slots: list(answer["slots"]).map(members).map(lineOf),
    }
}

function lineOf(one: Members): SlotLine {
    const number = (name: string): number | null => typeof one[name] === "number" ? one[name] : null
    return {
        slot: text(one, "slot"), kind: text(one, "kind"), name: text(one, "name"), created: number("created") ?? 0, used: number("used"),
        text: textOr(one, "text", ""),
    }
}
