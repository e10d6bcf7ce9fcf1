/** Make an export: one zip of one person's letters, in the browser (docs/spec/envelope.md section 4). */

import { padme } from "@letterlock/crypto"

import { type ExportDesk, ExportRefused, letterEntries, openForExport, type Opening } from "./letter.ts"
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
    /** Hears of each letter that failed a check, which is then left out; without it such a letter ends the export. */
    readonly onRefused?: (refused: ExportRefused) => void
    readonly signal?: AbortSignal
    /** When it is made; now, if left out. */
    readonly made?: Date
}

/**
 * Open each letter, seal it anew to an identity of this export alone, and zip them. Memory holds
 * about one file at a time where the browser has a file system of its own (shelf.ts).
 *
 * @returns The zip, valid while the page is open; save it as `exportName(made)` and `.zip`.
 * @throws ExportRefused for a letter that fails a check (with `onRefused` only if none is left),
 * {@link ExportTooLarge}, Problem and Unreachable of api.ts, and the signal's reason. Then nothing
 * is left.
 */
export async function exportThread(options: ExportOptions): Promise<Blob> {
    const { signal, made = new Date() } = options
    const reader = await fetchReader(options)
    let letters = await openAll(options)
    for (;;) {
        const size = expectedSize(letters) + reader.length
        if (size > MAX_EXPORT_SIZE) throw new ExportTooLarge(size)
        try {
            return await shelve(zipOf(allEntries(options, letters, reader, made), made), size, signal)
        } catch (error) {
            // A file is looked at when it is sealed anew, and by then its letter is half in the zip: begin again without it.
            const left = letters.filter(({ id }) => !(error instanceof ExportRefused) || id !== error.letter)
            leaveOut(options, error, left.length)
            letters = left
        } finally {
            await options.crypto.cleanTemporary()
        }
    }
}

async function openAll(options: ExportOptions): Promise<readonly Opening[]> {
    const { ids, signal } = options
    const letters: Opening[] = []
    for (const [index, id] of ids.entries()) {
        options.onProgress?.({ letter: index + 1, letters: ids.length, file: 0, files: 0, done: 0, total: 0 })
        try {
            letters.push(await openForExport(options, id, signal))
        } catch (error) {
            leaveOut(options, error, letters.length + ids.length - index - 1)
        }
    }
    return letters
}

/** @param left - How many letters there may be without this one. @throws what was thrown, unless the rest goes on. */
function leaveOut({ onRefused }: ExportOptions, error: unknown, left: number): void {
    if (!(error instanceof ExportRefused) || onRefused === undefined || left === 0) throw error
    onRefused(error)
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
