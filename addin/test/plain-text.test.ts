/** A letter as lines, and the way back from a character to its place in the editor. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { schema } from "@letterlock/kit/editor/schema"

import { flat } from "../taskpane/plain-text.ts"

const { doc, paragraph, blockquote, bullet_list: list, list_item: item, hard_break: line } = schema.nodes
const says = (text: string): ReturnType<typeof paragraph.create> => paragraph.create(null, schema.text(text))

const LETTER = doc.create(null, [
    says("Dear Maya,"),
    blockquote.create(null, says("You wrote this.")),
    list.create(null, [item.create(null, says("first")), item.create(null, says("second"))]),
    paragraph.create(null, [schema.text("one"), line.create(), schema.text("two")]),
])

void test("a line for each paragraph, and nothing that is quoted", () => {
    assert.equal(flat(LETTER).text, "Dear Maya,\nfirst\nsecond\none\ntwo")
})

void test("each character leads back to where it stands", () => {
    const { text, at } = flat(LETTER)
    for (const word of ["Dear", "Maya", "first", "second", "one", "two"]) {
        const start = text.indexOf(word)
        assert.equal(LETTER.textBetween(at(start), at(start + word.length)), word)
    }
})
