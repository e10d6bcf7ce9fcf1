/**
 * The production door of age v1 files (https://c2sp.org/age): exactly one mlkem768x25519 stanza,
 * written and read (docs/spec/envelope.md section 1). What is general about age is in age/.
 */

import { HYBRID, hybridUnwrapper, wrapHybrid } from "./age/hybrid.ts"
import { bestPrimitives, type Primitives } from "./age/primitives.ts"
import { NONCE_SIZE, openFile, type Unwrapper } from "./age/reader.ts"
import { Source } from "./age/source.ts"
import { openedLength, sealedLength, type NextChunk } from "./age/stream.ts"
import { writeFile, type Written } from "./age/writer.ts"
import { secretKeyOf, type SecretKey } from "./age/xwing.ts"
import { wipe, type Bytes } from "./bytes.ts"
import { MalformedFile } from "./errors.ts"
import { decodeIdentity, decodeRecipient, encodeRecipient } from "./keytext.ts"

/** Version line, one stanza's line and body, and the line of the MAC. */
const HEADER_SIZE = 1627

/**
 * The recipient, `age1pq1…`, of an identity.
 *
 * @throws {@link MalformedKey} if the identity is not `AGE-SECRET-KEY-PQ-1…`.
 */
export async function recipientOf(identity: string): Promise<string> {
    const key = await secretKey(await bestPrimitives(), identity)
    return encodeRecipient(await key.publicKey())
}

/**
 * Encrypt to exactly one post-quantum recipient.
 *
 * @param content - As it shall be read, padding included. Not wiped.
 * @param by - For tests; the platform's best otherwise.
 * @throws {@link ClassicalRecipient} if the recipient is not `age1pq1…`; {@link MalformedKey} if it is damaged.
 */
export async function encryptTo(recipient: string, content: Uint8Array, by?: Primitives): Promise<Bytes> {
    const { head, next } = await write(recipient, Source.of(content), by)
    const file = new Uint8Array(encryptedLength(content.length))
    file.set(head)
    await fill(file, head.length, next)
    return file
}

/**
 * Decrypt a file that has one mlkem768x25519 stanza and no other.
 *
 * @param by - As for {@link encryptTo}.
 * @returns The whole content, padding included, and only if the last chunk verified.
 * @throws {@link MalformedFile} for every other file; its `reason` says what is wrong.
 * @throws {@link MalformedKey} if the identity is not `AGE-SECRET-KEY-PQ-1…`.
 */
export async function decryptWith(identity: string, file: Uint8Array, by?: Primitives): Promise<Bytes> {
    const next = await open(identity, Source.of(file), by)
    const content = new Uint8Array(openedLength(file.length - HEADER_SIZE - NONCE_SIZE))
    try {
        await fill(content, 0, next)
        return content
    } catch (error) {
        wipe(content)
        throw error
    }
}

/**
 * Encrypt a stream to exactly one post-quantum recipient. Memory stays flat whatever the length.
 *
 * @param content - As it shall be read, padding included; read as fast as the result is, some
 * chunks ahead.
 * @returns The age file. It errors if `content` does; cancelling it cancels `content`.
 * @throws As {@link encryptTo}; `content` is cancelled then.
 */
export async function encryptStream(
    recipient: string, content: ReadableStream<Uint8Array>, by?: Primitives,
): Promise<ReadableStream<Uint8Array>> {
    const source = Source.from(content)
    return orCancel(source, async () => {
        const { head, next } = await write(recipient, source, by)
        let begun = false
        return toStream(source, async () => {
            if (begun) return next()
            begun = true
            return head
        })
    })
}

/**
 * Decrypt a stream that is a file with one mlkem768x25519 stanza and no other. Memory stays flat.
 *
 * @returns The content, padding included: each chunk is authentic, but only a stream that closed
 * is whole. A missing last chunk, or anything wrong later on, errors it with
 * {@link MalformedFile}; so release nothing before it closed.
 * @throws As {@link decryptWith}, as far as the header goes; `file` is cancelled then.
 */
