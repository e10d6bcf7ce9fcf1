/** What a paste holds that a letter cannot: tables become lines, pictures are left out, and both are told; files are handed on. */

import { DOMParser, type Node as Doc, type ParseOptions, type Slice } from "prosemirror-model"
import { Plugin } from "prosemirror-state"

import { schema } from "./schema.ts"
import { shallow } from "./shallow.ts"

export type Lost = "table" | "picture"

const PICTURES = "img, picture, svg, video, object, canvas"
const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, li, blockquote, pre"

/**
 * Tells `lost` after each paste or drop what did not come with it; often that is nothing.
 *
 * @param files - Takes files that were pasted as such, and not as a picture of the text beside them.
 */
export function pasting(lost: (what: readonly Lost[]) => void, files: ((files: readonly File[]) => void) | undefined): Plugin {
    return new Plugin({
        props: {
            clipboardParser: new Lines(lost),
            handlePaste: (_view, event, slice) => {
                const pasted = [...(event.clipboardData?.files ?? [])]
                if (slice.size > 0 || pasted.length === 0) return false
                if (files !== undefined) files(pasted)
                else if (pasted.some(({ type }) => type.startsWith("image/"))) lost(["picture"])
                return files !== undefined
            },
            // Whoever holds the editor takes the files that are dropped on it; here they would open in the window.
            handleDrop: (_view, event) => (event.dataTransfer?.files.length ?? 0) > 0,
        },
    })
}

/** A letter's html as a document: what the schema does not know becomes paragraphs, and quotations are not too deep. `html` must be sanitised. */
export function documentOf(html: DocumentFragment): Doc {
    for (const table of [...html.querySelectorAll("table")].reverse()) table.replaceWith(...rows(table))
    return shallow(DOMParser.fromSchema(schema).parse(html))
}

class Lines extends DOMParser {
    readonly #lost: (what: readonly Lost[]) => void

    constructor(lost: (what: readonly Lost[]) => void) {
        super(schema, DOMParser.fromSchema(schema).rules)
        this.#lost = lost
    }

    override parseSlice(dom: HTMLElement, options?: ParseOptions): Slice {
        const lost: Lost[] = []
        if (dom.querySelector("table") !== null) lost.push("table")
        if (dom.querySelector(PICTURES) !== null) lost.push("picture")
        // Innermost first: a table in a cell is lines already when its own row is made one.
        for (const table of [...dom.querySelectorAll("table")].reverse()) table.replaceWith(...rows(table))
        this.#lost(lost)
        return super.parseSlice(dom, options)
    }
}

function rows(table: HTMLTableElement): HTMLElement[] {
    return [...table.rows].map((row) => {
        const line = table.ownerDocument.createElement("p")
        ;[...row.cells].forEach((cell, index) => {
            if (index > 0) line.append(" | ")
            line.append(...inOneLine(cell))
        })
        return line
    })
}

/** A cell's words with their marks, blocks parted by a space: cells that touch would read as one number. */
function inOneLine(cell: HTMLElement): ChildNode[] {
    for (const block of [...cell.querySelectorAll(BLOCKS)].reverse()) block.replaceWith(...block.childNodes, " ")
    return [...cell.childNodes]
}
