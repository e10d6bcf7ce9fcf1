/** A letter in the editor as lines of text, and where in the editor each of its characters stands. */

import type { Editor } from "@letterlock/kit/editor/editor"

type Doc = ReturnType<Editor["save"]>

export interface Flat {
    readonly text: string
    /** Where a character of `text` stands in the document. */
    readonly at: (offset: number) => number
}

/** One line for each paragraph. What is quoted from another letter is left out: nobody here wrote it. */
export function flat(doc: Doc): Flat {
    const blocks: { readonly start: number, readonly pos: number }[] = []
    let text = ""
    doc.descendants((node, pos) => {
        if (node.type.name === "blockquote") return false
        if (!node.isTextblock) return true
        if (blocks.length > 0) text += "\n"
        blocks.push({ start: text.length, pos: pos + 1 })
        node.forEach((child) => { text += child.text ?? (child.type.name === "hard_break" ? "\n" : "\ufffc") })
        return false
    })
    const at = (offset: number): number => {
        const block = blocks.findLast(({ start }) => start <= offset)
        return block === undefined ? 0 : block.pos + offset - block.start
    }
    return { text, at }
}
