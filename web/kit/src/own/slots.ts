/** Keyslots afterwards: one more, another name, one less (docs/spec/enrolment.md section 5). */

import { newPasswordKdf, type OwnKey, type SlotWay, toBase64url } from "@letterlock/crypto"

import { fromBase64 } from "../bytes.ts"
import { members, text } from "../shape.ts"
import { calling, fetchSlots, type OwnDesk } from "./desk.ts"
import type { EnrolWay } from "./enrol.ts"
import { step } from "./step.ts"

/** What opens the key from now on too. */
export type MoreWay = EnrolWay | { readonly kind: "recovery-code"; readonly code: string; readonly name: string }

/**
 * One more keyslot. It was opened again before it is sent, and is looked at again as the server keeps it.
 *
 * @param own - Open: the server asks whether it is.
 * @returns The slot's id.
 * @throws KeyslotRefused; Problem `key-not-proved` and others; what the passkey says.
 */
export async function addSlot(desk: OwnDesk, own: OwnKey, more: MoreWay): Promise<string> {
    const way = await wayOf(desk, more)
    try {
        const [made] = await step("seal", () => desk.crypto.sealSlots({ own, ways: [way] }))
        if (made === undefined) throw new Error("no slot was made")
        const body = { text: made.text, name: more.name, proof: await prove(desk, own) }
        await step("add", () => calling(desk, (api) => api.post("/keys/slots", { body })))
        const kept = (await fetchSlots(desk)).slots.find(({ slot }) => slot === made.slot)?.text ?? ""
        await step("open", () => desk.crypto.openSlot({ text: kept, given: way, owner: { person: own.person, key: own.key, rp: desk.rp } }))
        return made.slot
    } finally {
        if (way.kind === "passkey") way.prf.fill(0)
        if (way.kind === "password") way.secret.fill(0)
    }
}

/** Take a keyslot away. @throws Problem `slot-needed` for one that has to stay. */
export async function removeSlot(desk: OwnDesk, own: OwnKey, slot: string): Promise<void> {
    const body = { proof: await prove(desk, own) }
    await step("remove", () => calling(desk, (api) => api.delete(`/keys/slots/${slot}`, { body })))
}

/** Give a keyslot another name. */
export async function renameSlot(desk: Pick<OwnDesk, "call">, slot: string, name: string): Promise<void> {
    await calling(desk, (api) => api.patch(`/keys/slots/${slot}`, { body: { name } }))
}

/** What of a desk proves that a key is open. */
export interface Proving {
    readonly call: OwnDesk["call"]
    readonly crypto: Pick<OwnDesk["crypto"], "openChallenge">
}

/** The answer to the server's question whether the key is open here; good once. */
export async function prove(desk: Proving, own: OwnKey): Promise<{ readonly id: string; readonly bytes: string }> {
    const asked = members(await step("question", () => calling(desk, (api) => api.post("/keys/challenges"))))
    const { bytes } = await desk.crypto.openChallenge({ own, challenge: fromBase64(text(asked, "challenge")) })
    return { id: text(asked, "id"), bytes: toBase64url(bytes) }
}

async function wayOf(desk: OwnDesk, more: MoreWay): Promise<SlotWay> {
    if (more.kind === "recovery-code") return { kind: more.kind, code: more.code }
    if (more.kind === "password") {
        const kdf = newPasswordKdf()
        return { kind: more.kind, kdf, secret: await step("stretch", () => desk.stretcher.stretch(more.password, kdf)) }
    }
    const asked = { credential: more.credential, salt: toBase64url(crypto.getRandomValues(new Uint8Array(32))) }
    const { prf } = await step("passkey", () => desk.passkeys.evaluate(desk.rp, [asked]))
    return { kind: "passkey", ...asked, rp: desk.rp, prf }
}
