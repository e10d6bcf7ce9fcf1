import assert from "node:assert/strict"
import { test } from "node:test"

import type { Node as Doc } from "prosemirror-model"
import { EditorState, TextSelection, type Command } from "prosemirror-state"

import { bullets, linkAt, setLink } from "../src/editor/commands.ts"
import { plain } from "../src/editor/editor.ts"
import { schema } from "../src/editor/schema.ts"

const { doc, paragraph, bullet_list, ordered_list, list_item, hard_break } = schema.nodes
const p = (...words: string[]): Doc => paragraph.create(null, words.map((word) => schema.text(word)))
const item = (...blocks: Doc[]): Doc => list_item.create(null, blocks)

function run(state: EditorState, command: Command): EditorState {
    let after = state
    command(state, (transaction) => { after = state.apply(transaction) })
    return after
}

const selected = (document: Doc, from: number, to = from): EditorState => {
    const state = EditorState.create({ doc: document })
    return state.apply(state.tr.setSelection(TextSelection.create(state.doc, from, to)))
}

test("a letter as plain text keeps its paragraphs, lists and lines", () => {
    const letter = doc.create(null, [
        p("Dear Maya,"),
        ordered_list.create(null, [item(p("Read")), item(p("Sign"), bullet_list.create(null, [item(p("page 3"))]))]),
        paragraph.create(null, [schema.text("Regards"), hard_break.create(), schema.text("Ann")]),
    ])
    assert.equal(plain(letter), "Dear Maya,\n\n1. Read\n2. Sign\n  - page 3\n\nRegards\nAnn")
})

test("a link in plain text shows where it leads", () => {
    const link = schema.marks.link.create({ href: "https://hart.example" })
    const letter = doc.create(null, [paragraph.create(null, [schema.text("our page", [link])])])
    assert.equal(plain(letter), "our page (https://hart.example)")
})

test("List makes a list, and again ends it", () => {
    const listed = run(selected(doc.create(null, [p("Read")]), 2), bullets)
    assert.equal(listed.doc.firstChild?.type, bullet_list)
    assert.equal(run(listed, bullets).doc.firstChild?.type, paragraph)
})

test("a link is put on what is selected, found at the cursor, and taken away whole", () => {
    const linked = run(selected(doc.create(null, [p("see our page")]), 5, 13), setLink("https://hart.example"))
    const inside = linked.apply(linked.tr.setSelection(TextSelection.create(linked.doc, 8)))
    assert.equal(linkAt(inside), "https://hart.example")
    assert.equal(run(inside, setLink(null)).doc.rangeHasMark(0, 13, schema.marks.link), false)
})
