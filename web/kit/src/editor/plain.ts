/** A letter without markup, made in one pass: each line knows from the start what stands before it. */

import type { Node as Doc } from "prosemirror-model"

import { schema } from "./schema.ts"

interface Line {
    /** Signs of the quotes and lists that it stands in. */
    readonly lead: string
    readonly text: string
}

/**
 * A line per paragraph, an empty line between paragraphs, "- " or "1. " before list items, "> " before quoted lines; a line
 * per row of a table, with " | " between its cells; "[Picture: …]" for a picture that has words (objects.md section 3.1).
 */
export function plain(doc: Doc): string {
    const lines: Line[] = []
    flow(doc, "", lines)
    return lines.map(({ lead, text }) => lead + text).join("\n").trim()
}

/** Whether nothing was written: no word and no picture. */
export function isBlank(doc: Doc): boolean {
    let blank = doc.textContent.trim() === ""
    doc.descendants((node) => {
        if (node.type === schema.nodes.picture) blank = false
        return blank
    })
    return blank
}

/** Blocks with an empty line between them, and none at either end. */
function flow(parent: Doc, lead: string, lines: Line[]): void {
    const start = lines.length
    parent.forEach((node, _offset, index) => {
        if (index > 0) lines.push({ lead, text: "" })
        block(node, lead, lines)
    })
    const isBlank = (line: Line | undefined): boolean => line?.lead === lead && line.text.trim() === ""
    while (lines.length > start && isBlank(lines.at(-1))) lines.pop()
    let first = start
    while (isBlank(lines[first])) first += 1
    lines.splice(start, first - start)
}

/** @param sign - What leads the first line, if not `lead`. */
function block(node: Doc, lead: string, lines: Line[], sign = lead): void {
    if (node.type === schema.nodes.paragraph) {
        line(node).split(BREAK).forEach((text, index) => { lines.push({ lead: index === 0 ? sign : lead, text }) })
    } else if (node.type === schema.nodes.blockquote) {
        const start = lines.length
        flow(node, `${lead}> `, lines)
        if (lines.length === start) lines.push({ lead: `${lead}> `, text: "" })
    } else if (node.type === schema.nodes.table) {
        node.forEach((row, _offset, index) => { lines.push({ lead: index === 0 ? sign : lead, text: row.children.map(inOneLine).join(" | ") }) })
    } else {
        node.forEach((item, _offset, index) => {
            const bullet = node.type === schema.nodes.ordered_list ? `${String(index + 1)}. ` : "- "
            item.forEach((part, _at, nth) => { block(part, `${lead}  `, lines, nth === 0 ? lead + bullet : undefined) })
        })
    }
}

/** All that some program shows as the end of a line: none may lead out of a quotation. */
const BREAK = /[\n\v\f\r\u0085\u2028\u2029]/u

function inOneLine(cell: Doc): string {
    const lines: Line[] = []
    flow(cell, "", lines)
    return lines.map(({ text }) => text).join(" ").replace(/\s+/gu, " ").trim()
}

function line(paragraph: Doc): string {
    let text = ""
    paragraph.forEach((node) => {
        if (node.type === schema.nodes.hard_break) text += "\n"
        if (node.type === schema.nodes.picture && node.attrs["alt"] !== "") text += `[Picture: ${String(node.attrs["alt"])}]`
        const words = node.text ?? ""
        const href = schema.marks.link.isInSet(node.marks)?.attrs["href"] as string | undefined
        text += href === undefined || href === words ? words : `${words} (${href})`
    })
    return text
}
