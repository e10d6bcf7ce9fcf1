/** The form of an answer: its fields and lines. It knows nothing of sealing. */

import { element, fact, find, levelMeaning, type Level, levelTag, type Line, readerRows, say } from "@letterlock/kit"
import { createEditor, type Editor } from "@letterlock/kit/editor/editor"
import { arePictures, type Lost } from "@letterlock/kit/editor/paste"
import { createToolbar, type Toolbar } from "@letterlock/kit/editor/toolbar"

/** What the form tells of. */
export interface FormEvents {
    readonly changed: () => void
    readonly files: (files: readonly File[]) => void
    readonly folder: (name: string) => void
    readonly send: () => void
}

/** `hold`: the fields cannot be changed while it goes. */
export type Phase = "writing" | "sending"

export class ReplyForm {
    readonly host = find("#reply", HTMLElement)
    readonly editor: Editor
    readonly #home = find("#reply-home", HTMLElement)

    constructor(events: FormEvents) {
        this.editor = writing(events, (text) => { this.trouble(text) })
        takeFiles(this.host, events)
        this.host.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            event.stopPropagation()
            events.send()
        }, { capture: true })
        find("#reply-send", HTMLButtonElement).addEventListener("click", events.send)
    }

    /** Stand under a letter. Where it stands already it is not moved: whoever writes in it would lose the focus. */
    showIn(place: HTMLElement): void {
        if (this.host.parentElement !== place) place.append(this.host)
        this.host.hidden = false
    }

    /** Off the page, with everything in it. */
    clear(): void {
        this.putAway()
        this.editor.restore(null)
        for (const id of ["reply-h", "reply-kept", "reply-status", "reply-can", "reply-level", "reply-readers", "reply-level-means"]) {
            find(`#${id}`, HTMLElement).replaceChildren()
        }
        for (const id of ["reply-restored", "pasted", "reply-sure"]) find(`#${id}`, HTMLElement).hidden = true
        this.trouble(null)
        this.phase("writing")
    }

    /** Off the page; what was written stays in it. */
    putAway(): void {
        this.host.hidden = true
        this.#home.append(this.host)
    }

    phase(phase: Phase): void {
        const sending = phase === "sending"
        this.editor.lock(sending)
        this.host.setAttribute("aria-busy", String(sending))
        for (const id of ["reply-send", "reply-add", "reply-quote", "reply-discard"]) {
            find(`#${id}`, HTMLButtonElement).setAttribute("aria-disabled", String(sending))
        }
    }

    /** Say that it did not work; null takes it away. `code` offers a new code. */
    trouble(text: string | null, code = false): void {
        const note = find("#reply-trouble", HTMLElement)
        note.hidden = text === null
        find("p", HTMLElement, note).textContent = text ?? ""
        find("#reply-code", HTMLButtonElement).hidden = !code
        note.querySelector("#reply-anew")?.remove()
    }

    status(text: string): void { find("#reply-status", HTMLElement).textContent = text }

    /** The line about keeping; `own` makes a letter of its own of this one. */
    kept(text: string, own: (() => void) | null = null): void {
        const line = find("#reply-kept", HTMLElement)
        line.replaceChildren(text)
        if (own !== null) line.append(" ", button(say("writing.draft.own"), own))
    }

    /** A kept reply that cannot be shown, and a way past it. The fields stay locked. */
    damaged(anew: () => void): void {
        this.phase("sending")
        this.host.setAttribute("aria-busy", "false")
        this.trouble(say("reply.damaged"))
        find("#reply-trouble p:last-child", HTMLElement).append(button(say("reply.anew"), anew, "reply-anew"))
    }

    restored(text: string): void {
        const line = find("#reply-restored", HTMLElement)
        line.textContent = text
        line.hidden = false
    }

    /** To whom it goes, and which button changes that. */
    heading(names: string, all: boolean, others: boolean): void {
        find("#reply-h", HTMLElement).textContent = say("reply.to", { names })
        find("#reply-one", HTMLButtonElement).hidden = !others || !all
        find("#reply-everybody", HTMLButtonElement).hidden = !others || all
    }

    readers({ level, people, lines }: { readonly level: Level; readonly people: string; readonly lines: readonly Line[] }): void {
        find("#reply-level", HTMLElement).replaceChildren(levelTag(level))
        find("#reply-can", HTMLElement).textContent = say("reply.can", { people })
        find("#reply-readers", HTMLUListElement).replaceChildren(...readerRows(lines))
        find("#reply-level-means", HTMLElement).textContent = levelMeaning(level)
    }
}

function button(text: string, act: () => void, id = ""): HTMLButtonElement {
    const made = element("button", { class: "btn", type: "button" }, text)
    if (id !== "") made.id = id
    made.addEventListener("click", act)
    return made
}

function writing(events: FormEvents, refused: (text: string) => void): Editor {
    const host = find("#reply-text", HTMLElement)
    let toolbar: Toolbar | null = null
    const editor = createEditor(host, {
        label: host.dataset["label"] ?? "",
        changed: (state, byHand) => {
            toolbar?.update(state)
            if (byHand) events.changed()
        },
        lost: sayLost,
        files: events.files,
        extras: {
            script: fact(host, "extras"), bar: find("#extras", HTMLElement), tell: sayPasted, absent: () => say("writing.extras.absent"),
        },
    })
    toolbar = createToolbar(find("#tools", HTMLElement), find("#linking", HTMLFormElement), editor, () => { refused(say("reply.link.invalid")) })
    return editor
}

function sayLost(what: readonly Lost[]): void {
    sayPasted(what.map((one) => say(`writing.pasted.${one}`)).join(" "))
}

function sayPasted(text: string): void {
    const line = find("#pasted", HTMLElement)
    line.hidden = text === ""
    line.textContent = text
}

/** Files by the picker and by drop; those that are pasted come through the editor. */
function takeFiles(host: HTMLElement, events: FormEvents): void {
    const input = find("#reply-files", HTMLInputElement)
    find("#reply-add", HTMLButtonElement).addEventListener("click", () => {
        if (host.getAttribute("aria-busy") !== "true") input.click()
    })
    input.addEventListener("change", () => {
        events.files([...(input.files ?? [])])
        input.value = ""
    })
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true
    const over = (event: DragEvent): void => {
        if (!carries(event)) return
        event.preventDefault()
        host.dataset["over"] = say("writing.files.drop")
    }
    host.addEventListener("dragenter", over, { capture: true })
    host.addEventListener("dragover", over, { capture: true })
    host.addEventListener("dragleave", () => { delete host.dataset["over"] })
    host.addEventListener("drop", (event) => {
        delete host.dataset["over"]
        if (!carries(event) || isForText(event)) return
        event.preventDefault()
        event.stopPropagation()
        const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file")
        const folders = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry?.isDirectory === true)
        for (const folder of folders) events.folder(folder?.name ?? "")
        const names = new Set(folders.map((folder) => folder?.name))
        events.files([...(event.dataTransfer?.files ?? [])].filter(({ name }) => !names.has(name)))
    }, { capture: true })
}

/** Pictures that are dropped on the text stand in it. */
const isForText = ({ target, dataTransfer }: DragEvent): boolean =>
    target instanceof Element && target.closest("#reply-text") !== null && arePictures([...(dataTransfer?.files ?? [])])
