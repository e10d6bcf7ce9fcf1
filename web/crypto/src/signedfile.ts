/** Open a file of a message, or seal it anew for an export: only if it is the one that was signed. */

import { sha256 as newSha256 } from "@noble/hashes/sha2.js"

import { decryptStream, encryptedLength, encryptStream } from "./age.ts"
import { concat, toBase64url } from "./bytes.ts"
import { FormatError, Refusal } from "./errors.ts"
import { MAX_FILE_SIZE, write, type Finished } from "./files.ts"
import { padme } from "./padding.ts"
import { HEAD_SIZE, sniff, TAIL_SIZE, type Ends } from "./sniff.ts"
import type { SignedObject } from "./statement.ts"
import { isActive, isKnown, UNKNOWN } from "./types.ts"
import { Unpadding } from "./unpadding.ts"
import { drain, type ByteStream, type FileWork, type Progress } from "./work.ts"

/** No age file of a message is longer. */
const MAX_SEALED_SIZE = encryptedLength(padme(MAX_FILE_SIZE))

export interface FileOpening {
    /** The identity of the message key, of a message that was opened and found right. */
    readonly messageKey: string
    /** Of the verified statement. */
    readonly object: SignedObject
    /** Of the body, where it names the object. */
    readonly type: string
}

export interface FileResealing extends FileOpening {
    /** Of the export's identity, `age1pq1…`. */
    readonly recipient: string
}

/**
 * Read an age file, check it, and give its content. Progress counts bytes of the age file.
 *
 * @param source - The age file as it comes; null if the server does not have it.
 * @returns A content of the signed type; of an active one, as `application/octet-stream`.
 * @throws {@link Refusal} `object-missing`, `object-changed`, `object-malformed` or `file-type`, and
 * then nothing is left of it; {@link NoRoom}; whatever `source` fails with.
 */
export async function openFile(opening: FileOpening, source: ByteStream | null, work: FileWork): Promise<Finished> {
    const { file } = await write(await work.temporary.create(), (growing) =>
        readSigned(opening, source, (chunk) => { growing.write(chunk) }, work.onProgress))
    return { file: file.slice(0, file.size, isActive(opening.type, "") ? UNKNOWN : opening.type) }
}

/**
 * Read and check as {@link openFile}, and seal the content to another recipient, without padding.
 * The content itself is never written anywhere.
 *
 * @throws As {@link openFile}; {@link ClassicalRecipient} or {@link MalformedKey} for the recipient.
 */
export async function resealFile(
    { recipient, ...opening }: FileResealing, source: ByteStream | null, work: FileWork,
): Promise<Finished> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const sealed = await encryptStream(recipient, readable)
    return write(await work.temporary.create(), async (growing) => {
        const writer = writable.getWriter()
        const read = readSigned(opening, source, (chunk) => writer.write(chunk), work.onProgress)
            .then(() => writer.close(), async (error: unknown) => {
                await writer.abort(error)
                throw error
            })
        const written = drain(sealed, (chunk) => { growing.write(chunk) })
        // Both must have ended before the file is dropped; the reader's error is the cause.
        const [first, second] = await Promise.allSettled([read, written])
        if (first.status === "rejected") throw first.reason
        if (second.status === "rejected") throw second.reason
    })
}

async function readSigned(
    { messageKey, object, type }: FileOpening, source: ByteStream | null,
    take: (chunk: Uint8Array) => Promise<void> | void, onProgress?: Progress,
): Promise<void> {
    if (source === null) throw new Refusal("object-missing")
    if (object.size > MAX_FILE_SIZE) throw new Refusal("object-malformed")
    const hashed = new Hashed(source, encryptedLength(padme(object.size)), onProgress)
    const unpadding = new Unpadding(object.size)
    const found = new EndsFound(object.size)
    try {
        await drain(await decryptStream(messageKey, hashed.stream), async (padded) => {
            const chunk = unpadding.take(padded)
            found.take(chunk)
            await take(chunk)
        })
        unpadding.end()
    } catch (error) {
        if (!(error instanceof FormatError)) throw error
        throw new Refusal((await hashed.is(object.sha256)) ? "object-malformed" : "object-changed")
    }
    if (!(await hashed.is(object.sha256))) throw new Refusal("object-changed")
    requireType(sniff(found), type)
}

/** A type that this version cannot tell is that of a later one; it is only saved. */
function requireType(found: string, signed: string): void {
    if (found === signed || (found === UNKNOWN && !isKnown(signed))) return
    throw new Refusal("file-type")
}

/** A source whose SHA-256 is known at the end, also if the reader of its stream has given up. */
class Hashed {
    readonly stream: ByteStream
    readonly #reader: ReadableStreamDefaultReader<Uint8Array>
    readonly #hash = newSha256.create()
    readonly #total: number
    readonly #onProgress: Progress | undefined
    #read = 0

    constructor(source: ByteStream, total: number, onProgress: Progress | undefined) {
        this.#reader = source.getReader()
        this.#total = total
        this.#onProgress = onProgress
        this.stream = new ReadableStream<Uint8Array>({
            pull: async (controller) => {
                const chunk = await this.#next()
                if (chunk === null) controller.close()
                else controller.enqueue(chunk)
            },
        }, { highWaterMark: 0 })
    }

    /** Reads what is left; false without reading on if there is too much. */
    async is(sha256: string): Promise<boolean> {
        let chunk = await this.#next()
        while (chunk !== null && this.#read <= MAX_SEALED_SIZE) chunk = await this.#next()
        if (chunk !== null) {
            await this.#reader.cancel()
            return false
        }
        return toBase64url(this.#hash.digest()) === sha256
    }

    async #next(): Promise<Uint8Array | null> {
        const { done, value } = await this.#reader.read()
        if (done) return null
        this.#hash.update(value)
        this.#read += value.length
        this.#onProgress?.(Math.min(this.#read, this.#total), this.#total)
        return value
    }
}

/** Beginning and end of what streams by; pieces are kept, not copied, as long as they may be the end. */
class EndsFound implements Ends {
    readonly size: number
    readonly #last: Uint8Array[] = []
    #head = new Uint8Array(0)
    #kept = 0

    constructor(size: number) {
        this.size = size
    }

    get head(): Uint8Array {
        return this.#head
    }

    get tail(): Uint8Array {
        return concat(...this.#last).subarray(-TAIL_SIZE)
    }

    take(chunk: Uint8Array): void {
        if (this.#head.length < HEAD_SIZE) this.#head = concat(this.#head, chunk.subarray(0, HEAD_SIZE - this.#head.length))
        if (chunk.length === 0) return
        this.#last.push(chunk)
        this.#kept += chunk.length
        for (let [first] = this.#last; first !== undefined && this.#kept - first.length >= TAIL_SIZE; [first] = this.#last) {
            this.#kept -= first.length
            this.#last.shift()
        }
    }
}
