/** The editor's toolbar: one stop for Tab, arrow keys inside (WAI-ARIA toolbar pattern). */

import type { Command, EditorState } from "prosemirror-state"

import { find } from "../dom.ts"
import { linkFrom } from "../links.ts"
import { bold, bullets, isIn, isMarked, italic, linkAt, redo, setLink, undo } from "./commands.ts"
import type { Editor } from "./editor.ts"
import { schema } from "./schema.ts"

const COMMANDS: Readonly<Record<string, Command>> = { bold, italic, list: bullets, undo, redo }

const PRESSED: Readonly<Record<string, (state: EditorState) => boolean>> = {
    bold: (state) => isMarked(state, schema.marks.strong),
    italic: (state) => isMarked(state, schema.marks.em),
    list: (state) => isIn(state, schema.nodes.bullet_list),
    link: (state) => linkAt(state) !== null,
    table: (state) => isIn(state, schema.nodes.table),
}

export interface Toolbar {
    /** Show which marks hold at the cursor. */
    readonly update: (state: EditorState) => void
}

/**
 * Bring a toolbar to life.
 *
 * @param bar - Holds buttons with `data-do`, one of bold, italic, list, link, table, picture, undo, redo.
 * @param linkForm - A form with an input and the buttons "set" and "take away"; hidden until asked for.
 * @param refused - Told when what was typed is no link.
 */
export function createToolbar(bar: HTMLElement, linkForm: HTMLFormElement, editor: Editor, refused: () => void): Toolbar {
    const buttons = [...bar.querySelectorAll<HTMLButtonElement>("button[data-do]")]
    const link = linkField(linkForm, editor, refused)
    for (const button of buttons) {
        button.addEventListener("mousedown", (event) => { event.preventDefault() })   // keeps the selection
        button.addEventListener("click", () => {
            const name = button.dataset["do"] ?? ""
            if (name === "link") link.open()
            else if (name === "table" || name === "picture") editor.extra(name)
            else run(editor, COMMANDS[name])
        })
    }
    roam(bar, buttons)
    return { update: (state) => { show(buttons, state) } }
}

function run(editor: Editor, command: Command | undefined): void {
    command?.(editor.view.state, editor.view.dispatch, editor.view)
    editor.focus()
}

function show(buttons: readonly HTMLButtonElement[], state: EditorState): void {
    for (const button of buttons) {
        const name = button.dataset["do"] ?? ""
        const pressed = PRESSED[name]
        if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed(state)))
        else if (name !== "picture") button.setAttribute("aria-disabled", String(COMMANDS[name]?.(state) !== true))
    }
}

function roam(bar: HTMLElement, buttons: readonly HTMLButtonElement[]): void {
    const stopAt = (chosen: HTMLButtonElement): void => {
        for (const button of buttons) button.tabIndex = button === chosen ? 0 : -1
    }
    if (buttons[0] !== undefined) stopAt(buttons[0])
    bar.addEventListener("focusin", (event) => {
        if (event.target instanceof HTMLButtonElement) stopAt(event.target)
    })
    bar.addEventListener("keydown", (event) => {
        const at = buttons.findIndex((button) => button === document.activeElement)
        const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
        if (at < 0 || next === undefined) return
        event.preventDefault()
        buttons.at(next % buttons.length)?.focus()
    })
}

function linkField(form: HTMLFormElement, editor: Editor, refused: () => void): { open: () => void } {
    const input = find("input", HTMLInputElement, form)
    const close = (): void => {
        form.hidden = true
        editor.focus()
    }
    const put = (href: string | null): void => {
        setLink(href)(editor.view.state, editor.view.dispatch)
        close()
    }
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        const href = linkFrom(input.value)
        input.setAttribute("aria-invalid", String(href === null))
        if (href === null) refused()
        else put(href)
    })
    find("button[data-do=unlink]", HTMLButtonElement, form).addEventListener("click", () => { put(null) })
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") close() })
    const open = (): void => {
        form.hidden = !form.hidden
        if (form.hidden) return
        input.value = linkAt(editor.view.state) ?? ""
        input.focus()
        input.select()
    }
    return { open }
}
