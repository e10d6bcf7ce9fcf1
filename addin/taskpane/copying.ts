/** "Keep a copy": the letters of the thread as one file, made here. */

import { find, say, Unreachable } from "@letterlock/kit"
import {
    type ExportDesk, exportName, type ExportProgress, ExportRefused, exportThread, ExportTooLarge, leftOutWords, saveBlob,
} from "@letterlock/kit/export/index"
import { type Entry, refusalWords } from "@letterlock/kit/reading/index"
import { isLocked } from "@letterlock/kit/reading/refusal"
import { sizeWords } from "@letterlock/kit/writing/index"

export class Copying {
    readonly #desk: ExportDesk
    readonly #reader: string
    readonly #button = find("#copy", HTMLButtonElement)
    readonly #cancel = find("#copy-stop", HTMLButtonElement)
    readonly #bar = find("#copy-bar", HTMLProgressElement)
    #entries: readonly Entry[] = []
    #under: AbortController | null = null

    /** @param desk - Its crypto client serves copies alone: each copy empties its temporary files. */
    constructor(desk: ExportDesk, reader: string) {
        this.#desk = desk
        this.#reader = reader
        this.#button.addEventListener("click", () => { void this.#make() })
        this.#cancel.addEventListener("click", () => { this.#under?.abort() })
    }

    /** These letters can be copied. */
    offer(entries: readonly Entry[]): void {
        this.#entries = entries
        find("#copying", HTMLElement).hidden = entries.length === 0
    }

    /** End what is under way, and offer nothing. */
    stop(): void {
        this.#under?.abort()
        this.offer([])
        this.#say("")
    }

    async #make(): Promise<void> {
        if (this.#under !== null) return
        const under = new AbortController()
        this.#under = under
        this.#show(true)
        try {
            const made = new Date()
            const onProgress = (progress: ExportProgress): void => { this.#progress(progress) }
            const entries = this.#entries
            const refused: ExportRefused[] = []
            const zip = await exportThread({
                ...this.#desk, reader: this.#reader, ids: entries.map(({ id }) => id), made, signal: under.signal, onProgress,
                onRefused: (one) => { refused.push(one) },
            })
            saveBlob(zip, `${exportName(made)}.zip`)
            const n = entries.length - refused.length
            const letters = n === 1 ? say("export.letters.one") : say("export.letters.other", { n })
            this.#say(`${say("export.done", { letters, size: sizeWords(zip.size) })} ${leftOutWords(refused, entries)}`.trim())
        } catch (error) {
            this.#say(under.signal.aborted ? say("export.cancelled") : troubleWords(error))
        } finally {
            this.#under = null
            this.#show(false)
        }
    }

    #show(moving: boolean): void {
        const hadFocus = document.activeElement === (moving ? this.#button : this.#cancel)
        this.#button.hidden = moving
        this.#cancel.hidden = !moving
        this.#bar.hidden = !moving
        this.#bar.removeAttribute("value")
        if (hadFocus) (moving ? this.#cancel : this.#button).focus()
    }

    #progress({ letter: n, letters: m, done, total }: ExportProgress): void {
        this.#say(total === 0 ? say("export.opening", { n, m }) : say("export.text", { n, m }))
        if (total > 0) this.#bar.value = done / total
    }

    #say(text: string): void {
        const line = find("#copy-said", HTMLElement)
        if (line.textContent !== text) line.textContent = text
    }
}

function troubleWords(error: unknown): string {
    if (error instanceof Unreachable) return say("reach.offline", { host: location.host })
    if (error instanceof ExportTooLarge) return say("read.copy.large", { size: sizeWords(error.size) })
    if (error instanceof ExportRefused) return say("read.copy.refused", { why: refusalWords(error.code, say("read.copy.someone")) })
    if (error instanceof DOMException && error.name === "QuotaExceededError") return say("export.room")
    return say(isLocked(error) ? "open.key-needed" : "reach.unexpected")
}