export async function decryptStream(
    identity: string, file: ReadableStream<Uint8Array>, by?: Primitives,
): Promise<ReadableStream<Uint8Array>> {
    const source = Source.from(file)
    return orCancel(source, async () => toStream(source, await open(identity, source, by)))
}

/** Length in bytes of the age file, of one post-quantum stanza, of a content of so many bytes. */
export function encryptedLength(contentLength: number): number {
    return HEADER_SIZE + NONCE_SIZE + sealedLength(contentLength)
}

async function write(recipient: string, content: Source, by?: Primitives): Promise<Written> {
    const publicKey = decodeRecipient(recipient)
    const primitives = by ?? (await bestPrimitives())
    return writeFile(primitives, content, async (fileKey) => [await wrapHybrid(primitives, publicKey, fileKey)])
}

async function open(identity: string, file: Source, by?: Primitives): Promise<NextChunk> {
    const primitives = by ?? (await bestPrimitives())
    // An identity that is none is refused before the file is touched; a kept one has been looked at.
    if (!keysKept(primitives).has(identity)) wipe(decodeIdentity(identity))
    const unwrap: Unwrapper = async (stanzas) =>
        hybridUnwrapper(primitives, await secretKey(primitives, identity))(stanzas)
    return openFile(primitives, file, onlyHybrid(unwrap))
}

/** As many as one open letter needs: the reader's, the letter's, those of a draft and its answer. */
const MOST_KEPT = 4
const kept = new WeakMap<Primitives, Map<string, SecretKey>>()

function keysKept(by: Primitives): Map<string, SecretKey> {
    const keys = kept.get(by) ?? new Map<string, SecretKey>()
    kept.set(by, keys)
    return keys
}

/**
 * The key of an identity. The last few stay: a letter's opens its body and every file, a reader's
 * every letter of a thread. Who asks holds the identity as text anyway, and longer.
 */
async function secretKey(by: Primitives, identity: string): Promise<SecretKey> {
    const keys = keysKept(by)
    const key = keys.get(identity) ?? (await imported(by, identity))
    keys.delete(identity)
    keys.set(identity, key)
    for (const oldest of keys.keys()) {
        if (keys.size <= MOST_KEPT) break
        keys.delete(oldest)
    }
    return key
}

async function imported(by: Primitives, identity: string): Promise<SecretKey> {
    const seed = decodeIdentity(identity)
    try {
        return await secretKeyOf(by, seed)
    } finally {
        wipe(seed)
    }
}

/** Refuses every other set of stanzas before any arithmetic: age itself would read mixed files. */
function onlyHybrid(unwrap: Unwrapper): Unwrapper {
    return async (stanzas) => {
        if (stanzas.length !== 1 || stanzas[0]?.args[0] !== HYBRID) throw new MalformedFile("stanza")
        return unwrap(stanzas)
    }
}

async function fill(target: Bytes, start: number, next: NextChunk): Promise<void> {
    let at = start
    for (let chunk = await next(); chunk !== null; chunk = await next()) {
        target.set(chunk, at)
        at += chunk.length
    }
}

function toStream(source: Source, next: NextChunk): ReadableStream<Uint8Array> {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        try {
            const chunk = await next()
            if (chunk === null) controller.close()
            else controller.enqueue(chunk)
        } catch (error) {
            await cancelled(source, error)
        }
    }
    // No chunk is made before it is asked for.
    return new ReadableStream({ pull, cancel: async (reason) => source.cancel(reason) }, { highWaterMark: 0 })
}

async function orCancel<T>(source: Source, work: () => Promise<T>): Promise<T> {
    return work().catch(async (error: unknown) => cancelled(source, error))
}

/** Throws what failed; the source may be what failed, and then refuses: the first error counts. */
async function cancelled(source: Source, error: unknown): Promise<never> {
    await source.cancel(error).catch(() => undefined)
    throw error
}
