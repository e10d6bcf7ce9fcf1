/** What keys do in a table, and how large it may grow. */

import { keydownHandler } from "prosemirror-keymap"
import { type Command, type EditorState, Plugin, Selection, type Transaction } from "prosemirror-state"
import { goToNextCell, isInTable, tableEditing, TableMap } from "prosemirror-tables"

import type { schema } from "../schema.ts"
import { MAX_CELLS } from "../tables.ts"

type Doc = EditorState["doc"]
type Side = -1 | 1

/** @param large - Called when a change was refused since a table would have too many cells. */
export function tablePlugins(large: () => void): readonly Plugin[] {
    return [
        new Plugin({
            props: { handleKeyDown: keydownHandler({ "Tab": step(1), "Shift-Tab": step(-1), "Escape": leave(1) }) },
            filterTransaction: (transaction, state) => {
                if (!transaction.docChanged || largest(transaction.doc) <= Math.max(MAX_CELLS, largest(state.doc))) return true
                large()
                return false
            },
            appendTransaction: (_transactions, _old, state) => lineBelow(state),
        }),
        tableEditing(),
    ]
}

/** To the next cell; from the last one out of the table. */
const step = (side: Side): Command => (state, dispatch, view) =>
    isInTable(state) && (goToNextCell(side)(state, dispatch) || leave(side)(state, dispatch, view))

/** To the line above or below the table, which is made if there is none. */
export const leave = (side: Side): Command => (state, dispatch) => {
    const { $from } = state.selection
    const depth = [...Array($from.depth).keys()].map((at) => at + 1).find((at) => $from.node(at).type.name === "table")
    if (depth === undefined) return false
    const at = side === 1 ? $from.after(depth) : $from.before(depth)
    const { tr } = state
    const there = Selection.findFrom(tr.doc.resolve(at), side, true)
    if (there === null) {
        const { nodes } = state.schema as typeof schema
        tr.insert(at, nodes.paragraph.create())
        tr.setSelection(Selection.near(tr.doc.resolve(at + 1), 1))
    } else tr.setSelection(there)
    dispatch?.(tr.scrollIntoView())
    return true
}

/** A table at the end could not be left by pointer. */
function lineBelow(state: EditorState): Transaction | null {
    const { doc, schema: { nodes }, tr } = state
    return doc.lastChild?.type.name === "table" ? tr.insert(doc.content.size, (nodes as typeof schema.nodes).paragraph.create()) : null
}

/** Cells of the largest table. */
function largest(doc: Doc): number {
    let most = 0
    doc.descendants((node) => {
        if (node.type.name !== "table") return !node.isTextblock
        const { width, height } = TableMap.get(node)
        most = Math.max(most, width * height)
        return false
    })
    return most
}
