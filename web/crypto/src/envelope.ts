/** The content of an envelope (docs/spec/envelope.md section 1). */

import { decryptWith, encryptTo } from "./age.ts"
import { parseJson } from "./body.ts"
import { encodeText, wipe, type Bytes } from "./bytes.ts"
import { canonical } from "./canonical.ts"
import { FormatError, Refusal, SealError } from "./errors.ts"
import { signedGrantShape, type Merge, type SignedGrant } from "./grant.ts"
import { decodeIdentity } from "./keytext.ts"
import { pad } from "./padding.ts"
import { dictionary, list, literal, record, ShapeError, string, type Check } from "./shape.ts"
import { signatureShape, type Signature } from "./signatures.ts"
import { MAX_READERS } from "./statement.ts"

/** Of the age file, in bytes. */
export const MAX_ENVELOPE_SIZE = 64 * 1024

/** What an envelope holds for its reader. `message_key` is secret. */
export interface Opened {
    readonly message_key: string
    /** The exact text that was signed. */
    readonly statement: string
    readonly signature: Signature
    /** The reader's own; in the sender's envelope all. */
    readonly grants: readonly SignedGrant[]
    /** Only the reader's own grant vouches for them. */
    readonly merge: Merge
}

/** `AGE-SECRET-KEY-PQ-1…`. */
export const identity: Check<string> = (value) => {
    const given = string(value)
    wipe(decodeIdentity(given))
    return given
}

const members = {
    message_key: identity,
    statement: string,
    signature: signatureShape,
    grants: list(signedGrantShape),
    merge: dictionary(string),
}
const openedShape: Check<Opened> = checked(record<Opened>(members))
const contentShape = checked(record<Opened & { readonly v: 1 }>({ v: literal(1), ...members }))

/** Merge values without any grant are vouched for by nobody. */
function checked<T extends Opened>(shape: Check<T>): Check<T> {
    return (value) => {
        const opened = shape(value)
        if (opened.grants.length > MAX_READERS) throw new ShapeError("grants")
        if (opened.grants.length === 0 && Object.keys(opened.merge).length > 0) throw new ShapeError("merge")
        return opened
    }
}

/**
 * Check the five members of an opened envelope that came as JSON from the server, which opens
 * the envelopes in its custody.
 *
 * @throws {@link Refusal} `envelope-malformed`.
 */
export function parseOpened(value: unknown): Opened {
    return refuseMalformed(() => openedShape(value))
}

/**
 * Open an envelope with the reader's own identity: for self-held readers.
 *
 * @throws {@link Refusal} `envelope-malformed`, whatever is wrong with it.
 */
export async function openEnvelope(ownIdentity: string, file: Uint8Array): Promise<Opened> {
    if (file.length > MAX_ENVELOPE_SIZE) throw new Refusal("envelope-malformed")
    const content = await decryptWith(ownIdentity, file).catch(refuse)
    try {
        return refuseMalformed(() => {
            const { v: _, ...opened } = contentShape(parseJson(cutZeros(content)))
            return opened
        })
    } finally {
        wipe(content)
    }
}

/**
 * Seal an envelope's content to one recipient.
 *
 * @throws {@link SealError} if the envelope would be over 64 KiB; {@link ClassicalRecipient}.
 */
export async function sealEnvelope(opened: Opened, recipient: string): Promise<Bytes> {
    const content = encodeText(canonical({ v: 1, ...opened }))
    const padded = pad(content)
    wipe(content)
    try {
        const file = await encryptTo(recipient, padded)
        if (file.length > MAX_ENVELOPE_SIZE) throw new SealError("it has too many readers for one envelope")
        return file
    } finally {
        wipe(padded)
    }
}

/** The content without the zero bytes after it. */
export function cutZeros(content: Bytes): Bytes {
    return content.subarray(0, content.findLastIndex((byte) => byte !== 0) + 1)
}

function refuseMalformed<T>(parse: () => T): T {
    try {
        return parse()
    } catch (error) {
        return refuse(error)
    }
}

function refuse(error: unknown): never {
    if (error instanceof ShapeError) throw new Refusal("envelope-malformed", error.where)
    if (error instanceof FormatError) throw new Refusal("envelope-malformed")
    throw error
}
