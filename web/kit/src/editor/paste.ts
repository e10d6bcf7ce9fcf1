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

/** Pictures that were copied out of an editor of this page, by their address: nobody need draw them anew. Others' pages can say what they like. */
const copied = new Set<string>()

function note(slice: Slice): Slice {
    slice.content.descendants((node) => { if (node.type === schema.nodes.picture) copied.add(String(node.attrs["src"])) })
    return slice
}

const isOurs = (picture: Element): boolean => picture.localName === "img" && copied.has(picture.getAttribute("src") ?? "")

/** Whether all files of a paste or drop are pictures, by what the system says of them. */
export const arePictures = (files: readonly File[]): boolean => files.length > 0 && files.every(({ type }) => type.startsWith("image/"))

export function pasting(wish: Pasting): Plugin {
    return new Plugin({
        props: {
            clipboardParser: new Mending(wish.lost),
            transformCopied: note,
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

/**
 * A letter's html as a document, quotations not too deep. `html` must be sanitised.
 *
 * @param lost - Hears whether a table was too large for one, and what was `gone` before.
 */
export function documentOf(html: DocumentFragment, lost: (what: readonly Lost[]) => void = () => undefined, gone: readonly Lost[] = []): Doc {
    lost([...(mendTables(html) ? ["table" as const] : []), ...gone])
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
        const pictures = [...dom.querySelectorAll(PICTURES)].filter((one) => !isOurs(one))
        if (pictures.length > 0) lost.push("picture")
        for (const picture of pictures) picture.remove()
        this.#lost(lost)
        return super.parseSlice(dom, options)
    }
}
