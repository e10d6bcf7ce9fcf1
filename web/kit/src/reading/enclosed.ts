/** The enclosed files of an opened letter: a row each, with its progress, and Save. */

import { CryptoError } from "@letterlock/crypto"

import { Problem, Unreachable } from "../api.ts"
import { element, focusOn, icon } from "../dom.ts"
import { say } from "../words.ts"
import { sizeWords, typeWords } from "../writing/kinds.ts"
import type { OpenLetter } from "./open.ts"
import { fileRefusalWords } from "./refusal.ts"
import { type Enclosure, enclosures, fetchFile, FileMissing, giveToBrowser, isOnlySaved, type SavingDesk } from "./save.ts"

const UNKNOWN = "application/octet-stream"
const LONGEST_ENDING = 5
const KEPT_END = 14   // characters of a name that are never cut

/** The rows of one letter. */
export interface Enclosed {
    readonly list: HTMLElement
    /** End whatever is under way. */
    readonly stop: () => void
}

/**
 * Rows for the files of a letter, and "Save all" for more than one; null where there are none.
 *
 * @param announce - Reads a sentence out, politely.
 */
export function showEnclosed(desk: SavingDesk, letter: OpenLetter, announce: (text: string) => void): Enclosed | null {
    const rows = enclosures(letter).map((file) => new Row(desk, letter, file, announce))
    if (rows.length === 0) return null
    const list = element("div", { class: "enc", role: "group", "aria-label": say("file.enclosed") }, ...rows.map(({ host }) => host))
    if (rows.length > 1) list.append(saveAll(rows))
    return { list, stop: () => { for (const row of rows) row.cancel() } }
}

/** One after the other: a file that fails says so in its row, and the next one is saved all the same. */
function saveAll(rows: readonly Row[]): HTMLElement {
    const button = element("button", { class: "btn quiet", type: "button" }, icon("save"), say("file.all"))
    const all = async (): Promise<void> => {
        button.setAttribute("aria-disabled", "true")
        for (const row of rows) await row.save()
        button.removeAttribute("aria-disabled")
    }
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") void all() })
    return element("p", { class: "all" }, button)
}

class Row {
    readonly host: HTMLElement
    readonly #desk: SavingDesk
    readonly #letter: OpenLetter
    readonly #file: Enclosure
    readonly #announce: (text: string) => void
    readonly #save: HTMLButtonElement
    readonly #cancel: HTMLButtonElement
    readonly #bar: HTMLProgressElement
    readonly #note: HTMLElement
    #under: AbortController | null = null

    constructor(desk: SavingDesk, letter: OpenLetter, file: Enclosure, announce: (text: string) => void) {
        this.#desk = desk
        this.#letter = letter
        this.#file = file
        this.#announce = announce
        const { name } = file
        this.#save = button("btn", say("file.save"), say("file.saves", { name }), () => { void this.save() })
        this.#cancel = button("btn quiet", say("file.cancel"), say("file.cancels", { name }), () => { this.cancel() })
        this.#bar = element("progress", { max: "1", value: "0", "aria-label": say("file.saves", { name }) })
        this.#note = element("p", { class: "small mute" })
        this.host = element("div", { class: "file" }, badge(name), this.#facts(), this.#save, this.#cancel)
        this.#show("idle", "")
    }

    cancel(): void { this.#under?.abort() }

    /** Resolves when it is saved, cancelled or refused; never throws. */
    async save(): Promise<void> {
        if (this.#under !== null) return
        const under = new AbortController()
        this.#under = under
        const hadFocus = document.activeElement === this.#save
        this.#show("moving", say("file.begun", { name: this.#file.name }))
        if (hadFocus) this.#cancel.focus()
        this.#announce(say("file.begun", { name: this.#file.name }))
        const inside = (): boolean => document.activeElement === this.#cancel
        try {
            const onProgress = (done: number, total: number): void => { this.#moved(done, total) }
            giveToBrowser(await fetchFile(this.#desk, this.#letter, this.#file, { signal: under.signal, onProgress }), this.#file)
            this.#end("saved", say("file.saved"), say("file.saved.said", { name: this.#file.name }), inside())
        } catch (error) {
            const words = under.signal.aborted ? say("file.cancelled") : fileWords(error, this.#letter.senderName)
            this.#end(under.signal.aborted ? "idle" : "failed", words, words, inside())
        }
    }

    #end(state: State, note: string, said: string, focus: boolean): void {
        this.#under = null
        this.#show(state, note)
        this.#announce(said)
        if (focus) focusOn(this.#save)
    }

    #moved(done: number, total: number): void {
        if (this.#under === null) return
        this.#bar.value = total === 0 ? 0 : done / total
        this.#note.textContent = done >= total
            ? say("file.checking", { name: this.#file.name }) : say("file.fetching", { done: sizeWords(done), total: sizeWords(total) })
    }

    #show(state: State, note: string): void {
        this.host.dataset["state"] = state
        this.#save.hidden = state === "moving"
        this.#cancel.hidden = state !== "moving"
        this.#bar.hidden = state !== "moving"
        this.#bar.value = 0
        this.#save.textContent = state === "failed" ? say("file.again") : say("file.save")
        this.#save.setAttribute("aria-label", say(state === "failed" ? "file.agains" : "file.saves", { name: this.#file.name }))
        this.#note.className = state === "failed" ? "err" : "small mute"
        this.#note.replaceChildren(...(state === "failed" ? [icon("stop"), element("span", {}, note)] : [note]))
        this.#note.hidden = note === ""
    }

    #facts(): HTMLElement {
        const { name, type, object } = this.#file
        const facts = element("div", { class: "grow" }, shortened(name),
            element("p", { class: "small faint" }, `${typeWords(type)}, ${sizeWords(object.size)}`))
        if (isOnlySaved(this.#file)) facts.append(element("p", { class: "small care" }, icon("care"), element("span", {}, say(this.#file.type === UNKNOWN ? "file.unknown" : "file.active"))))
        facts.append(this.#bar, this.#note)
        return facts
    }
}

type State = "idle" | "moving" | "saved" | "failed"

function button(kind: string, words: string, name: string, act: () => void): HTMLButtonElement {
    const made = element("button", { class: kind, type: "button", "aria-label": name }, words)
    made.addEventListener("click", act)
    return made
}

/** "PDF" of "Accounts 2026.pdf"; empty where there is none, or it is too long to be one. */
function badge(name: string): HTMLElement {
    const end = name.slice(name.lastIndexOf(".") + 1)
    const letters = end !== name && end.length <= LONGEST_ENDING && /^[A-Za-z0-9]+$/u.test(end) ? end.toUpperCase() : ""
    return element("span", { class: "ext", "aria-hidden": "true" }, letters)
}

/** A name that loses its middle where there is no room, never its end. */
function shortened(name: string): HTMLElement {
    const characters = Array.from(name)
    const at = characters.length - Math.min(KEPT_END, Math.floor(characters.length / 2))
    return element("p", { class: "nm", title: name },
        element("span", { class: "a" }, characters.slice(0, at).join("")), element("span", { class: "z" }, characters.slice(at).join("")))
}

/** Why a file was not saved. */
export function fileWords(error: unknown, name: string): string {
    if (error instanceof FileMissing) return fileRefusalWords("object-missing", name)
    if (error instanceof CryptoError) return error.code === "worker-failed" ? say("file.room") : fileRefusalWords(error.code, name)
    if (error instanceof Unreachable || error instanceof TypeError) return say("file.offline")
    if (error instanceof Problem && error.status === 401) return say("file.session")
    return say("file.unexpected")
}
