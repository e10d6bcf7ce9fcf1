/** Merge fields such as {{first_name}} in a letter, and what stands under every letter. */

import { type Node as Doc, Slice } from "prosemirror-model"
import { EditorState, Selection, TextSelection } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"

import { sanitise } from "../sanitise.ts"
import { documentOf } from "./paste.ts"
import { schema } from "./schema.ts"

/** What stands between double braces, and where. */
export interface Field {
    readonly name: string
    readonly from: number
    readonly to: number
}

const FIELD = /\{\{(?<name>[^{}\n]{1,80})\}\}/gu

/** Names of fields in plain text. */
export const fieldNames = (text: string): string[] => [...text.matchAll(FIELD)].map(({ groups }) => (groups?.["name"] ?? "").trim())

/** All fields in their order; what is quoted of other letters is left out. */
export function fieldsIn(doc: Doc): Field[] {
    const found: Field[] = []
    doc.descendants((node, position) => {
        if (node.type === schema.nodes.blockquote) return false
        if (!node.isTextblock) return true
        const text = node.textBetween(0, node.content.size, undefined, "\ufffc")   // as long as the positions say
        for (const { 0: whole, index, groups } of text.matchAll(FIELD)) {
            const from = position + 1 + index
            found.push({ name: (groups?.["name"] ?? "").trim(), from, to: from + whole.length })
        }
        return false
    })
    return found
}

/** The same with values in the place of the fields that have one, in the marks of the field. */
export function filled(doc: Doc, values: ReadonlyMap<string, string>): Doc {
    const { tr } = EditorState.create({ doc })
    for (const { name, from, to } of fieldsIn(doc).reverse()) {   // from the end: what stands before stays where it is
        const value = values.get(name)?.replace(/\s+/gu, " ").trim() ?? ""
        if (value !== "") tr.insertText(value, from, to)
    }
    return tr.doc
}

/** The names of a template's fields, each once. */
export const fieldsOf = (html: string): string[] => [...new Set(fieldsIn(documentOf(sanitise(html))).map(({ name }) => name))]

/** Put a template at the cursor, filled; the cursor goes to the first field that is left, or behind it. Html is sanitised. */
export function insertFilled(view: EditorView, html: string, values: ReadonlyMap<string, string>): void {
    const { tr } = view.state
    const { from, to } = tr.selection
    tr.replaceSelection(new Slice(filled(documentOf(sanitise(html)), values).content, 0, 0))
    const [start, end] = [tr.mapping.map(from, -1), tr.mapping.map(to, 1)]
    const left = fieldsIn(tr.doc).find((field) => field.from >= start && field.to <= end)
    tr.setSelection(left === undefined ? Selection.near(tr.doc.resolve(Math.min(end, tr.doc.content.size)), -1) : TextSelection.create(tr.doc, left.from, left.to))
    view.dispatch(tr.scrollIntoView())
    view.focus()
}

/** A signature and the firm's line below it as one document; null where both are empty. */
export function endingOf(html: string, line: string): Doc | null {
    const { doc, paragraph } = schema.nodes
    const signature = documentOf(sanitise(html))
    const nodes = [...(signature.textContent.trim() === "" ? [] : signature.children), ...(line === "" ? [] : [paragraph.create(null, schema.text(line))])]
    return nodes.length === 0 ? null : doc.create(null, nodes)
}

/** Put an ending below everything, under an empty line. The cursor stays, and undo does not take it away. */
export function appendEnding(view: EditorView, ending: Doc): void {
    const { doc, tr } = view.state
    view.dispatch(tr.insert(doc.content.size, [schema.nodes.paragraph.create(), ...ending.children]).setMeta("addToHistory", false))
}

/** Take an ending away that nobody has changed, with the empty line over it. */
export function removeEnding(view: EditorView, ending: Doc): void {
    const { doc, tr } = view.state
    const from = endingAt(doc, ending)
    if (from !== null) view.dispatch(tr.delete(from, doc.content.size).setMeta("addToHistory", false))
}

/** What stands above an ending; null where the document does not end like that. */
export function beforeEnding(doc: Doc, ending: Doc): Doc | null {
    const at = endingAt(doc, ending)
    return at === null ? null : doc.cut(0, at)
}

/** Where it begins, empty line and all; null where the document does not end like that. */
export function endingAt(doc: Doc, ending: Doc): number | null {
    const nodes = [schema.nodes.paragraph.create(), ...ending.children]
    const tail = doc.children.slice(-nodes.length)
    const isSame = tail.length === nodes.length && nodes.every((node, index) => tail[index]?.eq(node) === true)
    return isSame ? doc.content.size - nodes.reduce((sum, node) => sum + node.nodeSize, 0) : null
}
