/** Keyslots as the worker makes and opens them: secrets come in, a sealed identity goes out. */

import { randomBytes, wipe, type Bytes } from "./bytes.ts"
import { readRecoveryCode, secretOfPrf, writeRecoveryCode, CODE_SIZE, type PasswordKdf } from "./keysecrets.ts"
import { KeyslotRefused, type KeyslotRefusal } from "./keyslotrefusals.ts"
import {
    checkOwner, openKeyslot, parseKeyslot, sealKeyslot, type Keyslot, type Owner, type PasskeyKdf, type SlotDraft,
} from "./keyslots.ts"
import { hold, withSecrets, type OwnKey } from "./own.ts"
import { newSlotId } from "./ownkeys.ts"

/** What opens a slot. `secret` of a password is what its Argon2id gave (stretch.ts). */
export type SlotSecret =
    | { readonly kind: "passkey"; readonly prf: Uint8Array }
    | { readonly kind: "password"; readonly secret: Uint8Array }
    | { readonly kind: "recovery-code"; readonly code: string }

/** A way to open the identity that shall be made. `rp`, `salt`, `credential`: docs/spec/keyslots.md section 3. */
export type SlotWay =
    | (SlotSecret & { readonly kind: "passkey" } & Pick<PasskeyKdf, "credential" | "rp" | "salt">)
    | (SlotSecret & { readonly kind: "password"; readonly kdf: PasswordKdf })
    | (SlotSecret & { readonly kind: "recovery-code" })

export interface NewSlot {
    readonly slot: string
    readonly text: string
}

/** What may be said of a slot before it is opened; `refused` if it may not be opened at all. */
export type SlotHead =
    | { readonly text: string; readonly refused: KeyslotRefusal }
    | { readonly text: string; readonly refused: null; readonly slot: string; readonly kind: "passkey"; readonly kdf: PasskeyKdf }
    | { readonly text: string; readonly refused: null; readonly slot: string; readonly kind: "password"; readonly kdf: PasswordKdf }
    | { readonly text: string; readonly refused: null; readonly slot: string; readonly kind: "recovery-code" }
    | { readonly text: string; readonly refused: null; readonly slot: string; readonly kind: "firm-recovery" }

/** A fresh recovery code, as it is printed. */
export async function newRecoveryCode(): Promise<{ readonly code: string }> {
    const secret = randomBytes(CODE_SIZE)
    try {
        return { code: await writeRecoveryCode(secret) }
    } finally {
        wipe(secret)
    }
}

/**
 * One new slot for each way; each was opened again from its text.
 *
 * @throws {@link KeyslotRefused} `keyslot-prf`, `recovery-code`, or as {@link sealKeyslot}.
 */
export async function sealSlots(own: OwnKey, ways: readonly SlotWay[]): Promise<readonly NewSlot[]> {
    return withSecrets(own, async (seeds) => {
        const made: NewSlot[] = []
        for (const way of ways) {
            const draft = draftOf(own.person, way)
            const text = await withSecret(way, (secret) => sealKeyslot(draft, secret, seeds))
            made.push({ slot: draft.slot, text })
        }
        return made
    })
}

/**
 * The identity in a slot.
 *
 * @throws {@link KeyslotRefused} as {@link openKeyslot}; `keyslot-secret` if it is the secret of another kind.
 */
export async function openSlot(text: string, given: SlotSecret, owner: Owner): Promise<OwnKey> {
    const slot = parseKeyslot(text)
    checkOwner(slot, owner)
    if (slot.kind !== given.kind) throw new KeyslotRefused("keyslot-secret")
    const seeds = await withSecret(given, (secret) => openKeyslot(text, secret, owner))
    return hold(owner.person, { ...seeds, old: [] })
}

/** Look at slots before any of them is opened, and before a secret is asked for. */
export function readSlots(texts: readonly string[], owner: Owner): readonly SlotHead[] {
    return texts.map((text) => {
        try {
            const slot = parseKeyslot(text)
            checkOwner(slot, owner)
            return headOf(text, slot)
        } catch (error) {
            if (error instanceof KeyslotRefused) return { text, refused: error.code }
            throw error
        }
    })
}

function headOf(text: string, { slot, ...rest }: Keyslot): SlotHead {
    if (rest.kind === "passkey") return { text, refused: null, slot, kind: rest.kind, kdf: rest.kdf }
    if (rest.kind === "password") return { text, refused: null, slot, kind: rest.kind, kdf: rest.kdf }
    return rest.kind === "recovery-code" ? { text, refused: null, slot, kind: rest.kind } : { text, refused: null, slot, kind: rest.kind }
}

function draftOf(person: string, way: SlotWay): SlotDraft {
    const named = { slot: newSlotId(), person }
    if (way.kind === "password") return { ...named, kind: way.kind, kdf: way.kdf }
    if (way.kind === "recovery-code") return { ...named, kind: way.kind, kdf: { name: "hkdf" } }
    const { credential, rp, salt } = way
    return { ...named, kind: way.kind, kdf: { credential, name: "prf", rp, salt } }
}

async function withSecret<T>(given: SlotSecret, work: (secret: Bytes) => Promise<T>): Promise<T> {
    const secret = await secretOf(given)
    try {
        return await work(secret)
    } finally {
        wipe(secret)
    }
}

async function secretOf(given: SlotSecret): Promise<Bytes> {
    if (given.kind === "passkey") return secretOfPrf(given.prf)
    return given.kind === "password" ? given.secret.slice() : readRecoveryCode(given.code)
}
