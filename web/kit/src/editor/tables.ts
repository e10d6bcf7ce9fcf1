/** Tables of other programs as a letter can hold them: none within another, heads in the first row only, not too many cells. */

import type { Node as Doc } from "prosemirror-model"

/** What a table may cover: its rows times its widest, merged cells counted as what they cover. */
export const MAX_CELLS = 500

const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, li, blockquote, pre"

/** Mend every table in `place`. Whether one was too large and stands as lines now. */
export function mendTables(place: ParentNode): boolean {
    let large = false
    // Innermost first: a table in a cell is lines already when its own row is looked at.
    for (const table of [...place.querySelectorAll("table")].reverse()) {
        const isInner = table.parentElement?.closest("table") != null
        const isLarge = areaOf([...table.rows].map((row) => [...row.cells])) > MAX_CELLS
        large ||= isLarge && !isInner
        titles(table)
        const cells = [...table.rows].flatMap((row) => [...row.cells])
        if (cells.length < 2 && !isInner) table.replaceWith(...(cells[0]?.childNodes ?? []))   // it only placed something
        else if (isInner || isLarge) table.replaceWith(...rows(table))
        else mend(table)
    }
    return large
}

/** Captions stand over the table, whatever becomes of it. */
function titles(table: HTMLTableElement): void {
    for (const caption of [...table.children].filter(({ localName }) => localName === "caption")) {
        const title = table.ownerDocument.createElement("p")
        title.append(...caption.childNodes)
        caption.remove()
        table.before(title)
    }
}

function mend(table: HTMLTableElement): void {
    const own = table.ownerDocument
    const [first, ...others] = [...table.rows].filter((row) => row.cells.length > 0)
    for (const row of [...table.rows]) if (row.cells.length === 0) row.remove()
    for (const row of others) {
        for (const head of row.querySelectorAll("th")) {
            const cell = own.createElement("td")
            cell.colSpan = head.colSpan
            cell.rowSpan = head.rowSpan
            cell.append(...head.childNodes)
            head.replaceWith(cell)
        }
    }
    const height = others.length + 1
    for (const [at, row] of [first, ...others].entries()) {
        for (const cell of row?.cells ?? []) cell.rowSpan = cell.rowSpan === 0 ? height - at : Math.min(cell.rowSpan, height - at)
    }
}

/** Cells of a table once every row is as wide as the widest, as the editor makes it; infinite where that is over {@link MAX_CELLS}. */
export function areaOf(rows: readonly (readonly Pick<HTMLTableCellElement, "colSpan" | "rowSpan">[])[]): number {
    const full = rows.filter((cells) => cells.length > 0)
    const widths = full.map(() => 0)
    for (const [at, cells] of full.entries()) {
        for (const { colSpan, rowSpan } of cells) {
            const end = rowSpan === 0 ? full.length : Math.min(at + rowSpan, full.length)   // 0: as far as the table goes
            for (let row = at; row < end; row += 1) {
                const width = (widths[row] ?? 0) + colSpan
                if (width * full.length > MAX_CELLS) return Infinity   // also ends the count soon
                widths[row] = width
            }
        }
    }
    return Math.max(0, ...widths) * full.length
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

/** Whether a document has a table. */
export function hasTable(doc: Doc): boolean {
    let found = false
    doc.descendants((node) => {
        found ||= node.type.name === "table"
        return !found && !node.isTextblock
    })
    return found
}
