import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { plainPrimitives } from "../src/age/plain.ts"
import { bestPrimitives } from "../src/age/primitives.ts"
import { CONTROLS } from "./age/controls.ts"
import { DOOR, expectedAtTheDoor } from "./age/door.ts"
import { atTheDoor, deviation, HUGE, outcome, suite } from "./age/suite.ts"
import { maya } from "./people.ts"

const all = await suite()
const small = all.filter((file) => file.bytes.length < HUGE)
const best = await bestPrimitives()

describe("the public test-suite of age", () => {
    it("has 143 files, of which 33 are armored and so pass the age package first", () => {
        assert.equal(all.length, 143)
        const armored = all.filter((file) => file.armored)
        assert.equal(armored.length, 33)
        assert.ok(armored.every(({ name }) => name.startsWith("armor_")), armored.map(({ name }) => name).join(", "))
    })

    for (const file of all) {
        it(`${file.name} ends with ${file.expect}: whole, in pieces, byte by byte, by plain arithmetic`, async () => {
            assert.equal(await deviation(file, "whole", plainPrimitives), null)
            assert.equal(await deviation(file, 1000, plainPrimitives), null)
            // Millions of single bytes take a minute: those are under `make prove`.
            if (file.bytes.length < HUGE) assert.equal(await deviation(file, 1, plainPrimitives), null)
        })
    }

    it("ends the same with what this platform has of its own", async () => {
        assert.notEqual(best.kdf, plainPrimitives.kdf)
        for (const file of small) assert.equal(await deviation(file, 1000, best), null)
    })

    for (const { name, read, caught } of CONTROLS) {
        it(`catches a reader that ${name}`, async () => {
            const found = await Promise.all(small.map(async (file) => deviation(file, "whole", plainPrimitives, read)))
            assert.ok(found.some((words) => words?.startsWith(`${caught}:`)), found.filter(Boolean).join("; "))
        })
    }

    it("gives nothing out of a file that ends before its first chunk", async () => {
        const empty = all.find(({ name }) => name === "stream_no_chunks")
        assert.ok(empty)
        assert.equal((await outcome(empty, "whole", plainPrimitives)).ending, "payload failure")
    })
})

describe("the production door", () => {
    it("opens the two files of the suite with one post-quantum stanza", () => {
        assert.deepEqual(DOOR.opens, ["armor_hybrid", "hybrid"])
    })

    for (const file of all) {
        const expected = expectedAtTheDoor(file.name)
        it(`${expected === "opens" ? "opens" : `refuses (${expected})`} ${file.name} within a second`, async () => {
            const start = process.cpuUsage()
            const identity = file.identities.find((text) => text.startsWith("AGE-SECRET-KEY-PQ-1")) ?? maya.identity
            assert.equal(await atTheDoor(file, identity), expected)
            assert.ok(process.cpuUsage(start).user < 1_000_000)
        })
    }
})
