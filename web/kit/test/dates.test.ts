import assert from "node:assert/strict"
import { test } from "node:test"

import { longDate, shortDate } from "../src/dates.ts"

const day = new Date(2026, 10, 19, 14, 2)

test("dates read as people write them, without a comma after the weekday", () => {
    assert.equal(longDate(day), "Thursday 19 November 2026, 14:02")
    assert.equal(shortDate(day, new Date(2026, 11, 1)), "Thu 19 Nov, 14:02")
})

test("a date of another year has its year", () => {
    assert.match(shortDate(day, new Date(2027, 0, 2)), /2026/u)
})
