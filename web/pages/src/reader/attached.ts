/** The files of an answer that is being written: a row each. */

import { element, find, focusOn, icon, say } from "@letterlock/kit"
import { type FileRow, type Files, sizeWords, typeWords } from "@letterlock/kit/writing/index"

/** What stands for one file. */
interface Shown {
    readonly host: HTMLLIElement
    readonly bar: HTMLProgressElement
    readonly said: HTMLElement
    readonly note: HTMLElement
    readonly remove: HTMLButtonElement
    readonly again: HTMLButtonElement
}

/** Draws `files.rows`; call `draw` after each change of them. */
export class Attached {
    readonly #list = find("#attached", HTMLUListElement)
    readonly #sum = find("#attached-sum", HTMLElement)
    readonly #shown = new Map<string, Shown>()
    readonly #announce: (text: string) => void
    /** The letter is on its way: what is up stays in it. */
    locked = false

    constructor(announce: (text: string) => void) {
        this.#announce = announce
    }

    draw(files: Files): void {
        for (const [key, { host }] of this.#shown) {
            if (files.rows.some((row) => row.key === key)) continue
            host.remove()
            this.#shown.delete(key)
        }
        for (const row of files.rows) this.#drawRow(files, row)
        this.#list.hidden = files.rows.length === 0
        const n = files.ready.length + files.busy
        this.#sum.hidden = n < 2
        this.#sum.textContent = say("writing.files.other", { n, size: sizeWords(files.total) })
    }

    clear(): void {
        this.#shown.clear()
        this.#list.replaceChildren()
        this.#list.hidden = true
        this.#sum.hidden = true
    }

    #drawRow(files: Files, row: FileRow): void {
        const shown = this.#shown.get(row.key) ?? this.#make(files, row)
        const moving = row.state === "waiting" || row.state === "sealing" || row.state === "uploading"
        shown.host.dataset["state"] = row.state
        shown.bar.hidden = !moving
        shown.bar.value = row.done
        shown.said.textContent = stateWords(row)
        shown.again.hidden = row.state !== "failed" || row.isLost === true
        shown.note.hidden = row.note === ""
        shown.note.className = row.state === "failed" || row.state === "refused" ? "small err" : "small mute"
        if (shown.note.textContent !== row.note) {
            shown.note.textContent = row.note
            if (row.note !== "") this.#announce(row.note)
        }
        const key = row.state === "refused" ? "writing.file.dismiss" : moving ? "writing.file.cancel" : "writing.file.remove"
        shown.remove.setAttribute("aria-label", say(key, { name: row.name }))
    }

    #make(files: Files, { key, name }: FileRow): Shown {
        const bar = element("progress", { max: "1", value: "0", "aria-label": name })
        const said = element("span", { class: "small faint" })
        const note = element("p", { class: "small" })
        const again = element("button", { class: "btn", type: "button", "aria-label": say("writing.file.agains", { name }) }, say("writing.file.again"))
        const remove = element("button", { class: "btn ic", type: "button" }, icon("close"))
        again.addEventListener("click", () => { files.retry(key) })
        remove.addEventListener("click", () => {
            if (this.locked && files.rows.some((row) => row.key === key && row.state === "ready")) return
            files.remove(key)
            this.#announce(say("writing.file.removed", { name }))
            focusOn(find("#reply-add", HTMLButtonElement))
        })
        const facts = element("div", { class: "grow" }, element("b", { class: "nm" }, name), said, bar, note)
        const host = element("li", {}, icon("attach"), facts, again, remove)
        this.#list.append(host)
        const shown = { host, bar, said, note, again, remove }
        this.#shown.set(key, shown)
        return shown
    }
}

function stateWords({ state, type, size, done }: FileRow): string {
    const percent = Math.floor(done * 100)
    if (state === "sealing") return say("writing.file.sealing", { percent })
    if (state === "uploading") return say("writing.file.uploading", { percent })
    if (state === "waiting") return say("writing.file.waiting")
    return type === "" ? sizeWords(size) : `${typeWords(type)}, ${sizeWords(size)}`
}
