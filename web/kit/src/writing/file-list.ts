/** The list of a letter's files: name, kind, size, progress, what went wrong, and the buttons. Styles: `.strip` of parts.css. */

import { element, icon } from "../dom.ts"
import { say } from "../words.ts"
import type { FileRow, Files } from "./files.ts"
import { sizeWords, typeIcon, typeWords } from "./kinds.ts"

export interface FileListParts {
    readonly list: HTMLUListElement
    /** How many, and how large in all. */
    readonly total: HTMLElement
    /** Read out. */
    readonly announce: (text: string) => void
    /** Gets focus when the last row is gone. */
    readonly button: HTMLButtonElement
}

/** Draws the rows of one letter after another; keeps the focus where it is while they change. */
export class FileList {
    readonly #parts: FileListParts
    readonly #lines = new Map<string, Line>()
    #files: Files | null = null
    #told = new Map<string, string>()

    constructor(parts: FileListParts) {
        this.#parts = parts
    }

    /** Show the files of a letter; call again after each change. `locked`: nothing can be removed now. */
    show(files: Files | null, locked: boolean): void {
        if (files !== this.#files) {
            this.#files = files
            this.#lines.clear()
            this.#parts.list.replaceChildren()
            this.#told = new Map(files?.rows.map(({ key, state }) => [key, state]))
        }
        const rows = files?.rows ?? []
        this.#dropGone(rows)
        for (const row of rows) this.#line(row).draw(row, locked)
        this.#parts.list.hidden = rows.length === 0
        this.#parts.total.textContent = totalWords(files)
        for (const row of rows) this.#tell(row)
    }

    #line(row: FileRow): Line {
        const known = this.#lines.get(row.key)
        if (known !== undefined) return known
        const line = new Line(
            () => { this.#remove(row.key) },
            () => { this.#files?.retry(row.key) },
        )
        this.#lines.set(row.key, line)
        this.#parts.list.append(line.root)
        return line
    }

    #remove(key: string): void {
        const row = this.#files?.rows.find((one) => one.key === key)
        const next = [...this.#lines.keys()]
        const neighbour = next[next.indexOf(key) + 1] ?? next[next.indexOf(key) - 1]
        this.#files?.remove(key)
        if (row !== undefined && row.state !== "refused") this.#parts.announce(say("writing.file.removed", { name: row.name }))
        if (neighbour === undefined) this.#parts.button.focus()
        else this.#lines.get(neighbour)?.focus()
    }

    #dropGone(rows: readonly FileRow[]): void {
        const keys = new Set(rows.map(({ key }) => key))
        for (const [key, line] of this.#lines) {
            if (keys.has(key)) continue
            line.root.remove()
            this.#lines.delete(key)
        }
    }

    #tell({ key, name, state, note }: FileRow): void {
        if (this.#told.get(key) === state) return
        this.#told.set(key, state)
        if (state === "ready") this.#parts.announce(say("writing.file.added", { name }))
        else if (state === "refused" || state === "failed") this.#parts.announce(note)
    }
}

class Line {
    readonly root = element("li", { class: "strip" })
    readonly #who = element("span", { class: "who cut" })
    readonly #more = element("span", { class: "more" })
    readonly #bar = element("progress", { max: "1" })
    readonly #note = element("span", { class: "said-why" })
    readonly #again = element("button", { class: "btn quiet", type: "button" }, say("writing.file.again"))
    readonly #remove = element("button", { class: "btn ic", type: "button" }, icon("close"))
    #icon = ""

    constructor(remove: () => void, retry: () => void) {
        this.#remove.addEventListener("click", remove)
        this.#again.addEventListener("click", () => {
            retry()
            this.focus()
        })
        const said = element("span", { class: "grow" }, this.#who, this.#more, this.#bar, this.#note)
        this.root.append(icon("file"), said, this.#again, this.#remove)
    }

    draw(row: FileRow, locked: boolean): void {
        const moving = row.state === "waiting" || row.state === "sealing" || row.state === "uploading"
        this.root.dataset["state"] = row.state
        this.#draw(row)
        this.#who.textContent = row.name
        this.#who.title = row.name
        this.#more.textContent = moreWords(row)
        this.#more.hidden = row.state === "refused"
        this.#bar.hidden = !moving
        this.#bar.value = row.state === "sealing" ? row.done * 0.3 : row.state === "uploading" ? 0.3 + row.done * 0.7 : 0
        this.#bar.setAttribute("aria-label", row.name)
        this.#note.textContent = row.note
        this.#note.hidden = row.note === ""
        this.#again.hidden = row.state !== "failed" || row.isLost === true
        this.#again.setAttribute("aria-label", say("writing.file.agains", { name: row.name }))
        this.#remove.hidden = locked && !moving   // a letter that waits for a file can still do without it
        const { name } = row
        this.#remove.setAttribute("aria-label", moving ? say("writing.file.cancel", { name })
            : row.state === "refused" ? say("writing.file.dismiss", { name }) : say("writing.file.remove", { name }))
    }

    focus(): void {
        this.#remove.focus()
    }

    #draw(row: FileRow): void {
        const wanted = row.state === "refused" || row.state === "failed" ? "care" : typeIcon(row.type)
        if (wanted === this.#icon) return
        this.#icon = wanted
        this.root.firstElementChild?.replaceWith(icon(wanted))
    }
}

function moreWords({ state, size, type, done }: FileRow): string {
    const percent = Math.floor(done * 100)
    switch (state) {
        case "waiting": return say("writing.file.waiting")
        case "sealing": return say("writing.file.sealing", { percent })
        case "uploading": return say("writing.file.uploading", { percent })
        default: return type === "" ? sizeWords(size) : `${typeWords(type)}, ${sizeWords(size)}`
    }
}

function totalWords(files: Files | null): string {
    const n = files?.rows.filter(({ state }) => state !== "refused").length ?? 0
    if (files === null || n === 0) return ""
    const size = sizeWords(files.total)
    return n === 1 ? say("writing.files.one", { size }) : say("writing.files.other", { n, size })
}
