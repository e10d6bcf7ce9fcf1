import assert from "node:assert/strict"
import { test } from "node:test"

import { clock, dayMonth, longDate, shortDate } from "../src/dates.ts"

const day = new Date(2026, 10, 19, 14, 2)

test("dates read as people write them, without a comma after the weekday", () => {
    assert.equal(longDate(day), "Thursday 19 November 2026, 14:02")
    assert.equal(shortDate(day, new Date(2026, 11, 1)), "Thu 19 Nov, 14:02")
})

test("a date of another year has its year", () => {
    assert.match(shortDate(day, new Date(2027, 0, 2)), /2026/u)
})

test("an impossible time is a plain word, and no error", () => {
    for (const none of [new Date(Number.MAX_SAFE_INTEGER * 1000), new Date(Number.NaN)]) {
        for (const words of [clock, dayMonth, longDate, shortDate]) assert.equal(words(none), "an unknown time")
    }
})
