import assert from "node:assert/strict"
import { test } from "node:test"

import { lettersOf } from "../src/copy.ts"
import { showEach } from "../src/each.ts"

test("a letter that cannot be shown leaves the others where they are", async () => {
    const page: string[] = []
    const show = async (letter: string): Promise<void> => {
        await Promise.resolve()
        if (letter === "bad") throw new RangeError("Invalid time value")
        page.push(letter)
    }
    const failed = await showEach(["one", "bad", "three"], show, (_letter, index) => { page.push(`refused ${String(index + 1)}`) })
    assert.deepEqual([page, failed], [["one", "refused 2", "three"], 1])
})

test("a copy of over 999 letters is read, in the order of their numbers", () => {
    const parts = ["1000-2026-11-22", "02-2026-11-22", "999-2026-11-22"].flatMap((folder) =>
        ["identity.txt", "message.age", "envelope.age"].map((name): [string, Blob] => [`letterlock-export-2026-11-22/${folder}/${name}`, new Blob()]))
    assert.deepEqual(lettersOf(new Map(parts)).map(({ name }) => name), ["02-2026-11-22", "999-2026-11-22", "1000-2026-11-22"])
})
