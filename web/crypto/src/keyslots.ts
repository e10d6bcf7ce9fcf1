/**
 * Keyslots: one identity, sealed once for each way in which its owner can open it
 * (docs/spec/keyslots.md).
 */

// noble, audited and maintained, is what age/plain.ts stands on; the platform has no XChaCha20.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"

import { bestPrimitives } from "./age/primitives.ts"
import { concat, encodeText, equal, fromBase64url, ownBytes, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { canonical, parseCanonical } from "./canonical.ts"
import { publicKeyOf } from "./ed25519.ts"
import { FormatError } from "./errors.ts"
import { encodeIdentity, recipientFingerprint, recipientOf } from "./keys.ts"
import { KeyslotRefused } from "./keyslotrefusals.ts"
import { checkCost, CODE_SIZE, SECRET_SIZE, type PasswordKdf, type RecoveryKdf } from "./keysecrets.ts"
import { count, literal, record, ShapeError, string, text, type Check } from "./shape.ts"

/** `rp` is the RP ID, `salt` what the PRF is evaluated on. */
export interface PasskeyKdf {
    readonly credential: string
    readonly name: "prf"
    readonly rp: string
    readonly salt: string
}

interface CodeKdf {
    readonly name: "hkdf"
}

interface Kdfs {
    "passkey": PasskeyKdf
    "password": PasswordKdf
    "recovery-code": CodeKdf
    "firm-recovery": RecoveryKdf
}

export type SlotKind = keyof Kdfs

/** What a writer decides. */
export type SlotDraft = { readonly slot: string; readonly person: string } & {
    [K in SlotKind]: { readonly kind: K; readonly kdf: Kdfs[K] }
}[SlotKind]

/** Members as in docs/spec/keyslots.md section 1. */
export type Keyslot = SlotDraft & {
    readonly v: 1
    readonly check: string
    readonly key: string
    readonly signing_key: string
    readonly nonce: string
    readonly sealed: string
}

/** Both seeds of a person, 32 bytes each; the caller wipes them. */
export interface Seeds {
    readonly encryption: Bytes
    readonly signing: Bytes
}

/** Whose slot it must be. */
export interface Owner {
    readonly person: string
    /** Fingerprint of the recipient that the directory names; left out while a first key is made. */
    readonly key?: string
    /** Of the page. */
    readonly rp?: string
    /** Fingerprint of the recovery recipient that the firm declares. */
    readonly recovery?: string
}

/** `authenticator` is there for a password only. */
export interface SlotKeys {
    readonly wrapping: Bytes
    readonly check: Bytes
    readonly authenticator: Bytes | null
}

const LABELS: Readonly<Record<SlotKind, string>> = {
    "passkey": "letterlock/keyslot/prf/v1",
    "password": "letterlock/keyslot/password/v1",
    "recovery-code": "letterlock/keyslot/recovery-code/v1",
    "firm-recovery": "letterlock/keyslot/firm-recovery/v1",
}
const MAX_SLOT = 8192
const NONCE_SIZE = 24
const SEALED_SIZE = 80
const RECOVERY_FILE = 1691

/** Base64url of so many bytes. */
function bytesOf(least: number, most = least): Check<string> {
    return (value) => {
        const given = string(value)
        const { length } = fromBase64url(given)
        if (length < least || length > most) throw new ShapeError()
        return given
    }
}

const kdfShapes: { readonly [K in SlotKind]: Check<Kdfs[K]> } = {
    "passkey": record<PasskeyKdf>({
        credential: bytesOf(1, 1023), name: literal("prf"), rp: text(/^[a-z0-9.-]{1,253}$/), salt: bytesOf(32),
    }),
    "password": record<PasswordKdf>({
        lanes: literal(1), memory: count, name: literal("argon2id"), passes: count, salt: bytesOf(16),
    }),
    "recovery-code": record<CodeKdf>({ name: literal("hkdf") }),
    "firm-recovery": record<RecoveryKdf>({ name: literal("age"), recipient: bytesOf(32), secret: bytesOf(RECOVERY_FILE) }),
}

function slotShape(kind: SlotKind): Check<Keyslot> {
    const shape = record({
        v: literal(1), kind: literal(kind), slot: bytesOf(16), person: text(/^[0-9a-f]{32}$/), key: bytesOf(32),
        signing_key: bytesOf(32), kdf: kdfShapes[kind], check: bytesOf(32), nonce: bytesOf(NONCE_SIZE), sealed: bytesOf(SEALED_SIZE),
    })
    return (value) => shape(value) as unknown as Keyslot
}

/**
 * A keyslot of its text, with limits that a client may compute.
 *
 * @throws {@link KeyslotRefused} `keyslot-malformed`, `keyslot-costly`, `keyslot-weak`.
 */
export function parseKeyslot(given: string): Keyslot {
    try {
        if (given.length > MAX_SLOT) throw new ShapeError()
        const value = parseCanonical(given)
        const kind = (value as { readonly kind?: unknown } | null)?.kind
        const known = (Object.keys(LABELS) as SlotKind[]).find((each) => each === kind)
        if (known === undefined) throw new ShapeError("kind")
        const slot = slotShape(known)(value)
        if (slot.kind === "password") checkCost(slot.kdf)
        return slot
    } catch (error) {
        throw error instanceof FormatError ? new KeyslotRefused("keyslot-malformed") : error
    }
}

/**
 * Refuse a slot that is not this person's, for this key, on this page. Names that `owner` leaves
 * out are not looked at.
 *
 * @throws {@link KeyslotRefused} `keyslot-foreign`.
 */
export function checkOwner(slot: Keyslot, { person, key, rp, recovery }: Owner): void {
    const same = slot.person === person && (key === undefined || slot.key === key)
    const here = slot.kind !== "passkey" || rp === undefined || slot.kdf.rp === rp
    const declared = slot.kind !== "firm-recovery" || recovery === undefined || slot.kdf.recipient === recovery
    if (!same || !here || !declared) throw new KeyslotRefused("keyslot-foreign")
}

/**
 * The keys of a slot. The caller wipes them.
 *
 * @param secret - 16 bytes for a recovery code, 32 for every other kind.
 * @throws {@link KeyslotRefused} `keyslot-secret` for any other length.
 */
export async function slotKeys(draft: SlotDraft, secret: Uint8Array): Promise<SlotKeys> {
    if (secret.length !== (draft.kind === "recovery-code" ? CODE_SIZE : SECRET_SIZE)) throw new KeyslotRefused("keyslot-secret")
    const rp = draft.kind === "passkey" ? [draft.kdf.rp] : []
    const info = encodeText([LABELS[draft.kind], ...rp, draft.person].join("\0"))
    const derive = await (await bestPrimitives()).kdf.from(ownBytes(secret))
    const bytes = await derive(encodeText(draft.slot), info, draft.kind === "password" ? 96 : 64)
    const authenticator = draft.kind === "password" ? bytes.slice(64) : null
    const keys = { wrapping: bytes.slice(0, 32), check: bytes.slice(32, 64), authenticator }
    wipe(bytes)
    return keys
}

/**
 * The text of a new slot, after it was opened again.
 *
 * @param nonce - For tests; 24 random bytes otherwise.
 * @throws {@link KeyslotRefused} as {@link parseKeyslot} and {@link slotKeys}: nothing is made that a reader would refuse.
 */
export async function sealKeyslot(
    draft: SlotDraft, secret: Uint8Array, seeds: Seeds, nonce: Uint8Array = randomBytes(NONCE_SIZE),
): Promise<string> {
    const { slot, person, kind, kdf } = draft
    const { wrapping, check } = await slotKeys(draft, secret)
    const named = { v: 1, kind, slot, person, kdf, ...(await publicHalves(seeds)), check: toBase64url(check), nonce: toBase64url(nonce) }
    const content = concat(seeds.encryption, seeds.signing)
    const sealed = xchacha20poly1305(wrapping, nonce, encodeText(canonical(named))).encrypt(content)
    const written = canonical({ ...named, sealed: toBase64url(sealed) })
    wipe(content)
    wipe(wrapping)
    const again = await openKeyslot(written, secret, { person })
    wipe(again.encryption)
    wipe(again.signing)
    return written
}

/**
 * The identity in a slot.
 *
 * @param secret - Of keysecrets.ts. Not wiped.
 * @throws {@link KeyslotRefused} all codes of docs/spec/keyslots.md section 5 that are about a slot, in that order.
 */
export async function openKeyslot(given: string, secret: Uint8Array, owner: Owner): Promise<Seeds> {
    const slot = parseKeyslot(given)
    checkOwner(slot, owner)
    const { wrapping, check } = await slotKeys(slot, secret)
    if (!equal(check, fromBase64url(slot.check))) throw new KeyslotRefused("keyslot-secret")
    const content = unsealed(slot, wrapping)
    wipe(wrapping)
    const seeds = { encryption: content.slice(0, 32), signing: content.slice(32) }
    wipe(content)
    const { key, signing_key } = await publicHalves(seeds)
    if (key !== slot.key || signing_key !== slot.signing_key) throw new KeyslotRefused("keyslot-identity")
    return seeds
}

function unsealed(slot: Keyslot, wrapping: Bytes): Bytes {
    const { sealed, ...named } = slot
    try {
        const cipher = xchacha20poly1305(wrapping, fromBase64url(slot.nonce), encodeText(canonical(named)))
        return ownBytes(cipher.decrypt(fromBase64url(sealed)))
    } catch {
        // Lengths are right, so noble throws for one reason only: it does not verify.
        throw new KeyslotRefused("keyslot-damaged")
    }
}

async function publicHalves({ encryption, signing }: Seeds): Promise<{ readonly key: string; readonly signing_key: string }> {
    const key = await recipientFingerprint(await recipientOf(encodeIdentity(encryption)))
    return { key, signing_key: toBase64url(publicKeyOf(signing)) }
}
