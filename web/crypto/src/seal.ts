/** Seal a message: its objects first, then, once signed, one envelope per reader. */

import { encryptTo } from "./age.ts"
import { encodeBody, type Body } from "./body.ts"
import { randomBytes, sha256, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { FormatError, SealError } from "./errors.ts"
import { sealEnvelope } from "./envelope.ts"
import { mergeHash, parseGrant, type Grant, type Merge, type SignedGrant } from "./grant.ts"
import { messageKeyOf, newMessageKey, recipientFingerprint, type MessageKey } from "./keys.ts"
import { pad } from "./padding.ts"
import type { Signature } from "./signatures.ts"
import { MAX_READERS, parseStatement, statementHash, type SignedObject, type Statement } from "./statement.ts"
import type { Progress } from "./work.ts"

export interface SealedObject extends SignedObject {
    /** The age file. */
    readonly bytes: Bytes
}

export interface ObjectsDraft {
    /** Its `files` are those that were sealed with `messageKey`, in the order to show. */
    readonly body: Body
    /** The identity of the message key; a fresh one is made if it is left out. */
    readonly messageKey?: string
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
    /** Values of merge fields, of which his grant names the hash. */
    readonly merge?: Merge
}

export interface EnvelopesDraft {
    readonly messageKey: string
    /** The text that was signed. */
    readonly statement: string
    readonly signature: Signature
    /** All grants made with the message. */
    readonly grants?: readonly SignedGrant[]
    readonly readers: readonly EnvelopeReader[]
}

export interface SealedEnvelope {
    readonly key: string
    /** The age file. */
    readonly bytes: Bytes
}

/**
 * Encrypt the body to the message key. Files are sealed before, one by one, by `sealFile`.
 *
 * @throws {@link BodyTooLarge}; {@link FileRefused}; {@link SealError} if the body is not well formed,
 * or names files though no message key was given.
 */
export async function sealObjects({ body, messageKey }: ObjectsDraft, onProgress?: Progress): Promise<SealedObjects> {
    if (messageKey === undefined && body.files.length > 0) throw new SealError("its files were not sealed before it")
    const content = encodeBody(body)
    const { identity, recipient, fingerprint } = messageKey === undefined ? await newMessageKey() : await keyOf(messageKey)
    const object = await sealObject("body", content, recipient)
    onProgress?.(1, 1)
    return { messageKey: identity, messageKeyFingerprint: fingerprint, objects: [object] }
}

const keyOf = (identity: string): Promise<MessageKey> => wellFormed(messageKeyOf(identity), "the message key is damaged")

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
 * Seal message key and statement to each reader. A key given twice gets one envelope. The sender's
 * own envelope holds all grants, that of a granted reader his own, every other none.
 *
 * @returns In the order of `readers`.
 * @throws {@link SealError}, before anything is sealed, if there is no reader or over 200, a
 * recipient does not fit its fingerprint or is neither listed nor granted, or statement, grants,
 * signatures, merge values and message key do not belong together. {@link Refusal} if the
 * statement or a grant is malformed. {@link ClassicalRecipient} for a key of an older kind.
 */
export async function sealEnvelopes(draft: EnvelopesDraft, onProgress?: Progress): Promise<readonly SealedEnvelope[]> {
    const readers = new Map(draft.readers.map((reader) => [reader.key, reader]))
    const check = await checkDraft(draft)
    const { messageKey: message_key, statement, signature } = draft
    const sealed: SealedEnvelope[] = []
    for (const [key, { recipient, merge = {} }] of readers) {
        const opened = { message_key, statement, signature, grants: check.grantsFor(key), merge }
        sealed.push({ key, bytes: await sealEnvelope(opened, recipient) })
        onProgress?.(sealed.length, readers.size)
    }
    return sealed
}

async function checkDraft({ messageKey, statement: text, signature, grants = [], readers }: EnvelopesDraft): Promise<Handout> {
    if (readers.length === 0) throw new SealError("it has no reader")
    if (readers.length > MAX_READERS) throw new SealError(`it has over ${String(MAX_READERS)} readers`)
    const statement = parseStatement(text)
    if (signature.alg !== "Ed25519" || signature.key !== statement.sender.key) {
        throw new SealError("the signature is not by the sender's key")
    }
    const handout = new Handout(statement, await statementHash(text), grants)
    for (const reader of readers) await handout.check(reader)
    const { fingerprint } = await keyOf(messageKey)
    if (fingerprint !== statement.message_key) throw new SealError("the statement names another message key")
    return handout
}

/** Who gets which grants. */
class Handout {
    readonly #statement: Statement
    readonly #grants: readonly { readonly grant: Grant; readonly signed: SignedGrant }[]

    constructor(statement: Statement, hash: string, grants: readonly SignedGrant[]) {
        this.#statement = statement
        this.#grants = grants.map((signed) => ({ grant: parseGrant(signed.text), signed }))
        for (const { grant, signed } of this.#grants) {
            if (grant.statement !== hash) throw new SealError("a grant is about another statement")
            if (signed.signature.key !== grant.granted_by.key) throw new SealError("a grant is not signed by its granter")
        }
    }

    async check({ key, recipient, merge = {} }: EnvelopeReader): Promise<void> {
        // Before the list: a key of an older kind is to be named as such, whoever's it is.
        const found = await wellFormed(recipientFingerprint(recipient), "a reader's key is damaged")
        if (found !== key) throw new SealError("a reader's key does not fit its fingerprint")
        const own = this.#grants.filter(({ grant }) => grant.key === key)
        if (own.length === 0 && !this.#statement.readers.some((reader) => reader.key === key)) {
            throw new SealError("a reader is neither listed in the statement with this key nor granted")
        }
        const values = await mergeHash(merge)
        const named = own.length === 0 ? [await mergeHash({})] : own.map(({ grant }) => grant.merge)
        if (named.some((each) => each !== values)) throw new SealError("merge values are not those that the grant names")
    }

    grantsFor(key: string): readonly SignedGrant[] {
        const isSender = this.#statement.readers.some((reader) => reader.role === "sender" && reader.key === key)
        return this.#grants.filter(({ grant }) => isSender || grant.key === key).map(({ signed }) => signed)
    }
}

async function wellFormed<T>(work: Promise<T>, otherwise: string): Promise<T> {
    try {
        return await work
    } catch (error) {
        throw error instanceof FormatError ? new SealError(otherwise) : error
    }
}
