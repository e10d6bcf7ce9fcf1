/**
 * Pairing a pane: a one-time recipient that k and a code vouch for, and the identity sealed to it
 * (docs/spec/pairing.md section 2). k is the secrecy, the code is consent; neither encrypts anything.
 */

import { decryptWith, encryptTo } from "./age.ts"
import { bestPrimitives } from "./age/primitives.ts"
import { concat, decodeText, encodeText, equal, fromBase64url, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { canonical, parseCanonical } from "./canonical.ts"
import { FormatError } from "./errors.ts"
import { encodeIdentity, recipientFingerprint, recipientOf } from "./keys.ts"
import { wipeSecrets, type OwnSecrets } from "./own.ts"
import { PairingRefused } from "./pairingrefusals.ts"
import { hash, list, literal, record, text } from "./shape.ts"

export type Program = "outlook" | "word" | "excel"
export type Platform = "web" | "windows" | "mac" | "phone" | "other"

/** What a pane says of itself. */
export interface Asker {
    readonly program: Program
    readonly platform: Platform
}

/** What the server hands on from the pane to the page. */
export interface PairingAsked extends Asker {
    /** One-time, `age1pq1…` */
    readonly recipient: string
    /** The pane's, base64url of 32 bytes. */
    readonly tag: string
}

/** Keys of the tags, 32 bytes each, of one k, code and person. The caller wipes them. */
export interface PairingKeys {
    readonly pane: Bytes
    readonly page: Bytes
}

/** An identity as it is brought over; `old` names {@link OwnSecrets.old} by fingerprint. The caller wipes the seeds. */
export interface Brought {
    readonly secrets: OwnSecrets
    readonly old: readonly string[]
}

interface Answer {
    readonly v: 1
    readonly identity: string
    readonly old: readonly { readonly key: string; readonly seed: string }[]
    readonly tag: string
}

const K_SIZE = 32
const ID_SIZE = 16
const TAG_KEY_SIZE = 32
const SEED_SIZE = 32
/** Of earlier identities in an answer: the newest of them. */
export const MAX_OLD = 50
/** Of an answer, in bytes. */
export const MAX_ANSWER = 16_384
const ID_INFO = "letterlock/pairing/id/v1"
const TAGS_INFO = "letterlock/pairing/tags/v1"
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"   // of the codes by mail
const CODE_LENGTH = 8

const answerShape = record<Answer>({
    v: literal(1), identity: text(/^[\w-]{86}$/), old: list(record({ key: hash, seed: hash })), tag: hash,
})

/** 32 random bytes: what stands behind the `#` of the link. */
export const newK = (): Bytes => randomBytes(K_SIZE)

/**
 * k of a link. The caller wipes it.
 *
 * @throws {@link PairingRefused} `pairing-link` unless it is 32 bytes in base64url.
 */
export function readK(given: string): Bytes {
    if (!/^[\w-]{43}$/.test(given)) throw new PairingRefused("pairing-link")
    try {
        return fromBase64url(given)
    } catch (error) {
        throw error instanceof FormatError ? new PairingRefused("pairing-link") : error
    }
}

/** A fresh code of eight characters, each as likely as any other. */
export function newCode(): string {
    return Array.from(randomBytes(CODE_LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join("")
}

/**
 * A code as it was typed, without hyphen and spaces, in upper case.
 *
 * @throws {@link PairingRefused} `pairing-code` if it is none.
 */
export function readCode(typed: string): string {
    const letters = typed.replace(/[ -]/g, "")
    if (!/^[A-HJ-NP-Za-hj-np-z2-9]{8}$/.test(letters)) throw new PairingRefused("pairing-code")
    return letters.toUpperCase()
}

/** The id under which the server keeps a pairing: base64url of 16 bytes. */
export async function pairingId(k: Bytes): Promise<string> {
    const derive = await (await bestPrimitives()).kdf.from(k)
    return toBase64url(await derive(new Uint8Array(0), encodeText(ID_INFO), ID_SIZE))
}

/**
 * Keys of the tags.
 *
 * @param code - As {@link readCode} gives it.
 * @param person - Her id.
 */
export async function pairingKeys(k: Bytes, code: string, person: string): Promise<PairingKeys> {
    const salt = encodeText(await pairingId(k))
    const derive = await (await bestPrimitives()).kdf.from(k)
    const bytes = await derive(salt, encodeText([TAGS_INFO, code, person].join("\0")), 2 * TAG_KEY_SIZE)
    const keys = { pane: bytes.slice(0, TAG_KEY_SIZE), page: bytes.slice(TAG_KEY_SIZE) }
    wipe(bytes)
    return keys
}

/** The pane's tag, 32 bytes, over its one-time recipient and what it says of itself. */
export async function paneTag(key: Bytes, { platform, program, recipient }: Omit<PairingAsked, "tag">): Promise<Bytes> {
    return mac(key, { platform, program, recipient, v: 1 })
}

/**
 * Whether a recipient is the pane's, before anything is sealed to it.
 *
 * @throws {@link PairingRefused} `pairing-code`: another k, code, person or recipient; nobody can say which.
 */
export async function checkPaneTag(key: Bytes, asked: PairingAsked): Promise<void> {
    if (!equal(await paneTag(key, asked), tagBytes(asked.tag))) throw new PairingRefused("pairing-code")
}

/** The page's tag, 32 bytes. `key` of the value is the fingerprint of the identity's recipient. */
export async function pageTag(key: Bytes, { identity, old }: Pick<Answer, "identity" | "old">): Promise<Bytes> {
    const both = fromBase64url(identity)
    const encryption = encodeIdentity(both.subarray(0, SEED_SIZE))
    wipe(both)
    const named = await recipientFingerprint(await recipientOf(encryption))
    return mac(key, { identity, key: named, old, v: 1 })
}

/**
 * The answer: an age file to the one-time recipient. Of more than {@link MAX_OLD} earlier identities the newest go.
 *
 * @param key - The page's.
 */
export async function sealAnswer(key: Bytes, recipient: string, { secrets, old }: Brought): Promise<Bytes> {
    const named = old.map((each, at) => ({ key: each, seed: toBase64url(secrets.old[at] ?? new Uint8Array(0)) })).slice(-MAX_OLD)
    const both = concat(secrets.encryption, secrets.signing)
    const said = { identity: toBase64url(both), old: named }
    wipe(both)
    const content = encodeText(canonical({ ...said, tag: toBase64url(await pageTag(key, said)), v: 1 }))
    try {
        return await encryptTo(recipient, content)
    } finally {
        wipe(content)
    }
}

/**
 * What a page has answered. Whose identity it is the caller compares with the look-up.
 *
 * @param key - The page's.
 * @param identity - The one-time one, `AGE-SECRET-KEY-PQ-1…`.
 * @throws {@link PairingRefused} `pairing-answer`: another pairing's, changed, not well formed, or by whom k or the code was not known.
 */
export async function openAnswer(key: Bytes, identity: string, file: Uint8Array): Promise<Brought> {
    if (file.length > MAX_ANSWER) throw new PairingRefused("pairing-answer")
    try {
        const answer = await answerIn(identity, file)
        if (!equal(await pageTag(key, answer), fromBase64url(answer.tag))) throw new PairingRefused("pairing-answer")
        return await broughtBy(answer)
    } catch (error) {
        throw error instanceof FormatError ? new PairingRefused("pairing-answer") : error
    }
}

async function answerIn(identity: string, file: Uint8Array): Promise<Answer> {
    const content = await decryptWith(identity, file)
    try {
        const answer = answerShape(parseCanonical(decodeText(content)))
        if (answer.old.length > MAX_OLD) throw new PairingRefused("pairing-answer")
        return answer
    } finally {
        wipe(content)
    }
}

async function broughtBy({ identity, old }: Answer): Promise<Brought> {
    const both = fromBase64url(identity)
    const secrets = { encryption: both.slice(0, SEED_SIZE), signing: both.slice(SEED_SIZE), old: old.map(({ seed }) => fromBase64url(seed)) }
    wipe(both)
    for (const [at, seed] of secrets.old.entries()) {
        if ((await recipientFingerprint(await recipientOf(encodeIdentity(seed)))) === old[at]?.key) continue
        wipeSecrets(secrets)
        throw new PairingRefused("pairing-answer")
    }
    return { secrets, old: old.map(({ key }) => key) }
}

async function mac(key: Bytes, value: unknown): Promise<Bytes> {
    const message = encodeText(canonical(value))
    try {
        return await (await bestPrimitives()).kdf.mac(key, message)
    } finally {
        wipe(message)
    }
}

/** No bytes where the text is none: a tag that is not well formed is nobody's. */
function tagBytes(tag: string): Bytes {
    try {
        return fromBase64url(tag)
    } catch (error) {
        if (error instanceof FormatError) return new Uint8Array(0)
        throw error
    }
}
