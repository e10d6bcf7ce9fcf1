/** Open one's own key in this browser: by passkey, password or recovery code. */

import { type Bytes, KeyslotRefused, type OwnKey, type SlotHead, type SlotSecret } from "@letterlock/crypto"

import { members } from "../shape.ts"
import { calling, fetchSlots, NoSlot, type Openable, type OwnDesk } from "./desk.ts"
import { getHint, putHint } from "./hints.ts"
import { putOwn } from "./shelf.ts"
import { step } from "./step.ts"

/** What the person has at hand. */
export type Unlocking =
    | { readonly kind: "passkey" }
    | { readonly kind: "password"; readonly password: string }
    | { readonly kind: "recovery-code"; readonly code: string }

type PasskeySlot = Extract<SlotHead, { readonly kind: "passkey" }>
type PasswordSlot = Extract<SlotHead, { readonly kind: "password" }>

/**
 * Open one's key, with every identity that one had before, and keep it for the session.
 *
 * @throws KeyslotRefused: after `keyslot-secret` and `recovery-code` one may try again. {@link NoSlot} if there is none of
 * this kind. OwnKeyRefused if an earlier identity is not the one the server names. What the passkey, Problem and
 * Unreachable say.
 */
export async function unlock(desk: OwnDesk, by: Unlocking): Promise<OwnKey> {
    const state = await step("slots", () => fetchSlots(desk))
    const { slot, own } = await openAny(desk, state, by)
    return settle(desk, state, { slot, own })
}

/**
 * Sign in and open with one touch, if this browser knows the passkey; else sign in alone.
 *
 * @param anew - Ask for any passkey: the one that is known here is not at hand.
 * @returns The key, or null: signed in, and one more touch ({@link unlock}) opens it if it is self-held.
 * @throws Problem `passkey-refused`; what the passkey says.
 */
export async function enterByPasskey(desk: OwnDesk, { anew = false } = {}): Promise<OwnKey | null> {
    const hint = anew ? null : getHint(desk.rp)
    const { options } = members(await calling(desk, (api) => api.post("/passkeys/challenges", { body: {} })))
    const { credential, id, prf } = await desk.passkeys.assert(options, hint)
    try {
        await calling(desk, (api) => api.post("/sessions/passkey", { body: { credential } }))
        if (prf === null || hint?.credential !== id) return null
        return await openHinted(desk, hint.slot, prf)
    } finally {
        prf?.fill(0)
    }
}

async function openHinted(desk: OwnDesk, slot: string, prf: Bytes): Promise<OwnKey | null> {
    const state = await fetchSlots(desk)
    const head = (await headsOf(desk, state)).find((one) => one.refused === null && one.kind === "passkey" && one.slot === slot)
    if (head === undefined) return null   // the slot was replaced by another browser
    const own = await open(desk, state, head.text, { kind: "passkey", prf })
    return settle(desk, state, { slot, own })
}

/** Take in the earlier identities, keep the key, and tell the server which slot it was, for the person's own list. */
async function settle(desk: OwnDesk, state: Openable, { slot, own }: Found): Promise<OwnKey> {
    const full = await step("old", () => desk.crypto.unwrapOld({ own, old: state.old }))
    await step("keep", () => putOwn(full))
    // The list says when a slot was last used; that it could not be told keeps nobody from reading.
    void calling(desk, (api) => api.post(`/keys/slots/${slot}/used`, { body: {} })).catch(() => undefined)
    return full
}

interface Found {
    readonly slot: string
    readonly own: OwnKey
}

async function openAny(desk: OwnDesk, state: Openable, by: Unlocking): Promise<Found> {
    const all = await headsOf(desk, state)
    if (by.kind === "passkey") {
        const found = all.filter((head) => head.refused === null && head.kind === "passkey")
        return openByPasskey(desk, state, needed(found, all))
    }
    if (by.kind === "password") {
        const found = all.filter((head) => head.refused === null && head.kind === "password")
        return firstOf(needed(found, all), (head) => openByPassword(desk, state, head, by.password))
    }
    const found = all.filter((head) => head.refused === null && head.kind === "recovery-code")
    return firstOf(needed(found, all), ({ text }) => open(desk, state, text, by))
}

async function openByPasskey(desk: OwnDesk, state: Openable, found: readonly PasskeySlot[]): Promise<Found> {
    const used = getHint(desk.rp)?.slot
    const first = [...found].sort((a, b) => Number(b.slot === used) - Number(a.slot === used))
    const { id, prf } = await step("passkey", () => desk.passkeys.evaluate(desk.rp, first.map(({ kdf }) => kdf)))
    try {
        const head = found.find(({ kdf }) => kdf.credential === id)
        if (head === undefined) throw new NoSlot("a passkey that was not asked for")
        const own = await open(desk, state, head.text, { kind: "passkey", prf })
        putHint({ ...head.kdf, slot: head.slot })
        return { slot: head.slot, own }
    } finally {
        prf.fill(0)
    }
}

async function openByPassword(desk: OwnDesk, state: Openable, { text, kdf }: PasswordSlot, password: string): Promise<OwnKey> {
    const secret = await step("stretch", () => desk.stretcher.stretch(password, kdf))
    try {
        return await open(desk, state, text, { kind: "password", secret })
    } finally {
        secret.fill(0)
    }
}

/** The first that opens: two passwords are two slots, and nobody says which of them it is. */
async function firstOf<Head extends { readonly slot: string }>(heads: readonly Head[], work: (head: Head) => Promise<OwnKey>): Promise<Found> {
    let last: unknown = null
    for (const head of heads) {
        try {
            return { slot: head.slot, own: await work(head) }
        } catch (error) {
            if (!(error instanceof KeyslotRefused && error.code === "keyslot-secret")) throw error
            last = error
        }
    }
    throw last
}

/** Where none is left, a slot that was refused says why. */
function needed<Head>(found: readonly Head[], all: readonly SlotHead[]): readonly Head[] {
    if (found.length > 0) return found
    const refused = all.find((head) => head.refused !== null)?.refused ?? null
    throw refused === null ? new NoSlot("no keyslot of this kind") : new KeyslotRefused(refused)
}

const open = (desk: OwnDesk, { person, key }: Openable, text: string, given: SlotSecret): Promise<OwnKey> =>
    step("open", () => desk.crypto.openSlot({ text, given, owner: { person, key, rp: desk.rp } }))

const headsOf = (desk: OwnDesk, { person, key, slots }: Openable): Promise<readonly SlotHead[]> =>
    step("look", () => desk.crypto.readSlots({ texts: slots.map(({ text }) => text), owner: { person, key, rp: desk.rp } }))
