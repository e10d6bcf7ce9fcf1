/**
 * Become self-held (docs/spec/enrolment.md section 4). Until the last call has been answered nothing
 * has changed, and whatever fails or is given up before leaves the person as she was.
 */

import {
    type Bytes, KeyslotRefused, newPasswordKdf, type NewSlot, type OwnKey, OwnKeyRefused, type SlotSecret, type SlotWay, toBase64url,
} from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { fromBase64 } from "../bytes.ts"
import { list, type Members, members, moment, text, Unexpected } from "../shape.ts"
import { calling, fetchOwn, oldIn, type OwnDesk } from "./desk.ts"
import { putHint } from "./hints.ts"
import { keptFor, proved } from "./rotate.ts"
import { putOwn } from "./shelf.ts"
import { step } from "./step.ts"

/** What shall open the key every day, beside the recovery code. `name` is what she calls it, 1 to 60 characters. */
export type EnrolWay =
    | { readonly kind: "passkey"; readonly credential: string; readonly name: string }
    | { readonly kind: "password"; readonly password: string; readonly name: string }

/** What the page does meanwhile. Whatever it throws gives up. */
export interface EnrolPage {
    /** Show the code; resolve when she has it, two groups typed back (code.ts). `name` of its slot is the page's. */
    readonly keep: (code: string) => Promise<{ readonly name: string }>
    /** The password typed a second time; asked again while it does not open what was sealed with the first. Of passwords only. */
    readonly again: (tries: number) => Promise<string>
    /** She was not proved lately: a code sent and typed, or a sign-in at Entra, then resolve. */
    readonly fresh: () => Promise<void>
}

export interface Enrolled {
    readonly own: OwnKey
    /** When the last backup with the firm's copy is gone; null where the firm had none. */
    readonly backupsUntil: Date | null
}

/** What was sealed, in this order, and how its daily way is asked for anew. */
interface Sealed {
    readonly own: OwnKey
    /** Fingerprints of the identities that must not be lost. */
    readonly before: readonly string[]
    readonly code: string
    readonly daily: NewSlot
    readonly recovery: NewSlot
    readonly again: (tries: number) => Promise<SlotSecret>
    /** Of a passkey's slot. */
    readonly salt: string | null
}

/** What a new key takes the place of: the one the server keeps (null), one that is lost (its fingerprint), or one that is open here. */
export type Replaced = OwnKey | string | null

/**
 * Make a passkey that may hold a key.
 *
 * @param name - What she calls it, 1 to 60 characters.
 * @returns Its id, and whether it can hold a key; if not, it signs in, and a password holds the key.
 * @throws What the passkey says; Problem, Unreachable.
 */
export async function makePasskey(
    desk: OwnDesk, name: string, page: Pick<EnrolPage, "fresh">,
): Promise<{ readonly credential: string; readonly prf: boolean }> {
    const { options } = members(await step("options", () => fresh(page, () => calling(desk, (api) => api.post("/passkeys/options")))))
    const { credential, prf } = await step("create", () => desk.passkeys.create(options))
    const body = { credential, name }
    const made = members(await step("registered", () => fresh(page, () => calling(desk, (api) => api.post("/passkeys", { body })))))
    return { credential: text(made, "id"), prf }
}

/**
 * A new identity that she alone holds, in place of the one that the server keeps, or of her own.
 *
 * @param replaces - Her own one: lost, and given up (enrolment.md section 8), or open by its recovery code, with every
 * identity from before it (section 9).
 * @throws Problem `already-self-held`, `enrolment-outdated` and others; KeyslotRefused and OwnKeyRefused if what was read
 * back is not what was sealed: nothing has changed then. What the page or the passkey says.
 */
export async function enrol(desk: OwnDesk, way: EnrolWay, page: EnrolPage, replaces: Replaced = null): Promise<Enrolled> {
    const sealed = await seal(desk, way, page, replaces)
    const { own, daily, recovery, salt } = sealed
    const { name } = await step("code kept", () => page.keep(sealed.code))
    const slots = [{ text: daily.text, name: way.name }, { text: recovery.text, name }]
    const id = await begin(desk, page, own, { slots, replaces })
    const { full, challenge } = await readBack(desk, id, sealed)
    const body = { challenge }
    const answer = members(await step("completion", () => fresh(page, () => calling(desk, (api) =>
        api.post(`/keys/enrolments/${id}/completion`, { body })))))
    if (text(answer, "key") !== own.key) throw new Unexpected("another key was enrolled")
    await step("keep", () => putOwn(full))
    if (way.kind === "passkey" && salt !== null) putHint({ credential: way.credential, slot: daily.slot, salt, rp: desk.rp })
    return { own: full, backupsUntil: replaces === null ? moment(answer, "backups_until") : null }
}

async function seal(desk: OwnDesk, way: EnrolWay, page: EnrolPage, replaces: Replaced): Promise<Sealed> {
    const { person, key } = await step("own", () => fetchOwn(desk))
    const own = await step("identity", () => desk.crypto.newIdentity({ person }))
    const { code } = await step("code", () => desk.crypto.newRecoveryCode())
    const { first, again } = way.kind === "passkey" ? await byPasskey(desk, way.credential) : await byPassword(desk, way.password, page)
    try {
        const [daily, recovery] = await step("seal", () => desk.crypto.sealSlots({ own, ways: [first, { kind: "recovery-code", code }] }))
        if (daily === undefined || recovery === undefined) throw new Unexpected("slots are missing")
        const before = toKeep(replaces, key)
        return { own, before, code, daily, recovery, again, salt: first.kind === "passkey" ? first.salt : null }
    } finally {
        wipe(first)
    }
}

