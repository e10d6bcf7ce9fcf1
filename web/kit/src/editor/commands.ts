/** What the toolbar and the keys do. */

import { toggleMark } from "prosemirror-commands"
import { redo, undo } from "prosemirror-history"
import type { MarkType, NodeType } from "prosemirror-model"
import { liftListItem, wrapInList } from "prosemirror-schema-list"
import { type Command, type EditorState, TextSelection } from "prosemirror-state"

import { schema } from "./schema.ts"

export const bold = toggleMark(schema.marks.strong)
export const italic = toggleMark(schema.marks.em)
export { redo, undo }

/** Make the selected paragraphs a list, or end the list they are in. */
export const bullets: Command = (state, dispatch, view) => {
    const command = isIn(state, schema.nodes.bullet_list)
        ? liftListItem(schema.nodes.list_item)
        : wrapInList(schema.nodes.bullet_list)
    return command(state, dispatch, view)
}

/** Link the selected words to `href`, or write `href` itself where nothing is selected; null takes links away. */
export function setLink(href: string | null): Command {
    return (state, dispatch) => {
        const { from, to } = linked(state)
        if (href === null && from === to) return false
        if (dispatch) {
            const change = state.tr.removeMark(from, to, schema.marks.link)
            if (href !== null) {
                const mark = schema.marks.link.create({ href })
                if (from === to) change.insert(from, schema.text(href, [mark]))
                else change.addMark(from, to, mark)
            }
            dispatch(change.scrollIntoView())
        }
        return true
    }
}

/** The link at the selection, for the toolbar's field. */
export function linkAt(state: EditorState): string | null {
    const { $from, from, to, empty } = state.selection
    if (empty) return hrefOf(schema.marks.link.isInSet($from.marks()))
    let found: string | null = null
    state.doc.nodesBetween(from, to, (node) => { found ??= hrefOf(schema.marks.link.isInSet(node.marks)) })
    return found
}

export function isMarked(state: EditorState, mark: MarkType): boolean {
    const { from, $from, to, empty } = state.selection
    if (empty) return mark.isInSet(state.storedMarks ?? $from.marks()) !== undefined
    return state.doc.rangeHasMark(from, to, mark)
}

export function isIn(state: EditorState, kind: NodeType): boolean {
    const { $from } = state.selection
    for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === kind) return true
    return false
}

const hrefOf = (mark: { readonly attrs: Record<string, unknown> } | undefined): string | null =>
    mark === undefined ? null : String(mark.attrs["href"])

/** The selection, or with none the whole link around the cursor. */
function linked(state: EditorState): { from: number; to: number } {
    const { selection } = state
    if (!(selection instanceof TextSelection) || !selection.empty) return { from: selection.from, to: selection.to }
    const href = linkAt(state)
    let [from, to] = [selection.from, selection.to]
    if (href === null) return { from, to }
    const start = selection.$from.start()
    selection.$from.parent.forEach((node, offset) => {
        const at = start + offset
        const inside = at <= selection.from && selection.from <= at + node.nodeSize
        if (inside && hrefOf(schema.marks.link.isInSet(node.marks)) === href) [from, to] = [at, at + node.nodeSize]
    })
    return { from, to }
}
