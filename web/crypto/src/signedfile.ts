/** Open a file of a message, or seal it anew for an export: only if it is the one that was signed. */

import { decryptStream, encryptedLength, encryptStream } from "./age.ts"
import { concat, sha256, type Bytes } from "./bytes.ts"
import { FormatError, Refusal } from "./errors.ts"
import { MAX_FILE_SIZE, write, type Finished } from "./files.ts"
import { padme } from "./padding.ts"
import { HEAD_SIZE, sniff, TAIL_SIZE, type Ends } from "./sniff.ts"
import type { SignedObject } from "./statement.ts"
import { isActive, isKnown, UNKNOWN } from "./types.ts"
import { Unpadding } from "./unpadding.ts"
import { drain, type ByteStream, type FileWork, type Progress, type Work } from "./work.ts"

type Take = (chunk: Uint8Array) => Promise<void> | void

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
        readSigned(opening, source, (chunk) => { growing.write(chunk) }, work))
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
        const read = readSigned(opening, source, (chunk) => writer.write(chunk), work)
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
    { messageKey, object, type }: FileOpening, source: ByteStream | null, take: Take, { onProgress, signal }: Work,
): Promise<void> {
    if (source === null) throw new Refusal("object-missing")
    if (object.size > MAX_FILE_SIZE) throw new Refusal("object-malformed")
    const sealed = await receive(source, encryptedLength(padme(object.size)), onProgress)
    if ((await sha256(sealed)) !== object.sha256) throw new Refusal("object-changed")
    const unpadding = new Unpadding(object.size)
    const found = new EndsFound(object.size)
    try {
        await drain(await decryptStream(messageKey, inPieces(sealed)), async (padded) => {
            signal?.throwIfAborted()
            const chunk = unpadding.take(padded)
            found.take(chunk)
            await take(chunk)
        })
        unpadding.end()
    } catch (error) {
        throw error instanceof FormatError ? new Refusal("object-malformed") : error
    }
    requireType(sniff(found), type)
}

/**
 * All of an age file, before any of it is decrypted: its hash is the first thing to know. In memory,
 * which a file of 25 MiB may take, because browsers hash natively only what is there as a whole,
 * and plain JavaScript took 14 times as long (25 MiB in Chromium, median of 12 runs side by side).
 *
 * @param length - That it should have; a wrong one is judged by the hash.
 */
async function receive(source: ByteStream, length: number, onProgress?: Progress): Promise<Bytes> {
    let bytes = new Uint8Array(length)
    let at = 0
    await drain(source, (chunk) => {
        if (at + chunk.length > MAX_SEALED_SIZE) throw new Refusal("object-changed")
        if (at + chunk.length > bytes.length) bytes = concat(bytes, new Uint8Array(MAX_SEALED_SIZE - bytes.length))
        bytes.set(chunk, at)
        at += chunk.length
        onProgress?.(Math.min(at, length), length)
    })
    return bytes.subarray(0, at)
}

function inPieces(bytes: Bytes): ByteStream {
    let given = false
    return new ReadableStream<Uint8Array>({
        pull(controller) {
            if (given) controller.close()
            else controller.enqueue(bytes)
            given = true
        },
    }, { highWaterMark: 0 })
}

/** A type that this version cannot tell is that of a later one; it is only saved. */
function requireType(found: string, signed: string): void {
    if (found === signed || (found === UNKNOWN && !isKnown(signed))) return
    throw new Refusal("file-type")
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
