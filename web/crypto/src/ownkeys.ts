/** What a self-held person's browser does with her identity (docs/spec/enrolment.md sections 4 to 7). */

import { decryptWith, encryptTo } from "./age.ts"
import { decodeText, encodeText, randomBytes, sha256, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { canonical, parseCanonical } from "./canonical.ts"
import { openDraftEnvelope } from "./draft.ts"
import { identity, openEnvelope, type Opened } from "./envelope.ts"
import { DraftDamaged, FormatError, SealError } from "./errors.ts"
import { parseGrant } from "./grant.ts"
import { decodeIdentity, recipientFingerprint, recipientOf } from "./keys.ts"
import { signingFingerprint, type Custody } from "./lookup.ts"
import { hold, newSeeds, publicHalves, withIdentity, withSecrets, type OwnKey } from "./own.ts"
import { OwnKeyRefused } from "./ownrefusals.ts"
import { literal, record } from "./shape.ts"
import { ENROLMENT_DOMAIN, GRANT_DOMAIN, sign, STATEMENT_DOMAIN, type Domain, type Signature } from "./signatures.ts"
import { parseStatement } from "./statement.ts"

/** An identity she had before, sealed to the present one; `key` is its fingerprint as the server names it. */
export interface OldKey {
    readonly key: string
    readonly age: Uint8Array
}

const CHALLENGE_SIZE = 32
const oldShape = record({ v: literal(1), identity })

/** A new identity: both seeds, at random. Nothing of it has left this worker but sealed. */
export async function newIdentity(person: string): Promise<OwnKey> {
    return hold(person, { ...newSeeds(), old: [] })
}

/**
 * The 32 bytes that the server sealed to this key, to see whether it opens.
 *
 * @throws {@link OwnKeyRefused} `own-key-challenge`, whatever is wrong with the file.
 */
export async function openChallenge(own: OwnKey, challenge: Uint8Array): Promise<{ readonly bytes: Bytes }> {
    return withIdentity(own, own.key, async (secret) => {
        const bytes = await decryptWith(secret, challenge).catch(refuseAs("own-key-challenge"))
        if (bytes.length !== CHALLENGE_SIZE) throw new OwnKeyRefused("own-key-challenge")
        return { bytes }
    })
}

/**
 * The same identity with those that she had before, each looked at: it must be the one that is named.
 *
 * @throws {@link OwnKeyRefused} `own-key-other` if one does not open, or is another.
 */
export async function unwrapOld(own: OwnKey, old: readonly OldKey[]): Promise<OwnKey> {
    const seeds = await withIdentity(own, own.key, async (secret) => {
        const opened: Bytes[] = []
        for (const each of old) opened.push(await oldSeed(secret, each))
        return opened
    })
    return withSecrets(own, ({ encryption, signing }) =>
        hold(own.person, { encryption, signing, old: seeds }, old.map(({ key }) => key)))
}

/**
 * Every identity of hers, the present one first, each sealed to her new one (section 9).
 *
 * @param to - Her new identity, made in a worker: nothing is sealed to a recipient that a page names.
 * @throws {@link OwnKeyRefused} `own-key-closed`; `own-key-other` if it is somebody else's.
 */
export async function wrapOld(own: OwnKey, to: OwnKey): Promise<readonly OldKey[]> {
    if (own.person !== to.person) throw new OwnKeyRefused("own-key-other")
    const { recipient } = await withSecrets(to, publicHalves)
    const wrapped: OldKey[] = []
    for (const key of [own.key, ...own.old]) wrapped.push({ key, age: await withIdentity(own, key, (secret) => wrapTo(recipient, secret)) })
    return wrapped
}

async function wrapTo(recipient: string, secret: string): Promise<Bytes> {
    const content = encodeText(canonical({ identity: secret, v: 1 }))
    try {
        return await encryptTo(recipient, content)
    } finally {
        wipe(content)
    }
}

async function oldSeed(secret: string, { key, age }: OldKey): Promise<Bytes> {
    const content = await decryptWith(secret, age).catch(refuseAs("own-key-other"))
    try {
        const found = oldShape(parseCanonical(decodeText(content))).identity
        if ((await recipientFingerprint(await recipientOf(found))) !== key) throw new OwnKeyRefused("own-key-other")
        return decodeIdentity(found)
    } catch (error) {
        return refuseAs("own-key-other")(error)
    } finally {
        wipe(content)
    }
}

/**
 * The signature of an enrolment, by the new key.
 *
 * @param slots - The slots' texts, in any order.
 */
export async function signEnrolment(own: OwnKey, slots: readonly string[]): Promise<Signature> {
    const { key, person, signing_key } = own
    const hashes = await Promise.all(slots.map((text) => sha256(encodeText(text))))
    return signed(own, ENROLMENT_DOMAIN, canonical({ key, person, signing_key, slots: hashes.sort(), v: 1 }))
}

/**
 * Sign a statement whose sender is this key.
 *
 * @throws {@link SealError} if it names another key, or one that the server keeps.
 */
export async function signStatement(own: OwnKey, text: string): Promise<Signature> {
    await requireOwn(own, parseStatement(text).sender)
    return signed(own, STATEMENT_DOMAIN, text)
}

/**
 * Sign a grant that is given by this key.
 *
 * @throws As {@link signStatement}.
 */
export async function signGrant(own: OwnKey, text: string): Promise<Signature> {
    await requireOwn(own, parseGrant(text).granted_by)
    return signed(own, GRANT_DOMAIN, text)
}

async function requireOwn({ signing_key }: OwnKey, by: { readonly key: string; readonly custody: Custody }): Promise<void> {
    if (by.custody !== "self-held") throw new SealError("it is to be signed by the firm's server")
    if (by.key !== (await signingFingerprint(signing_key))) throw new SealError("it is to be signed by another key")
}

/**
 * Open an envelope that is sealed to her present identity, or to one that she had before.
 *
 * @param key - The fingerprint that it is sealed to, as the server says.
 * @throws {@link OwnKeyRefused} `own-key-unknown`; {@link Refusal} as {@link openEnvelope}.
 */
export async function openOwnEnvelope(own: OwnKey, key: string, envelope: Uint8Array): Promise<Opened> {
    return withIdentity(own, key, (secret) => openEnvelope(secret, envelope))
}

/**
 * The key of a draft, by whichever of her identities it was saved with.
 *
 * @throws {@link DraftDamaged}, whatever is wrong with it.
 */
export async function openOwnDraftKey(own: OwnKey, envelope: Uint8Array): Promise<{ readonly draftKey: string }> {
    for (const key of [own.key, ...own.old.toReversed()]) {
        const draftKey = await withIdentity(own, key, (secret) => openDraftEnvelope(secret, envelope)).catch(unlessDamaged)
        if (draftKey !== null) return { draftKey }
    }
    throw new DraftDamaged()
}

/** 16 random bytes as text: a keyslot's id. */
export const newSlotId = (): string => toBase64url(randomBytes(16))

async function signed(own: OwnKey, domain: Domain, text: string): Promise<Signature> {
    return withSecrets(own, ({ signing }) => sign(domain, text, signing))
}

function unlessDamaged(error: unknown): null {
    if (error instanceof DraftDamaged) return null
    throw error
}

function refuseAs(code: "own-key-challenge" | "own-key-other"): (error: unknown) => never {
    return (error) => {
        throw error instanceof FormatError ? new OwnKeyRefused(code) : error
    }
}
