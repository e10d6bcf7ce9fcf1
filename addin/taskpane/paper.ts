/** The firm's paper in a letter: what stands under it, no field left open, and templates, which are loaded when asked for. */

import { fact, find, type Members, members, sayList, text } from "@letterlock/kit"
import type { Editor } from "@letterlock/kit/editor/editor"
import { appendEnding, endingAt, endingOf, fieldNames, fieldsIn, fieldsOf, insertFilled, removeEnding } from "@letterlock/kit/editor/fields"
import type { Desk } from "@letterlock/kit/writing/index"

import type { Draft } from "./draft.ts"
import { secondEditor } from "./second-editor.ts"
import { PAPER } from "./paper-words.ts"
import type { Picker } from "./stationery.ts"
import * as view from "./view.ts"

interface Parts {
    readonly editor: () => Editor
    /** The letter that is open; null for none. */
    readonly draft: () => Draft | null
    /** Whether it answers another. */
    readonly isReply: () => boolean
    /** Send it, as "Send securely" does. */
    readonly send: () => void
}

type Ending = ReturnType<typeof endingOf>

/** These are never meant as they stand. */
const KNOWN = new Set(["first_name", "last_name", "matter", "deadline", "sender_name", "firm", "today"])

export class Paper {
    readonly #parts: Parts
    readonly #panel = find("#picking", HTMLElement)
    readonly #field = find("#pick", HTMLInputElement)
    readonly #meant = find("#meant", HTMLElement)
    #desk: Desk | null = null
    #picker: Promise<Picker> | null = null
    /** Null until the server has said it. */
    #said: Members | null = null
    /** "/" stands for the panel, and comes back where nothing was chosen. */
    #slash = false

    constructor(parts: Parts) {
        this.#parts = parts
        const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
        press("templates", () => { if (this.#panel.hidden) this.#begin(false); else this.#close(true) })
        press("pick-close", () => { this.#close(true) })
        press("meant-so", () => { this.#mean() })
        this.#panel.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return
            event.preventDefault()
            this.#close(true)
        })
        find("#letter", HTMLElement).addEventListener("keydown", (event) => { this.#press(event) }, { capture: true })
    }

    /** From now on templates can be asked for; the ending is fetched. */
    async signedIn(desk: Desk): Promise<void> {
        this.#desk = desk
        find("#templates", HTMLButtonElement).disabled = false
        try {
            this.#said = members(await desk.call((api) => api.get("/ending")))
            this.opened()
        } catch {
            view.showStatus(PAPER.unsigned)
        }
    }

    /** The letter that was open is left. */
    putAway(): void {
        this.edited()
        this.#close(false)
    }

    /** Another letter is open, and by now it can be told whether it is an answer. */
    opened(): void {
        const draft = this.#parts.draft()
        this.putAway()
        if (draft?.phase !== "writing" || this.#said === null) return
        const { view: editor } = this.#parts.editor()
        const ending = endingFor(this.#said, this.#parts.isReply() ? "replies" : "letters")
        if (draft.ending !== undefined) {   // of a letter that was kept: whether it ends so is all that is asked
            if (draft.ending === null && ending !== null && endingAt(editor.state.doc, ending) !== null) draft.ending = ending
        } else if (draft.taken === null) {   // Outlook's own message brings Outlook's own signature
            draft.ending = ending
            if (ending !== null) appendEnding(editor, ending)
        }
    }

    /** Add something below what was written, and above what stands under it. */
    above<Done>(act: () => Done): Done {
        const ending = this.#parts.draft()?.ending ?? null
        const { view: editor } = this.#parts.editor()
        if (ending === null || endingAt(editor.state.doc, ending) === null) return act()
        removeEnding(editor, ending)
        const done = act()
        appendEnding(editor, ending)
        return done
    }

    /** Something was written. */
    edited(): void {
        this.#meant.hidden = true
    }

    /** Before a letter goes: whether a field in it is still open. It is named, and focus goes to the first. */
    holds(): boolean {
        const draft = this.#parts.draft()
        this.edited()
        if (draft?.phase !== "writing") return false
        const [editor, subject] = [this.#parts.editor(), find("#subject", HTMLInputElement)]
        const isOpen = (name: string): boolean => !draft.meant.has(name)
        const inSubject = fieldNames(subject.value).filter(isOpen)
        const inText = fieldsIn(editor.save()).filter(({ name }) => isOpen(name))
        const names = [...new Set([...inSubject, ...inText.map(({ name }) => name)])]
        if (names.length === 0) return false
        const mayBeMeant = !names.some((name) => KNOWN.has(name))
        const words = PAPER.left(sayList(names.map((name) => `{{${name}}}`)))
        draft.problem = mayBeMeant ? `${words} ${PAPER.meant}` : words
        view.showProblem(draft.problem)
        this.#meant.hidden = !mayBeMeant
        this.#meant.dataset["names"] = JSON.stringify(names)
        const [first] = inText
        if (inSubject.length > 0 || first === undefined) subject.focus()
        else editor.select(first.from, first.to)
        return true
    }

    #mean(): void {
        const names = JSON.parse(this.#meant.dataset["names"] ?? "[]") as string[]
        for (const name of names) this.#parts.draft()?.meant.add(name)
        find("#send", HTMLButtonElement).focus()
        this.#parts.send()
    }

    /** "/" at the start of a line. */
    #press(event: KeyboardEvent): void {
        if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || this.#desk === null) return
        const { $from, empty } = this.#parts.editor().view.state.selection
        const isStart = empty && $from.parent.isTextblock && ($from.parentOffset === 0 || $from.nodeBefore?.type.name === "hard_break")
        if (!isStart || this.#parts.draft()?.phase !== "writing") return
        event.preventDefault()
        event.stopPropagation()
        this.#begin(true)
    }

    #begin(slash: boolean): void {
        const desk = this.#desk
        if (desk === null || this.#parts.draft()?.phase !== "writing") return
        this.#slash = slash
        this.#panel.hidden = false
        find("#templates", HTMLButtonElement).setAttribute("aria-expanded", "true")
        this.#field.value = ""
        this.#field.focus()
        const said = find("#pick-said", HTMLElement)
        this.#picker ??= this.#load(desk)
        this.#picker.then((picker) => { picker.open() }, () => {
            this.#picker = null
            said.textContent = PAPER.away
        })
    }

    /** @param backToLetter - Focus goes there, with what was typed for the search where it began with "/". */
    #close(backToLetter: boolean): void {
        if (this.#panel.hidden) return
        this.#panel.hidden = true
        find("#templates", HTMLButtonElement).setAttribute("aria-expanded", "false")
        if (!backToLetter) return
        const { view: editor } = this.#parts.editor()
        if (this.#slash) editor.dispatch(editor.state.tr.insertText(`/${this.#field.value}`))
        editor.focus()
    }

    async #load(desk: Desk): Promise<Picker> {
        const script = fact(find("#pane", HTMLElement), "stationery")
        const { Picker } = await (import(script) as Promise<typeof import("./stationery.ts")>)
        return new Picker({
            desk, fieldsOf, announce: view.announce, secondEditor,
            draft: this.#parts.draft,
            insert: (html, values) => {
                this.#close(false)
                insertFilled(this.#parts.editor().view, html, values)
            },
            ended: (said) => { this.#said = said },
        })
    }
}

/** What stands under letters or answers, as the server says it. */
function endingFor(said: Members, kind: "letters" | "replies"): Ending {
    const [signature, tagline] = [members(said["signature"]), members(said["tagline"])]
    return endingOf(signature[kind] === true ? text(signature, "body") : "", tagline[kind] === true ? text(tagline, "text") : "")
}
