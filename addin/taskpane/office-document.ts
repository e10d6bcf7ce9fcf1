/** The open document of Word or Excel, as the pane sees it: its file in slices, and what is selected. */

import { answer, OfficeFailed } from "./office.ts"

/** As Office names it: a package of Word or Excel, or a PDF that Office makes. */
export type Form = "compressed" | "pdf"

const SLICE = 1_048_576   // bytes; Office gives 4 MB at most, and a watchdog ends panes that hold the processor

/** Office's file is empty, too large, or not of the kind that was asked for. */
export class BadFile extends Error {
    override readonly name = "BadFile"
    readonly why: "empty" | "large" | "other"

    constructor(why: "empty" | "large" | "other") {
        super(why)
        this.why = why
    }
}

/** Whether the document can be asked for its file. */
export function givesFile(): boolean {
    return (Office.context.document as Partial<Office.Document>).getFileAsync !== undefined
}

/** Whether a selection can be had as html. */
export function givesHtml(): boolean {
    return Office.context.host === Office.HostType.Word
}

/** The last part of the document's address without its extension; empty for one that was never saved. */
export function documentTitle(): string {
    const last = Office.context.document.url.split(/[/\\]/u).at(-1) ?? ""
    return decoded(last.split(/[?#]/u)[0] ?? "").replace(/\.[^.]*$/u, "")
}

/**
 * The document's file, slice by slice: at most one is in memory as Office gives it, the browser keeps the rest.
 * Office holds its copy until it is closed, so it is closed in every case.
 *
 * @param most - The largest that may be, in bytes.
 * @param tell - How many of how many slices are there.
 * @throws OfficeFailed, BadFile
 */
export async function readDocument(form: Form, most: number, tell: (done: number, total: number) => void): Promise<Blob> {
    const type = form === "pdf" ? Office.FileType.Pdf : Office.FileType.Compressed
    const file = await answer<Office.File>((done) => { Office.context.document.getFileAsync(type, { sliceSize: SLICE }, done) })
    try {
        if (file.size === 0) throw new BadFile("empty")
        if (file.size > most) throw new BadFile("large")
        const parts: Blob[] = []
        for (let index = 0; index < file.sliceCount; index += 1) {
            const slice = await answer<Office.Slice>((done) => { file.getSliceAsync(index, done) })
            parts.push(new Blob([Uint8Array.from(slice.data as ArrayLike<number>)]))
            tell(index + 1, file.sliceCount)
        }
        return await checked(new Blob(parts), form, file.size)
    } finally {
        await answer<unknown>((done) => { file.closeAsync(done) }).catch(() => undefined)   // nothing is left to do
    }
}

/** Office has given files that were cut short, or of another kind. */
async function checked(bytes: Blob, form: Form, size: number): Promise<Blob> {
    const head = String.fromCharCode(...new Uint8Array(await bytes.slice(0, 4).arrayBuffer()))
    if (bytes.size !== size || !head.startsWith(form === "pdf" ? "%PDF" : "PK")) throw new BadFile("other")
    return bytes
}

/** What is selected, as html where Office gives it; empty where nothing is. @throws OfficeFailed */
export async function readSelection(): Promise<{ readonly html: string } | { readonly text: string }> {
    const get = (kind: Office.CoercionType): Promise<string> =>
        answer<string>((done) => { Office.context.document.getSelectedDataAsync<string>(kind, done) })
    if (!givesHtml()) return { text: await get(Office.CoercionType.Text) }
    try {
        return { html: await get(Office.CoercionType.Html) }
    } catch (error) {
        if (!(error instanceof OfficeFailed)) throw error
        return { text: await get(Office.CoercionType.Text) }
    }
}

function decoded(part: string): string {
    try {
        return decodeURIComponent(part)
    } catch {
        return part
    }
}
