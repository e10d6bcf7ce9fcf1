/** Seal files of a message, and contents of an export (docs/spec/objects.md section 4). */

import { encryptedLength, encryptStream, recipientOf } from "./age.ts"
import { randomBytes, sha256, toBase64url, type Bytes } from "./bytes.ts"
import { FileRefused } from "./errors.ts"
import { checkName } from "./names.ts"
import { padme } from "./padding.ts"
import { endsOf, sniff } from "./sniff.ts"
import type { SignedObject } from "./statement.ts"
import type { TemporaryFile } from "./temporary.ts"
import { namePromises } from "./types.ts"
import { collect, drain, type ByteStream, type FileWork, type Work } from "./work.ts"

/** Before padding, in bytes: 25 MiB. */
export const MAX_FILE_SIZE = 26_214_400

/** Of a file that is read at once, in bytes. */
const PIECE_SIZE = 512 * 1024

export interface FileDraft {
    readonly file: Blob
    /** As it shall be signed: see `mendName`. */
    readonly name: string
    /** The identity of the message key. */
    readonly messageKey: string
}

export interface SealedFile extends SignedObject {
    readonly role: "file"
    /** The age file. */
    readonly bytes: Bytes
    readonly name: string
    /** Media type, as the content says. */
    readonly type: string
}

export interface PlainDraft {
    /** `age1pq1…`. */
    readonly recipient: string
    readonly content: Uint8Array | Blob
}

/** A file of its own, on disk where that is possible; see `cleanTemporary`. */
export interface Finished {
    readonly file: Blob
}

/**
 * Check a file and seal it to the message key. Progress counts bytes of the file.
 *
 * @throws {@link FileRefused} by `code`; {@link MalformedKey} for a message key that is none.
 */
export async function sealFile({ file, name, messageKey }: FileDraft, work: Work = {}): Promise<SealedFile> {
    if (file.size === 0) throw new FileRefused("file-empty")
    if (file.size > MAX_FILE_SIZE) throw new FileRefused("file-too-large")
    if (checkName(name) !== null) throw new FileRefused("file-name")
    const type = await typeOf(file)
    if (!namePromises(name, type)) throw new FileRefused("file-type")
    const padded = padme(file.size)
    const sealed = await encryptStream(await recipientOf(messageKey), contentOf(file, padded, work))
    const bytes = await collect(sealed, encryptedLength(padded))
    const id = toBase64url(randomBytes(16))
    return { id, role: "file", size: file.size, sha256: await sha256(bytes), bytes, name, type }
}

/**
 * Seal a content as it is, without padding, for an export. Progress counts bytes of the content.
 *
 * @throws {@link ClassicalRecipient}, {@link MalformedKey}, {@link FileRefused} `file-unreadable`.
 */
export async function sealPlain({ recipient, content }: PlainDraft, work: FileWork): Promise<Finished> {
    const blob = content instanceof Blob ? content : new Blob([content as BlobPart])
    const sealed = await encryptStream(recipient, contentOf(blob, blob.size, work))
    return write(await work.temporary.create(), (file) => drain(sealed, (chunk) => { file.write(chunk) }))
}

/** Fill a temporary file; it is gone if `fill` fails. */
export async function write(file: TemporaryFile, fill: (file: TemporaryFile) => Promise<void>): Promise<Finished> {
    try {
        await fill(file)
        return { file: await file.finish() }
    } catch (error) {
        await file.drop()
        throw error
    }
}

async function typeOf(file: Blob): Promise<string> {
    return sniff(await readable(endsOf(file)))
}

/**
 * The bytes of a file, then zero bytes up to `length`; read only as fast as they are taken. In
 * pieces of our own size: some platforms stream a whole file at once.
 */
function contentOf(file: Blob, length: number, { onProgress, signal }: Work): ByteStream {
    let read = 0
    return new ReadableStream<Uint8Array>({
        async pull(controller) {
            signal?.throwIfAborted()
            if (read < file.size) {
                const end = Math.min(read + PIECE_SIZE, file.size)
                const piece = new Uint8Array(await readable(file.slice(read, end).arrayBuffer()))
                if (piece.length !== end - read) throw new FileRefused("file-unreadable")
                read = end
                controller.enqueue(piece)
                onProgress?.(read, file.size)
            } else {
                if (length > read) controller.enqueue(new Uint8Array(length - read))
                controller.close()
            }
        },
    }, { highWaterMark: 0 })
}

/** A file on disk may have changed or gone since it was chosen. */
async function readable<T>(work: Promise<T>): Promise<T> {
    try {
        return await work
    } catch {
        throw new FileRefused("file-unreadable")
    }
}
