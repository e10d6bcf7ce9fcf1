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

export interface SecondEditor extends Pick<Editor, "view" | "focus" | "isEmpty" | "restoreHtml" | "written"> {
    /** From now on it is called so. */
    readonly name: (label: string) => void
}

export function secondEditor({ host, label, tell }: SecondParts): SecondEditor {
    let toolbar: Toolbar | null = null
    const editor = createEditor(find(".edit", HTMLElement, host), {
        label,
        changed: (state) => { toolbar?.update(state) },
        lost: (what) => { for (const one of what) tell(one) },
        extras: {
            script: fact(find("#letter", HTMLElement), "extras"), bar: find("div.linking", HTMLElement, host),
            tell: () => undefined, absent: () => "",
        },
    })
    toolbar = createToolbar(find(".tools", HTMLElement, host), find("form", HTMLFormElement, host), editor, () => { tell("link") })
    const name = (now: string): void => {
        editor.view.setProps({ attributes: { "role": "textbox", "aria-multiline": "true", "aria-label": now, "spellcheck": "true" } })
    }
    return { ...editor, name }
}
