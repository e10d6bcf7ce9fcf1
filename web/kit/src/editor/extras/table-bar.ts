/** The bar of tables: how large a new one is to be, and what can be changed on the one that the cursor is in. */

import { type Command, type EditorState, TextSelection } from "prosemirror-state"
import {
    addColumnAfter, addColumnBefore, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable, isInTable, selectedRect,
    toggleHeaderRow,
} from "prosemirror-tables"

import { element } from "../../dom.ts"
import type { ExtrasHost } from "../extras.ts"
import type { schema } from "../schema.ts"
import { fieldClass, iconButton, roam } from "./parts.ts"
import { WORDS } from "./words.ts"

const MOST = { columns: 6, rows: 10 } as const
const FIRST = { columns: 3, rows: 3 } as const

/** Row and column buttons for the table that the cursor is in. */
export function tableBar(host: ExtrasHost): HTMLElement {
    const button = (drawing: string, words: string, command: Command): HTMLButtonElement =>
        iconButton(drawing, words, () => { change(host, command) })
    const line = element("span", { class: "sep" })
    const bar = element("div", { class: "changing", role: "toolbar", "aria-label": WORDS.table },
        button("row-above", WORDS.rowAbove, addRowBefore), button("row-below", WORDS.rowBelow, addRowAfter),
        button("row-remove", WORDS.rowRemove, deleteRow), line,
        button("column-left", WORDS.columnLeft, addColumnBefore), button("column-right", WORDS.columnRight, addColumnAfter),
        button("column-remove", WORDS.columnRemove, deleteColumn), line.cloneNode(),
        button("heading-row", WORDS.heading, toggleHeaderRow), button("bin", WORDS.tableRemove, deleteTable))
    roam(bar)
    bar.addEventListener("keydown", (event) => { if (event.key === "Escape") host.view.focus() })
    return bar
}

/** A row or column that is the only one goes with its table. */
function change(host: ExtrasHost, command: Command): void {
    const { view } = host
    const all = (command === deleteRow || command === deleteColumn) && isWhole(view.state, command)
    ;(all ? deleteTable : command)(view.state, (tr) => { view.dispatch(tr) })
    view.focus()
    if (!isInTable(view.state)) host.tell(WORDS.removed)
    else if (command !== toggleHeaderRow) {
        const { map: { width, height } } = selectedRect(view.state)
        host.tell(WORDS.size(height, width))
    }
}

function isWhole(state: EditorState, command: Command): boolean {
    const { top, bottom, left, right, map } = selectedRect(state)
    return command === deleteRow ? bottom - top === map.height : right - left === map.width
}

/** Asks how large a new table is to be. `done` is called when it is in, or is not wanted. */
export function tableForm(host: ExtrasHost, done: () => void): HTMLFormElement {
    const columns = choice(WORDS.columns, 2, MOST.columns, FIRST.columns)
    const rows = choice(WORDS.rows, 1, MOST.rows, FIRST.rows)
    const form = element("form", { class: "asking", "aria-label": WORDS.table }, columns, rows,
        element("button", { class: "btn", type: "submit" }, WORDS.insert), iconButton("close", WORDS.close, () => { away() }),
        element("p", { class: "tiny mute" }, WORDS.keys))
    const away = (): void => {
        done()
        host.view.focus()
    }
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        const value = (label: HTMLElement): number => Number(label.querySelector("select")?.value)
        insert(host, value(rows), value(columns))
        away()
    })
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") away() })
    return form
}

function choice(words: string, least: number, most: number, first: number): HTMLLabelElement {
    const options = Array.from({ length: most - least + 1 }, (_, at) => String(at + least)).map((value) => {
        const option = element("option", { value }, value)
        option.selected = Number(value) === first
        return option
    })
    return element("label", {}, element("span", {}, words), element("select", { class: fieldClass() }, ...options))
}

function insert({ view, tell }: ExtrasHost, height: number, width: number): void {
    const { tr, schema: { nodes } } = view.state
    const { table, table_row: row, table_header: head, table_cell: cell, paragraph } = nodes as typeof schema.nodes
    const rowOf = (kind: typeof head): ReturnType<typeof row.create> =>
        row.create(null, Array.from({ length: width }, () => kind.create(null, paragraph.create())))
    const made = table.create(null, [rowOf(head), ...Array.from({ length: height - 1 }, () => rowOf(cell))])
    const at = tr.selection.from
    tr.replaceSelectionWith(made, false)
    tr.doc.nodesBetween(Math.max(0, at - 2), Math.min(tr.doc.content.size, at + 2), (node, pos) => {
        if (node.eq(made)) tr.setSelection(TextSelection.create(tr.doc, pos + 4))   // table, row, cell, paragraph
        return true
    })
    view.dispatch(tr.scrollIntoView())
    tell(`${WORDS.size(height, width)} ${WORDS.keys}`)
}
