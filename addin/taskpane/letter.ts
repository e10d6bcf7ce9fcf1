/** The parts of pane_writing.html: editor, toolbar, and the ways in for files. */

import { fact, find, say } from "@letterlock/kit"
import { createEditor, type Editor } from "@letterlock/kit/editor/editor"
import { createToolbar, type Toolbar } from "@letterlock/kit/editor/toolbar"
import { type Files, takeFiles } from "@letterlock/kit/writing/index"

import * as view from "./view.ts"

interface Wish {
    /** The person changed the text. */
    readonly edited: () => void
    /** Of the letter that is open; null while none can be added. */
    readonly files: () => Files | null
}

/** Bring them to life. */
export function letterEditor({ edited, files }: Wish): Editor {
    let toolbar: Toolbar | null = null
    const host = find("#letter", HTMLElement)
    const editor = createEditor(host, {
        label: fact(host, "label"),
        changed: (state, byHand) => {
            toolbar?.update(state)
            if (byHand) edited()
        },
        lost: view.showLost,
        files: (pasted) => files()?.add(pasted),
        extras: {
            script: fact(host, "extras"), bar: find("#extras", HTMLElement), tell: view.showPasted, absent: () => say("writing.extras.absent"),
        },
    })
    toolbar = createToolbar(find("#tools", HTMLElement), find("#linking", HTMLFormElement), editor,
        () => { view.showProblem(say("pane.link.invalid")) })
    takeFiles({
        button: find("#attach", HTMLButtonElement), input: find("#file", HTMLInputElement), place: document.body, files,
    })
    return editor
}
