/** What lies in a copy, whether it came as a zip or unpacked as a folder (docs/spec/envelope.md section 4). */

import { ENVELOPE, IDENTITY, MESSAGE, README, READER } from "@letterlock/kit/export/names"

import { Damaged, NoExport } from "./errors.ts"
import { isWhole, readZip } from "./zip.ts"

/** One letter's folder. */
export interface Folder {
    /** Such as `01-2026-11-22`. */
    readonly name: string
    readonly identity: Blob
    readonly message: Blob
    readonly envelope: Blob
    /** `file-1.age` first. */
    readonly files: readonly Blob[]
    /** By object id. */
    readonly originals: ReadonlyMap<string, Blob>
}

const FOLDER = /^\d{2,}-\d{4,5}-\d\d-\d\d$/u
const FILE = /^file-([1-9]\d{0,2})\.age$/u
const ORIGINAL = /^originals\/([\w-]{22})\.age$/u
/** What file managers leave in folders that they show. */
const CRUMBS = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/iu

/**
 * The letters of a zip.
 *
 * @throws {@link Damaged} or {@link NoExport}.
 */
export async function lettersOfZip(zip: Blob): Promise<readonly Folder[]> {
    const entries = await readZip(zip)
    // The sealed files and the identity vouch for themselves when they are opened.
    for (const entry of entries.filter(({ name }) => name.endsWith(`/${README}`) || name.endsWith(`/${READER}`))) {
        if (!await isWhole(entry)) throw new Damaged()
    }
    return lettersOf(new Map(entries.map(({ name, content }) => [name, content])))
}

/** The letters of a folder that was chosen whole. @throws {@link NoExport} */
export function lettersOfFolder(files: Iterable<File>): readonly Folder[] {
    const found = [...files].map((file): [string, Blob] => [file.webkitRelativePath, file])
    return lettersOf(new Map(found.filter(([path]) => !CRUMBS.test(path))))
}

/**
 * The letters by their folders' names, oldest first.
 *
 * @param parts - By path, which begins with the export's own name.
 * @throws {@link NoExport} for anything missing, or that no export has.
 */
export function lettersOf(parts: ReadonlyMap<string, Blob>): readonly Folder[] {
    const tops = new Set([...parts.keys()].map((path) => path.split("/")[0]))
    if (tops.size !== 1) throw new NoExport()
    const folders = new Map<string, Map<string, Blob>>()
    for (const [path, content] of parts) {
        const [, first = "", ...rest] = path.split("/")
        if (rest.length === 0 && (first === README || first === READER)) continue
        if (rest.length === 0 || !FOLDER.test(first)) throw new NoExport()
        folders.set(first, (folders.get(first) ?? new Map<string, Blob>()).set(rest.join("/"), content))
    }
    if (folders.size === 0) throw new NoExport()
    return [...folders].sort(([a], [b]) => number(a) - number(b)).map(([name, content]) => folderOf(name, content))
}

const number = (folder: string): number => Number.parseInt(folder, 10)

function folderOf(name: string, parts: ReadonlyMap<string, Blob>): Folder {
    const files: Blob[] = []
    const originals = new Map<string, Blob>()
    for (const [path, content] of parts) {
        const file = FILE.exec(path)?.[1]
        const original = ORIGINAL.exec(path)?.[1]
        if (file !== undefined) files[Number(file) - 1] = content
        else if (original !== undefined) originals.set(original, content)
        else if (path !== IDENTITY && path !== MESSAGE && path !== ENVELOPE) throw new NoExport()
    }
    const [identity, message, envelope] = [IDENTITY, MESSAGE, ENVELOPE].map((path) => parts.get(path))
    if (identity === undefined || message === undefined || envelope === undefined) throw new NoExport()
    // A gap in the numbers leaves a hole, which no count sees.
    if (Object.keys(files).length !== files.length) throw new NoExport()
    return { name, identity, message, envelope, files, originals }
}
