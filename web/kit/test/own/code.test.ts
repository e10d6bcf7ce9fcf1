import assert from "node:assert/strict"
import { test } from "node:test"

import { groupsOf, isTypedBack, pickGroups } from "../../src/own/index.ts"

const CODE = "AAAS-EA2E-AWDA-QCAK-BJFS-2DJQ-B62J"

void test("a code has seven groups, of which two are asked for in their order", () => {
    assert.equal(groupsOf(CODE).length, 7)
    for (let each = 0; each < 200; each += 1) {
        const [first, second] = pickGroups(7)
        assert.ok(first >= 0 && first < second && second < 7)
    }
})

void test("each pair is as likely as any other", () => {
    const counts = new Map<string, number>()
    const draws = 21_000
    for (let each = 0; each < draws; each += 1) {
        const pair = pickGroups(7).join()
        counts.set(pair, (counts.get(pair) ?? 0) + 1)
    }
    assert.equal(counts.size, 21)
    // A thousand each, give or take six times the deviation of a fair draw: wrong once in some ten million runs.
    for (const count of counts.values()) assert.ok(Math.abs(count - draws / 21) < 6 * Math.sqrt(draws / 21), String(count))
})

void test("two groups typed back count as people type them, and no others do", () => {
    assert.ok(isTypedBack(CODE, [1, 6], ["ea2e", " B6 2J "]))
    assert.ok(isTypedBack(CODE, [1, 6], ["EA2E-", "b62j"]))
    assert.ok(!isTypedBack(CODE, [1, 6], ["b62j", "ea2e"]))
    assert.ok(!isTypedBack(CODE, [1, 6], ["ea2e", ""]))
    assert.ok(!isTypedBack(CODE, [1, 6], ["ea2f", "b62j"]))
})