function toKeep(replaces: Replaced, managed: string | null): readonly string[] {
    if (replaces === null) return managed === null ? [] : [managed]
    return typeof replaces === "string" ? [] : [replaces.key, ...replaces.old]
}

interface Daily {
    readonly first: SlotWay
    readonly again: Sealed["again"]
}

async function byPasskey(desk: OwnDesk, credential: string): Promise<Daily> {
    const asked = { credential, salt: toBase64url(crypto.getRandomValues(new Uint8Array(32))) }
    const touched = async (): Promise<Bytes> => {
        const { id, prf } = await step("passkey", () => desk.passkeys.evaluate(desk.rp, [asked]))
        if (id !== credential) throw new KeyslotRefused("keyslot-prf")
        return prf
    }
    return {
        first: { kind: "passkey", ...asked, rp: desk.rp, prf: await touched() },
        again: async () => ({ kind: "passkey", prf: await touched() }),
    }
}

async function byPassword(desk: OwnDesk, password: string, page: EnrolPage): Promise<Daily> {
    const kdf = newPasswordKdf()
    const stretched = (typed: string): Promise<Bytes> => step("stretch", () => desk.stretcher.stretch(typed, kdf))
    return {
        first: { kind: "password", kdf, secret: await stretched(password) },
        again: async (tries) => {
            const typed = await step("password again", () => page.again(tries))
            return { kind: "password", secret: await stretched(typed) }
        },
    }
}

interface Posted {
    readonly slots: readonly { readonly text: string; readonly name: string }[]
    readonly replaces: Replaced
}

async function begin(desk: OwnDesk, page: EnrolPage, own: OwnKey, { slots, replaces }: Posted): Promise<string> {
    const signature = await step("sign", () => desk.crypto.signEnrolment({ own, slots: slots.map((one) => one.text) }))
    const body = { recipient: own.recipient, signing_key: own.signing_key, slots, signature }
    const post = (more: object): Promise<unknown> => calling(desk, (api) => api.post("/keys/enrolments", { body: { ...body, ...more } }))
    const answer = await begun(desk, page, { own, replaces, post })
    return text(members(answer), "id")
}

interface Beginning {
    readonly own: OwnKey
    readonly replaces: Replaced
    readonly post: (more: object) => Promise<unknown>
}

async function begun(desk: OwnDesk, page: EnrolPage, { own, replaces, post }: Beginning): Promise<unknown> {
    const posting = (work: () => Promise<unknown>): Promise<unknown> => step("enrolment", () => fresh(page, work))
    if (replaces === null || typeof replaces === "string") return posting(() => post(replaces === null ? {} : { replaces }))
    const kept = await keptFor(desk, replaces, own)
    return posting(() => proved(desk, replaces, (proof) => post({ replaces: replaces.key, kept, proof })))
}

/** What the server kept must open, by both ways, and everything behind it, with a secret asked for anew. */
async function readBack(desk: OwnDesk, id: string, sealed: Sealed): Promise<{ full: OwnKey; challenge: string }> {
    const kept = members(await step("read back", () => calling(desk, (api) => api.get(`/keys/enrolments/${id}`))))
    requireTexts(kept, [sealed.daily.text, sealed.recovery.text])
    const { person, key } = sealed.own
    const openSlot = (slot: NewSlot, given: SlotSecret): Promise<OwnKey> =>
        step("open", () => desk.crypto.openSlot({ text: slot.text, given, owner: { person, key, rp: desk.rp } }))
    await openSlot(sealed.recovery, { kind: "recovery-code", code: sealed.code })
    const opened = await openAnew(sealed, (given) => openSlot(sealed.daily, given))
    const challenge = fromBase64(text(kept, "challenge"))
    const { bytes } = await step("challenge", () => desk.crypto.openChallenge({ own: opened, challenge }))
    const full = await step("old", () => desk.crypto.unwrapOld({ own: opened, old: oldIn(kept) }))
    // Whatever is not among them would be lost with the key that goes.
    if (sealed.before.some((key) => !full.old.includes(key))) throw new OwnKeyRefused("own-key-other")
    return { full, challenge: toBase64url(bytes) }
}

function requireTexts(kept: Members, wanted: readonly string[]): void {
    const texts = list(kept["slots"]).map((one) => text(members(one), "text"))
    if (texts.length !== wanted.length || wanted.some((each) => !texts.includes(each))) throw new KeyslotRefused("keyslot-damaged")
}

/** A password that was typed otherwise the second time is asked for again. */
async function openAnew(sealed: Sealed, open: (given: SlotSecret) => Promise<OwnKey>): Promise<OwnKey> {
    for (let tries = 1; ; tries += 1) {
        const given = await sealed.again(tries)
        try {
            return await open(given)
        } catch (error) {
            const mistyped = given.kind === "password" && error instanceof KeyslotRefused && error.code === "keyslot-secret"
            if (!mistyped) throw error
        } finally {
            wipe(given)
        }
    }
}

/** Of clients, and of staff (enrolment.md section 1). */
const NOT_FRESH: ReadonlySet<string> = new Set(["fresh-code-needed", "fresh-sign-in-needed"])

/** A call that needs her proved lately: once more after she was. */
async function fresh<Value>(page: Pick<EnrolPage, "fresh">, work: () => Promise<Value>): Promise<Value> {
    try {
        return await work()
    } catch (error) {
        if (!(error instanceof Problem && NOT_FRESH.has(error.code))) throw error
        await step("fresh", () => page.fresh())
        return work()
    }
}

function wipe(given: SlotSecret): void {
    if (given.kind === "passkey") given.prf.fill(0)
    else if (given.kind === "password") given.secret.fill(0)
}
