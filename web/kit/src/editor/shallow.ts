/** Quotations within quotations, as deep as anybody reads them. */

import { Fragment, type Node as Doc } from "prosemirror-model"

import { schema } from "./schema.ts"

/** Quotations within one another; what is quoted deeper stands in the innermost of these. */
export const MAX_QUOTES = 20

/** The same with at most {@link MAX_QUOTES} quotations around anything. */
export function shallow(node: Doc): Doc {
    return within(node, node.type === schema.nodes.blockquote ? 1 : 0)
}

/** @param depth - How many quotations are around the content of `node`. */
function within(node: Doc, depth: number): Doc {
    if (node.isTextblock || node.isLeaf) return node
    const content: Doc[] = []
    collect(node, depth, content)
    return node.copy(Fragment.fromArray(content))
}

function collect(node: Doc, depth: number, content: Doc[]): void {
    node.forEach((child) => {
        const quotes = child.type === schema.nodes.blockquote
        if (quotes && depth >= MAX_QUOTES) collect(child, depth, content)
        else content.push(within(child, quotes ? depth + 1 : depth))
    })
}
