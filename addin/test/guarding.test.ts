/** What the guard handed over, as the pane reads it. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { openedBecause } from "../guard/words.ts"
import { whyOf } from "../taskpane/guarding.ts"

void test("reads the guard's reasons as text, and as what newer Outlooks give", () => {
    const given = { letterlock: 1, why: ["outside", "iban"] }
    assert.deepEqual(whyOf(JSON.stringify(given)), ["outside", "iban"])
    assert.deepEqual(whyOf(given), ["outside", "iban"])
})

void test("a button's opening, another add-in's context and rubbish are no reason", () => {
    for (const context of [undefined, null, "", "{", "[]", "1", '{"why":["iban"]}', { letterlock: 1, why: "iban" }, { letterlock: 1, why: [1] }])
        assert.deepEqual(whyOf(context), [])
})

void test("says them in one line, each once, and a reason that it does not know in general", () => {
    assert.equal(openedBecause(["iban"]), "Outlook held this message back: it holds a bank account number (IBAN). What you send from here goes sealed.")
    assert.match(openedBecause(["word", "word", "domain"]), /: it names something your firm wants sealed and it goes to a client whose/)
    assert.match(openedBecause(["new"]), /: a rule of your firm\./)
})
