/** Seal a message: its objects first, then, once signed, one envelope per reader. */

import { encryptTo, recipientOf } from "./age.ts"
import { encodeBody, type Body } from "./body.ts"
import { randomBytes, sha256, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { FormatError, SealError } from "./errors.ts"
import { sealEnvelope } from "./envelope.ts"
import { newMessageKey, recipientFingerprint } from "./keys.ts"
import { pad } from "./padding.ts"
import type { Signature } from "./signatures.ts"
import { MAX_READERS, parseStatement, type SignedObject, type Statement } from "./statement.ts"

/** Told after each part; `total` does not change. */
export type Progress = (done: number, total: number) => void

export interface SealedObject extends SignedObject {
    /** The age file. */
    readonly bytes: Bytes
}

export interface SealedObjects {
    /** The message key's identity. Secret; it goes into the envelopes and nowhere else. */
    readonly messageKey: string
    /** `message_key` of the statement. */
    readonly messageKeyFingerprint: string
    readonly objects: readonly SealedObject[]
}

/** A reader as the directory names him. */
export interface EnvelopeReader {
    /** Fingerprint, as in the statement. */
    readonly key: string
    /** `age1pq1…`, of a verified look-up. */
    readonly recipient: string
}

export interface EnvelopesDraft {
    readonly messageKey: string
    /** The text that was signed. */
    readonly statement: string
    readonly signature: Signature
    readonly readers: readonly EnvelopeReader[]
}

export interface SealedEnvelope {
    readonly key: string
    /** The age file. */
    readonly bytes: Bytes
}

/**
 * Encrypt the body to a fresh message key.
 *
 * @throws {@link BodyTooLarge}; {@link SealError} if the body is not well formed or names files,
 * which this version cannot seal.
 */
export async function sealObjects(draft: { readonly body: Body }, onProgress?: Progress): Promise<SealedObjects> {
    if (draft.body.files.length > 0) throw new SealError("files cannot be sealed yet")
    const content = encodeBody(draft.body)
    const key = await newMessageKey()
    const body = await sealObject("body", content, key.recipient)
    onProgress?.(1, 1)
    return { messageKey: key.identity, messageKeyFingerprint: key.fingerprint, objects: [body] }
}

/**
 * One object of a message. `content` is wiped.
 *
 * @param recipient - The message key's.
 */
export async function sealObject(
    role: SignedObject["role"], content: Uint8Array, recipient: string,
): Promise<SealedObject> {
    const padded = pad(content)
    try {
        const bytes = await encryptTo(recipient, padded)
        const id = toBase64url(randomBytes(16))
        return { id, role, size: content.length, sha256: await sha256(bytes), bytes }
    } finally {
        wipe(padded)
        wipe(content)
    }
}

/**
 * Seal message key and statement to each reader. A key given twice gets one envelope.
 *
 * @returns In the order of `readers`.
 * @throws {@link SealError}, before anything is sealed, if there is no reader or over 200, a
 * recipient does not fit its fingerprint or is not of this statement, or statement, signature and
 * message key do not belong together. {@link ClassicalRecipient} for a key of an older kind.
 */
export async function sealEnvelopes(draft: EnvelopesDraft, onProgress?: Progress): Promise<readonly SealedEnvelope[]> {
    const recipients = new Map(draft.readers.map((reader) => [reader.key, reader.recipient]))
    await checkDraft(draft)
    const { messageKey: message_key, statement, signature } = draft
    const sealed: SealedEnvelope[] = []
    for (const [key, recipient] of recipients) {
        const opened = { message_key, statement, signature, grants: [], merge: {} }
        sealed.push({ key, bytes: await sealEnvelope(opened, recipient) })
        onProgress?.(sealed.length, recipients.size)
    }
    return sealed
}

async function checkDraft({ messageKey, statement: text, signature, readers }: EnvelopesDraft): Promise<void> {
    if (readers.length === 0) throw new SealError("it has no reader")
    if (readers.length > MAX_READERS) throw new SealError(`it has over ${String(MAX_READERS)} readers`)
    const statement = parseStatement(text)
    if (signature.alg !== "Ed25519" || signature.key !== statement.sender.key) {
        throw new SealError("the signature is not by the sender's key")
    }
    for (const reader of readers) await checkReader(reader, statement)
    if ((await messageKeyFingerprint(messageKey)) !== statement.message_key) {
        throw new SealError("the statement names another message key")
    }
}

async function checkReader({ key, recipient }: EnvelopeReader, statement: Statement): Promise<void> {
    // Before the list: a key of an older kind is to be named as such, whoever's it is.
    const found = await wellFormed(recipientFingerprint(recipient), "a reader's key is damaged")
    if (found !== key) throw new SealError("a reader's key does not fit its fingerprint")
    if (!statement.readers.some((reader) => reader.key === key)) {
        throw new SealError("a reader is not listed in the statement with this key")
    }
}

async function messageKeyFingerprint(identity: string): Promise<string> {
    const recipient = await wellFormed(recipientOf(identity), "the message key is damaged")
    return recipientFingerprint(recipient)
}

async function wellFormed<T>(work: Promise<T>, otherwise: string): Promise<T> {
    try {
        return await work
    } catch (error) {
        throw error instanceof FormatError ? new SealError(otherwise) : error
    }
}
