/** An editor for what is not a letter: a template, a signature. */

import { fact, find } from "@letterlock/kit"
import { createEditor, type Editor } from "@letterlock/kit/editor/editor"
import { createToolbar, type Toolbar } from "@letterlock/kit/editor/toolbar"

export interface SecondParts {
    /** Holds a toolbar, a form for links, and places for what tables need and for the text. */
    readonly host: HTMLElement
    readonly label: string
    /** Something of a paste, or a link, cannot be: say it. */
    readonly tell: (what: "table" | "picture" | "link") => void
}

export type SecondEditor = Pick<Editor, "view" | "focus" | "isEmpty" | "restoreHtml" | "written" | "select">

export function secondEditor({ host, label, tell }: SecondParts): SecondEditor {
    let toolbar: Toolbar | null = null
    const part = (name: string): HTMLElement => find(`[data-part=${name}]`, HTMLElement, host)
    const editor = createEditor(part("text"), {
        label,
        changed: (state) => { toolbar?.update(state) },
        lost: (what) => { for (const one of what) tell(one) },
        extras: {
            script: fact(find("#letter", HTMLElement), "extras"), bar: part("extras"),
            tell: () => undefined, absent: () => "",
        },
    })
    toolbar = createToolbar(part("tools"), find("form", HTMLFormElement, host), editor, () => { tell("link") })
    return editor
}
