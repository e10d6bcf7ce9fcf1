/** What a paste or a drop holds: tables are mended, files are handed on, pictures among them too; what a letter cannot hold is told. */

import { DOMParser, type Node as Doc, type ParseOptions, type Slice } from "prosemirror-model"
import { Plugin, Selection } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"

import { take } from "../taken.ts"
import { schema } from "./schema.ts"
import { shallow } from "./shallow.ts"
import { mendTables } from "./tables.ts"

/** A table that is too large for one, or a picture that stands in the text of a page elsewhere. */
export type Lost = "table" | "picture"

export interface Pasting {
    /** Told after each paste what did not come with it; often that is nothing. */
    readonly lost: (what: readonly Lost[]) => void
    /** Takes files that were pasted as such, and not as a picture of the text beside them. */
    readonly files: ((files: readonly File[]) => void) | undefined
    /** Takes pictures that are to stand in the text. */
    readonly pictures: (files: readonly File[]) => void
}

const PICTURES = "img, picture, svg, video, object, canvas"

/** Whether all files of a paste or drop are pictures, by what the system says of them. */
export const arePictures = (files: readonly File[]): boolean => files.length > 0 && files.every(({ type }) => type.startsWith("image/"))

export function pasting(wish: Pasting): Plugin {
    return new Plugin({
        props: {
            clipboardParser: new Mending(wish.lost),
            handlePaste: (_view, event, slice) => {
                const pasted = [...(event.clipboardData?.files ?? [])]
                if (slice.size > 0 || pasted.length === 0) return false
                wish.lost([])   // a picture that is pasted as such comes with the address that it had
                if (arePictures(pasted)) wish.pictures(pasted)
                else wish.files?.(pasted)
                return true
            },
            // Whoever holds the editor takes other files that are dropped on it; here they would open in the window.
            handleDrop: (view, event) => {
                const files = [...(event.dataTransfer?.files ?? [])]
                if (arePictures(files)) drop(view, event, () => { wish.pictures(files) })
                return files.length > 0
            },
        },
    })
}

function drop(view: EditorView, event: DragEvent, put: () => void): void {
    take(event)
    const at = view.posAtCoords({ left: event.clientX, top: event.clientY })
    if (at !== null) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))))
    put()
}

/** A letter's html as a document, quotations not too deep. `html` must be sanitised. Says whether a table was too large for one. */
export function documentOf(html: DocumentFragment, lost: (what: readonly Lost[]) => void = () => undefined): Doc {
    lost(mendTables(html) ? ["table"] : [])
    return shallow(DOMParser.fromSchema(schema).parse(html))
}

class Mending extends DOMParser {
    readonly #lost: (what: readonly Lost[]) => void

    constructor(lost: (what: readonly Lost[]) => void) {
        super(schema, DOMParser.fromSchema(schema).rules)
        this.#lost = lost
    }

    override parseSlice(dom: HTMLElement, options?: ParseOptions): Slice {
        const lost: Lost[] = []
        if (mendTables(dom)) lost.push("table")
        const pictures = dom.querySelector("[data-pm-slice]") === null ? [...dom.querySelectorAll(PICTURES)] : []   // not ours: they were not drawn anew
        if (pictures.length > 0) lost.push("picture")
        for (const picture of pictures) picture.remove()
        this.#lost(lost)
        return super.parseSlice(dom, options)
    }
}
