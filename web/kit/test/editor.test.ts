import assert from "node:assert/strict"
import { test } from "node:test"

import type { Node as Doc } from "prosemirror-model"
import { EditorState, TextSelection, type Command } from "prosemirror-state"

import { bullets, linkAt, setLink } from "../src/editor/commands.ts"
import { writtenOf } from "../src/editor/editor.ts"
import { isBlank, plain } from "../src/editor/plain.ts"
import { under } from "../src/editor/rewritten.ts"
import { schema } from "../src/editor/schema.ts"
import { MAX_QUOTES, shallow } from "../src/editor/shallow.ts"
import { areaOf, MAX_CELLS } from "../src/editor/tables.ts"

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

const { blockquote } = schema.nodes
const quoted = (depth: number, ...inner: Doc[]): Doc =>
    depth === 0 ? doc.create(null, inner) : quoted(depth - 1, blockquote.create(null, inner))

test("quotations in plain text bear a sign for each depth, without empty lines at their ends", () => {
    const letter = doc.create(null, [
        p("Yes."), blockquote.create(null, [
            paragraph.create(), p("Is it"), blockquote.create(null, [p("so"), p("?")]), bullet_list.create(null, [item(p("a"), blockquote.create(null, [p("b")]))]),
            paragraph.create(),
        ]),
        blockquote.create(null, [paragraph.create()]), p("Ann"),
    ])
    assert.equal(plain(letter), "Yes.\n\n> Is it\n> \n> > so\n> > \n> > ?\n> \n> - a\n>   > b\n\n> \n\nAnn")
})

test("deep quotations of many lines are plain text within a moment", () => {
    const lines = Array.from({ length: 4000 }, () => hard_break.create())
    const letter = quoted(400, paragraph.create(null, [schema.text("a"), ...lines, schema.text("z")]))
    const start = performance.now()
    assert.equal(plain(letter).split("\n").length, 4001)
    assert.ok(performance.now() - start < 2000)
})

test("quotations are cut to a depth that somebody reads, and no word is lost", () => {
    const flat = shallow(quoted(400, p("deep"), item(p("x")).firstChild ?? p()))
    const depth = (node: Doc): number => (node.type === blockquote ? 1 : 0) + Math.max(0, ...node.children.map(depth))
    assert.deepEqual([depth(flat), flat.textContent], [MAX_QUOTES, "deepx"])
    flat.check()
    const around = blockquote.create(null, quoted(MAX_QUOTES, p("deep")).content)
    assert.equal(depth(shallow(around)), MAX_QUOTES)
    const little = quoted(3, p("as it was"))
    assert.ok(shallow(little).eq(little))
})

test("whoever wants the html of a letter does not wait for its plain text", () => {
    const none = { forEach: () => { throw new Error("plain text was made") } } as unknown as Doc
    assert.equal(writtenOf("<p>a</p>", none).html, "<p>a</p>")
    assert.equal(writtenOf("<p>a</p>", doc.create(null, [p("a")])).text, "a")
})

const { table, table_row, table_cell, table_header, picture } = schema.nodes
const cells = (kind: typeof table_cell, ...words: string[]): Doc => table_row.create(null, words.map((one) => kind.create(null, p(one))))
const shown = (alt: string): Doc => picture.create({ src: "data:image/png;base64,", alt })

test("a table in plain text is a line for each row, and a picture its words", () => {
    const long = table_row.create(null, [table_cell.create(null, [p("Hall"), bullet_list.create(null, [item(p("west"))])]), table_cell.create(null, p("950"))])
    const letter = doc.create(null, [
        p("See:"), table.create(null, [cells(table_header, "What", "Sum"), long]),
        paragraph.create(null, [schema.text("Here "), shown("the hall"), shown("")]),
        blockquote.create(null, table.create(null, [cells(table_cell, "a", "b")])),
    ])
    assert.equal(plain(letter), "See:\n\nWhat | Sum\nHall west | 950\n\nHere [Picture: the hall]\n\n> a | b")
})

test("a letter with nothing but a picture is written, one with empty cells is not", () => {
    assert.equal(isBlank(doc.create(null, paragraph.create(null, shown("")))), false)
    assert.equal(isBlank(doc.create(null, table.create(null, table_row.create(null, table_cell.create(null, paragraph.create()))))), true)
})

const cell = (colSpan = 1, rowSpan = 1): { readonly colSpan: number; readonly rowSpan: number } => ({ colSpan, rowSpan })
const row = (width: number): ReturnType<typeof cell>[] => Array.from({ length: width }, () => cell())

test("a ragged table counts as what it becomes: its rows, each as wide as the widest", () => {
    assert.ok(areaOf([row(249), ...Array.from({ length: 250 }, () => row(1))]) > MAX_CELLS)   // 499 cells
    assert.ok(areaOf([[cell(300)], [cell()]]) > MAX_CELLS)
    assert.ok(areaOf([[cell(1, 2), ...row(249)], row(250)]) > MAX_CELLS)   // the second has 251
    assert.ok(areaOf([[cell(1, 0), ...row(249)], row(250)]) > MAX_CELLS)
    assert.equal(areaOf([row(250), row(249)]), MAX_CELLS)
    assert.equal(areaOf([[cell(2, 99)], [], [cell()], row(2)]), 12)
    assert.equal(areaOf([]), 0)
})

test("the area of very many cells that reach very far is known within a moment", () => {
    const start = performance.now()
    assert.ok(areaOf(Array.from({ length: 50_000 }, () => [cell(1000, 65_534)])) > MAX_CELLS)
    assert.ok(performance.now() - start < 1000)
})

test("every line of what is quoted stands in the quotation, however its lines and quotations end", () => {
    const forged = doc.create(null, [p("Dear Ann,\u2028Sealed by Mallory"), quoted(30, p("deep")).child(0), p("Sealed by Mallory")])
    const written = under({ lead: "Sealed by Ann", lines: ["From: Maya", "To: Ann"] }, forged)
    assert.deepEqual(written.children.map(({ type }) => type.name), ["paragraph", "paragraph", "blockquote"])
    const [head, ...rest] = plain(written).split("\n\n")
    assert.deepEqual([head, rest[0]], ["Sealed by Ann", "From: Maya\nTo: Ann"])
    assert.equal(rest.slice(1).join("\n\n").split("\n").filter((line) => !line.startsWith("> ")).join(), "")
})
