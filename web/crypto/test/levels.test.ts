import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { checkMinimum, leastFor, LEVEL_REFUSALS, levelOf, LevelRefused, type LevelRefusal } from "../src/levels.ts"
import { LEVELS } from "../src/lookup.ts"
import { vectors } from "./vectors.ts"

const { refusals, shown: cases, refuse, minimum, least, readers } = vectors("levels.json")
const of = (code: LevelRefusal) => (error: Error): boolean => error instanceof LevelRefused && error.code === code

describe("the level of a letter", () => {
    for (const { name, letter, shown } of cases) {
        it(`is ${shown.level}: ${name}`, () => {
            assert.deepEqual(levelOf(letter), shown)
        })
    }

    for (const { name, code, letter } of refuse) {
        it(`is refused as ${code}: ${name}`, () => {
            assert.throws(() => levelOf(letter), of(code))
        })
    }

    it("has the sentences of the vectors", () => {
        assert.deepEqual(LEVEL_REFUSALS, refusals)
    })

    it("never rises by one more grant", () => {
        const level = fc.constantFrom(...LEVELS)
        const grant = fc.record({ role: fc.constantFrom("hidden", "late", "delegate", "bulk" as const), level })
        fc.assert(fc.property(level, level, fc.array(grant), grant, (own, reader, grants, more) => {
            const listed = [{ role: "sender", level: own, waiting: false }, { role: "to", level: reader, waiting: false }] as const
            const letter = { custody: "self-held", stated: null, readers: listed, grants, now: null } as const
            const after = levelOf({ ...letter, grants: [...grants, more] }).level
            return LEVELS.indexOf(after) <= LEVELS.indexOf(levelOf(letter).level) && LEVELS.indexOf(after) <= LEVELS.indexOf(more.level)
        }))
    })
})

describe("the least level", () => {
    for (const { address, level } of least) {
        it(`of ${address} is ${level}`, () => {
            assert.equal(leastFor(minimum, address), level)
        })
    }

    for (const { name, readers: given, allowed } of readers) {
        it(`${allowed ? "allows" : "refuses"}: ${name}`, () => {
            if (allowed) checkMinimum(minimum, given)
            else assert.throws(() => { checkMinimum(minimum, given) }, of("level-below"))
        })
    }
})
