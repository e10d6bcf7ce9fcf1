import assert from "node:assert/strict"
import { test } from "node:test"

import type { Node as Doc } from "prosemirror-model"

import { endingAt, fieldNames, fieldsIn, filled } from "../src/editor/fields.ts"
import { plain } from "../src/editor/plain.ts"
import { schema } from "../src/editor/schema.ts"

const { doc, paragraph, blockquote, hard_break } = schema.nodes
const { strong } = schema.marks
const p = (...words: string[]): Doc => paragraph.create(null, words.map((word) => schema.text(word)))
const letter = (...blocks: Doc[]): Doc => doc.create(null, blocks)
const names = (text: Doc): string[] => fieldsIn(text).map(({ name }) => name)

test("fields are found where they stand, in their order", () => {
    const text = letter(p("Dear {{first_name}},"), p("{{ matter }} by {{deadline}}"))
    assert.deepEqual(names(text), ["first_name", "matter", "deadline"])
    for (const { from, to } of fieldsIn(text)) assert.match(text.textBetween(from, to), /^\{\{.*\}\}$/u)
})

test("a field is found although a part of it is bold, and behind a line break", () => {
    const half = paragraph.create(null, [hard_break.create(), schema.text("{{fir"), schema.text("st_name}}", [strong.create()])])
    const text = letter(half)
    assert.deepEqual(names(text), ["first_name"])
    assert.equal(plain(filled(text, new Map([["first_name", "Maya"]]))).trim(), "Maya")
})

test("what is quoted of another letter has no fields, and braces that hold nothing are none", () => {
    assert.deepEqual(names(letter(p("{{}} {x} {{a"), blockquote.create(null, [p("{{matter}}")]))), [])
    assert.deepEqual(fieldNames("About {{matter}}"), ["matter"])
})

test("fields get their values in the marks of the field, and the others stay", () => {
    const text = letter(paragraph.create(null, [schema.text("Dear "), schema.text("{{first_name}}", [strong.create()]), schema.text(", {{deadline}} or {{deadline}}")]))
    const done = filled(text, new Map([["first_name", "Maya"], ["deadline", " Friday\n noon "]]))
    assert.equal(plain(done), "Dear Maya, Friday noon or Friday noon")
    assert.equal(done.child(0).child(1).text, "Maya")
    assert.notEqual(strong.isInSet(done.child(0).child(1).marks), undefined)
    assert.deepEqual(names(filled(text, new Map([["first_name", "Maya"], ["deadline", " "]]))), ["deadline", "deadline"])
})

test("a value is text, whatever it looks like", () => {
    const done = filled(letter(p("{{matter}}")), new Map([["matter", "<b>R v Smith</b> {{deadline}}"]]))
    assert.equal(done.textContent, "<b>R v Smith</b> {{deadline}}")
    assert.deepEqual(names(done), ["deadline"])
})

test("an ending is known where the letter still ends with it", () => {
    const ending = letter(p("Ann Lee"), p("Hart & Co"))
    const whole = letter(p("Dear Maya"), p(), p("Ann Lee"), p("Hart & Co"))
    assert.equal(endingAt(whole, ending), whole.firstChild?.nodeSize)
    assert.equal(endingAt(letter(p("Dear Maya"), p("Ann Lee"), p("Hart & Co")), ending), null)
    assert.equal(endingAt(letter(p("Dear Maya"), p(), p("Ann Lee, partner"), p("Hart & Co")), ending), null)
})
