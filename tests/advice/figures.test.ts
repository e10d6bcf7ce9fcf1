/** The table that says which rules are on holds what is measured on letters that no rule was tuned on. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { advise, ALL, isOn, LEAST } from "../../addin/advice/advise.ts"
import figures from "../../addin/advice/data/figures.json" with { type: "json" }
import type { Language } from "../../addin/advice/letter.ts"
import { held, houseOf, labelled, letterOf, measured, type Labelled } from "./measure.ts"

const LANGUAGES: readonly Language[] = ["en", "de"]
const now = measured()

void test("the table holds what is measured", () => {
    assert.deepEqual(figures, now)
})

void test("each rule that is on was right four times of five, and each other is off", () => {
    for (const language of LANGUAGES) {
        for (const rule of ALL) {
            const { right, wrong } = now[language][rule]
            assert.equal(isOn(rule, language), right + wrong > 0 && right / (right + wrong) >= LEAST, `${language} ${rule}`)
        }
    }
})

void test("there are two hundred letters of each language, and the measured ones are its second hundred", () => {
    for (const language of LANGUAGES) {
        assert.equal(labelled(language).length, 200)
        assert.deepEqual(held(language).map(({ id }) => id), labelled(language).slice(100).map(({ id }) => id))
    }
})

void test("a rule that is off says nothing", () => {
    const off = LANGUAGES.flatMap((language) => ALL.filter((rule) => !isOn(rule, language)).map((rule) => ({ language, rule })))
    assert.notEqual(off.length, 0)
    for (const { language, rule } of off) {
        const said = labelled(language).flatMap((one: Labelled) => advise(letterOf(one), { house: houseOf(one), language, never: new Set() }))
        assert.equal(said.some((advice) => advice.rule === rule), false, `${language} ${rule}`)
    }
})
