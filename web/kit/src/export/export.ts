/** Make an export: one zip of one person's letters, in the browser (docs/spec/envelope.md section 4). */

import { padme } from "@letterlock/crypto"

import { type ExportDesk, letterEntries, openForExport, type Opening } from "./letter.ts"
import { exportName, letterFolder, README, READER } from "./names.ts"
import { readme } from "./readme.ts"
import { shelve } from "./shelf.ts"
import { type Entry, zipOf } from "./zip.ts"

/** In bytes; more than this no browser is asked to hold, and no zip64 is needed. */
export const MAX_EXPORT_SIZE = 2_000_000_000
const HEADERS = 8192   // bytes of an object, at most: two age headers and what a zip says of two files

/** The letters together are over {@link MAX_EXPORT_SIZE}; nothing was fetched but their texts. */
export class ExportTooLarge extends Error {
    override readonly name = "ExportTooLarge"
    /** Bytes, about. */
    readonly size: number

    constructor(size: number) {
        super(`an export of about ${String(size)} bytes`)
        this.size = size
    }
}

export interface ExportProgress {
    /** The letter at work, from 1. */
    readonly letter: number
    readonly letters: number
    /** Its file at work, from 1; 0 while its text is. */
    readonly file: number
    readonly files: number
    /** Bytes of content, of all letters; both 0 while the letters are opened. */
    readonly done: number
    readonly total: number
}

export interface ExportOptions extends ExportDesk {
    /** Ids of the messages, in the order of the thread. */
    readonly ids: readonly string[]
    /** Address of the offline reader: the asset `offline.txt`. */
    readonly reader: string
    readonly onProgress?: (progress: ExportProgress) => void
    readonly signal?: AbortSignal
    /** When it is made; now, if left out. */
    readonly made?: Date
}

/**
 * Open each letter, seal it anew to an identity of this export alone, and zip them. Memory holds
 * about one file at a time where the browser has a file system of its own (shelf.ts).
 *
 * @returns The zip, valid while the page is open; save it as `exportName(made)` and `.zip`.
 * @throws ExportRefused for a letter that fails a check, {@link ExportTooLarge}, Problem and
 * Unreachable of api.ts, and the signal's reason. Then nothing is left.
 */
export async function exportThread(options: ExportOptions): Promise<Blob> {
    const { ids, signal, made = new Date() } = options
    const reader = await fetchReader(options)
    const letters: Opening[] = []
    for (const [index, id] of ids.entries()) {
        options.onProgress?.({ letter: index + 1, letters: ids.length, file: 0, files: 0, done: 0, total: 0 })
        letters.push(await openForExport(options, id, signal))
    }
    const size = expectedSize(letters) + reader.length
    if (size > MAX_EXPORT_SIZE) throw new ExportTooLarge(size)
    try {
        return await shelve(zipOf(allEntries(options, letters, reader, made), made), size, signal)
    } finally {
        await options.crypto.cleanTemporary()
    }
}

/** Of the zip, in bytes; a little more than it will be. */
export function expectedSize(letters: readonly Pick<Opening, "statement">[]): number {
    const objects = letters.flatMap(({ statement }) => statement.objects)
    // Chunks of 64 KiB bear 16 bytes each: a part in 4096.
    return objects.reduce((sum, { size }) => sum + Math.ceil((padme(size) + size) * (1 + 1 / 4096)) + HEADERS, 0)
}

async function* allEntries(
    options: ExportOptions, letters: readonly Opening[], reader: Uint8Array, made: Date,
): AsyncGenerator<Entry> {
    const top = exportName(made)
    yield { name: `${top}/${README}`, input: readme(top) }
    yield { name: `${top}/${READER}`, input: reader }
    const count = counter(options, letters)
    for (const [index, letter] of letters.entries()) {
        const folder = `${top}/${letterFolder(index + 1, new Date(letter.statement.created * 1000))}`
        for await (const { name, input } of letterEntries(options, letter, count(index), options.signal)) {
            options.signal?.throwIfAborted()
            yield { name: `${folder}/${name}`, input }
        }
        // Once a letter is in the zip, what was sealed for it is there twice.
        await options.crypto.cleanTemporary()
    }
}

/** Tells the progress after each step of each letter. */
function counter(
    { onProgress }: ExportOptions, letters: readonly Opening[],
): (index: number) => (step: { readonly file: number; readonly size: number }) => void {
    const total = letters.flatMap(({ statement }) => statement.objects).reduce((sum, { size }) => sum + size, 0)
    let done = 0
    return (index) => ({ file, size }) => {
        done += size
        const files = letters[index]?.body.files.length ?? 0
        onProgress?.({ letter: index + 1, letters: letters.length, file, files, done, total })
    }
}

async function fetchReader({ reader, signal }: ExportOptions): Promise<Uint8Array> {
    const answer = await fetch(reader, signal === undefined ? {} : { signal })
    if (!answer.ok) throw new Error("the offline reader is not there")
    return new Uint8Array(await answer.arrayBuffer())
}
