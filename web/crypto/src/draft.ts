/** Drafts, sealed to their writer alone (docs/spec/envelope.md section 3). They are not signed. */

import { decryptWith, encryptTo, recipientOf } from "./age.ts"
import { MAX_BODY_SIZE, parseJson } from "./body.ts"
import { encodeText, wipe, type Bytes } from "./bytes.ts"
import { canonical } from "./canonical.ts"
import { BodyTooLarge, DraftDamaged, FormatError, SealError } from "./errors.ts"
import { cutZeros, identity } from "./envelope.ts"
import { checkName } from "./names.ts"
import { pad, padme } from "./padding.ts"
import { count, hash, id, list, literal, record, ShapeError, size, string, type Check } from "./shape.ts"
import { isMediaType } from "./types.ts"

/** As it was typed, so perhaps no address yet. */
export interface DraftReader {
    readonly address: string
    readonly name: string
}

/** A file object of the message that the draft will become. */
export interface DraftFile {
    /** Id of the object. */
    readonly object: string
    readonly name: string
    readonly type: string
    readonly size: number
    readonly sha256: string
}

export interface Draft {
    readonly v: 1
    readonly to: readonly DraftReader[]
    readonly cc: readonly DraftReader[]
    readonly hidden: readonly DraftReader[]
    readonly subject: string
    /** Whoever shows it sanitises it first: anybody could have sealed a draft to its reader. */
    readonly html: string
    readonly files: readonly DraftFile[]
    /** Its writer has chosen that the letter waits for who has no key of her own (waiting.md section 1). */
    readonly level?: "self-held"
    /** Seconds since 1970 UTC. */
    readonly saved: number
}

export interface DraftSealing {
    readonly draft: Draft
    /** The identity of the message key. */
    readonly messageKey: string
    /** The writer's own, `age1pq1…`. */
    readonly recipient: string
}

/** Both are age files. */
export interface SealedDraft {
    readonly object: Bytes
    readonly envelope: Bytes
}

const readers = list(record<DraftReader>({ address: string, name: string }))

const name: Check<string> = (value) => {
    const given = string(value)
    if (checkName(given) !== null) throw new ShapeError()
    return given
}

const mediaType: Check<string> = (value) => {
    const given = string(value)
    if (!isMediaType(given)) throw new ShapeError()
    return given
}

const plainShape = {
    v: literal(1),
    to: readers,
    cc: readers,
    hidden: readers,
    subject: string,
    html: string,
    files: list(record<DraftFile>({ object: id, name, type: mediaType, size, sha256: hash })),
    saved: count,
} as const
const plain = record<Omit<Draft, "level">>(plainShape)
const leveled = record<Required<Draft>>({ ...plainShape, level: literal("self-held") })

const draftShape: Check<Draft> = (value) =>
    typeof value === "object" && value !== null && "level" in value ? leveled(value) : plain(value)

const envelopeShape = record({ v: literal(1), draft_key: identity })

/**
 * Seal a draft: its content to the message key, and the message key to its writer.
 *
 * @throws {@link BodyTooLarge} over 4 MiB; {@link SealError} if a member is missing, unknown or
 * of another type; {@link ClassicalRecipient}.
 */
export async function sealDraft({ draft, messageKey, recipient }: DraftSealing): Promise<SealedDraft> {
    const content = encodeDraft(draft)
    return {
        object: await sealPadded(content, await recipientOf(messageKey)),
        envelope: await sealPadded(encodeText(canonical({ v: 1, draft_key: messageKey })), recipient),
    }
}

/**
 * Open a draft with the key that its envelope holds.
 *
 * @throws {@link DraftDamaged}, whatever is wrong with it.
 */
export async function openDraft({ draftKey, object }: { readonly draftKey: string; readonly object: Uint8Array }): Promise<Draft> {
    return openPadded(draftKey, object, draftShape)
}

/**
 * The draft key of a draft's envelope: for self-held writers; for managed ones the server opens it.
 *
 * @throws {@link DraftDamaged}, whatever is wrong with it.
 */
export async function openDraftEnvelope(ownIdentity: string, envelope: Uint8Array): Promise<string> {
    return (await openPadded(ownIdentity, envelope, envelopeShape)).draft_key
}

function encodeDraft(draft: Draft): Bytes {
    try {
        const content = encodeText(canonical(draftShape(draft)))
        if (content.length > MAX_BODY_SIZE) throw new BodyTooLarge()
        return content
    } catch (error) {
        if (error instanceof ShapeError) throw new SealError(`its draft is not well formed (${error.where})`)
        if (error instanceof FormatError) throw new SealError("its draft is not well formed")
        throw error
    }
}

async function sealPadded(content: Bytes, recipient: string): Promise<Bytes> {
    const padded = pad(content)
    wipe(content)
    try {
        return await encryptTo(recipient, padded)
    } finally {
        wipe(padded)
    }
}

async function openPadded<T>(key: string, file: Uint8Array, shape: Check<T>): Promise<T> {
    try {
        const padded = await decryptWith(key, file)
        const content = cutZeros(padded)
        if (content.length > MAX_BODY_SIZE || padded.length !== padme(content.length)) throw new DraftDamaged()
        return shape(parseJson(content))
    } catch (error) {
        throw error instanceof FormatError ? new DraftDamaged() : error
    }
}
