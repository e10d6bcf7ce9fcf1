/** The zip of an export: read as it was made, and refused when a byte of it is another. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { zipOf } from "@letterlock/kit/export/zip"

import { lettersOf, lettersOfZip } from "../src/copy.ts"
import { Damaged, NoExport } from "../src/errors.ts"
import { isWhole, readZip } from "../src/zip.ts"
import { MADE } from "./letters.ts"

async function* entries(contents: Readonly<Record<string, string>>) {
    for (const [name, input] of Object.entries(contents)) yield await Promise.resolve({ name, input })
}

function zip(contents: Readonly<Record<string, string>>): Promise<Blob> {
    return new Response(zipOf(entries(contents), MADE)).blob()
}

const SMALL = { "a/README.txt": "Read me.", "a/reader.html": "<p>", "a/01-2026-11-22/identity.txt": "" }

test("entries come out as they went in", async () => {
    const read = await readZip(await zip(SMALL))
    assert.deepEqual(read.map(({ name }) => name), Object.keys(SMALL))
    assert.deepEqual(await Promise.all(read.map(({ content }) => content.text())), Object.values(SMALL))
})

test("any other byte is noticed, anywhere", async () => {
    const bytes = new Uint8Array(await (await zip(SMALL)).arrayBuffer())
    for (let at = 0; at < bytes.length; at += 1) {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
        assert.equal(await isUnharmed(new Blob([changed])), false, `byte ${at}`)
    }
    assert.equal(await isUnharmed(new Blob([bytes])), true)
})

test("a zip that was cut, lengthened or put behind something is refused", async () => {
    const whole = await zip(SMALL)
    const size = whole.size
    const bad = [whole.slice(0, size - 1), whole.slice(1), new Blob([whole, "x"]), new Blob(["x", whole]), new Blob([]), whole.slice(0, 40)]
    for (const one of bad) await assert.rejects(readZip(one), Damaged)
})

test("a name that is there twice is refused", async () => {
    async function* twice() {
        for (const input of ["one", "two"]) yield await Promise.resolve({ name: "a/README.txt", input })
    }
    await assert.rejects(readZip(await new Response(zipOf(twice(), MADE)).blob()), Damaged)
})

test("what no copy has is refused, and what each has is missed", async () => {
    const full = ["identity.txt", "message.age", "envelope.age"].map((name) => [`a/01-2026-11-22/${name}`, "x"])
    const good = Object.fromEntries(full) as Record<string, string>
    assert.equal((await lettersOfZip(await zip(good))).length, 1)
    const bad: Record<string, string>[] = [
        {}, SMALL, { ...good, "b/README.txt": "" }, { ...good, "a/other.txt": "" }, { ...good, "a/01-2026-11-22/x.age": "" },
        { ...good, "a/02-2026-11-22/identity.txt": "" }, { ...good, "a/01-2026-11-22/file-2.age": "" },
        { ...good, "a/01-2026-11-22/originals/../../../x.age": "" }, { ...good, "a/../b/identity.txt": "" },
    ]
    for (const one of bad) {
        const parts = new Map(Object.entries(one).map(([name, content]) => [name, new Blob([content])]))
        assert.throws(() => lettersOf(parts), NoExport, JSON.stringify(one))
    }
})

async function isUnharmed(blob: Blob): Promise<boolean> {
    try {
        const read = await readZip(blob)
        return (await Promise.all(read.map(isWhole))).every((whole) => whole)
    } catch (error) {
        assert.ok(error instanceof Damaged)
        return false
    }
}
