/** A copy that was made here: everything in it checks, and nothing that was changed does. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { decryptWith } from "@letterlock/crypto"
import { ExportRefused, expectedSize, exportThread } from "@letterlock/kit/export/index"

import { checkLetter, failedFiles, type Verdict } from "../src/check.ts"
import { type Folder, lettersOfZip } from "../src/copy.ts"
import { deskOf, exported, letter, MADE, READER, type Stored } from "./letters.ts"

const stored = await letter("the well is deep", { "Plan.txt": "Dig here.", "Map.txt": "There." })
const other = await letter("the pump is new", {}, 0xa2)
const whole = await exported([stored, other])
const folders = await lettersOfZip(whole)

function first(): Folder {
    const [folder] = folders
    assert.ok(folder)
    return folder
}

const codeOf = (verdict: Verdict): string => ("code" in verdict ? verdict.code : "passed")

async function flipped(content: Blob, at: number): Promise<Blob> {
    const bytes = new Uint8Array(await content.arrayBuffer())
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return new Blob([bytes])
}

async function failures(folder: Folder): Promise<readonly string[]> {
    const verdict = await checkLetter(folder)
    assert.ok("letter" in verdict, codeOf(verdict))
    return (await failedFiles(verdict, () => undefined)).map(({ code }) => code)
}

test("a copy passes every check, files and all", async () => {
    assert.equal(folders.length, 2)
    assert.deepEqual(await failures(first()), [])
    const verdict = await checkLetter(first())
    assert.ok("letter" in verdict)
    assert.equal(verdict.letter.body.subject, "the well is deep")
    assert.equal(verdict.letter.viewer, "maya@client.example")
})

test("what age opens is the content, without padding", async () => {
    const { identity, files: [plan] } = first()
    const key = (await identity.text()).trim()
    const content = await decryptWith(key, new Uint8Array(await (plan ?? new Blob()).arrayBuffer()))
    assert.equal(new TextDecoder().decode(content), "Dig here.")
})

test("each letter has an identity of its own, which is nobody else's key", async () => {
    const keys = await Promise.all(folders.map(({ identity }) => identity.text()))
    assert.equal(new Set(keys).size, 2)
    assert.ok(!keys.some((key) => key.trim() === stored.answer["message_key"]))
})

test("a letter of which any part was changed is refused", async () => {
    const folder = first()
    for (const part of ["identity", "message", "envelope"] as const) {
        const { size } = folder[part]
        for (const at of [0, 30, Math.floor(size / 2), size - 1]) {
            const verdict = await checkLetter({ ...folder, [part]: await flipped(folder[part], at) })
            assert.equal(codeOf(verdict), part === "message" ? "copy-changed" : "envelope-malformed", `${part} ${at}`)
        }
    }
    const [[id, original] = ["", new Blob()]] = folder.originals
    for (const at of [0, 1000, original.size - 1]) {
        const originals = new Map([...folder.originals, [id, await flipped(original, at)]])
        assert.equal(codeOf(await checkLetter({ ...folder, originals })), "object-changed")
    }
})

test("a changed file is refused, whether it is the signed one or its copy", async () => {
    const folder = first()
    const [one, two] = folder.files
    assert.ok(one && two)
    for (const at of [0, 100, one.size - 1]) {
        assert.deepEqual(await failures({ ...folder, files: [await flipped(one, at), two] }), ["copy-changed"])
    }
    assert.deepEqual(await failures({ ...folder, files: [two, one] }), ["copy-changed", "copy-changed"])
    const [, [id, original] = ["", new Blob()]] = [...folder.originals]
    const originals = new Map([...folder.originals, [id, await flipped(original, 500)]])
    assert.deepEqual(await failures({ ...folder, originals }), ["object-changed"])
})

test("objects that are missing or too many, and another letter's parts, are refused", async () => {
    const [folder, second] = [first(), folders[1]]
    assert.ok(second)
    const [[body] = [""], ...files] = folder.originals
    assert.equal(codeOf(await checkLetter({ ...folder, originals: new Map(files) })), "object-missing")
    const only = new Map([...folder.originals].filter(([id]) => id === body))
    assert.equal(codeOf(await checkLetter({ ...folder, originals: only })), "object-missing")
    const more = new Map([...folder.originals, ...second.originals])
    assert.equal(codeOf(await checkLetter({ ...folder, originals: more })), "object-extra")
    assert.equal(codeOf(await checkLetter({ ...folder, files: folder.files.slice(1) })), "copy-changed")
    assert.equal(codeOf(await checkLetter({ ...folder, message: second.message })), "copy-changed")
    assert.equal(codeOf(await checkLetter({ ...folder, identity: second.identity })), "envelope-malformed")
})

test("names in a copy say nothing but a date, and the last byte count was foreseen", async () => {
    const bytes = Buffer.from(await whole.arrayBuffer()).toString("latin1")
    for (const word of ["the well is deep", "Plan.txt", "Dig here.", "maya@client", "ann@hart", "Ann Lee", stored.id]) {
        assert.ok(!bytes.includes(word), word)
    }
    assert.ok(bytes.includes("letterlock-export-2026-11-22/01-"))
    const statements = [stored, other].map(({ answer }) => ({ statement: JSON.parse(String(answer["statement"])) as never }))
    assert.ok(expectedSize(statements) > whole.size - 2000)
})

test("a letter that fails a check ends the export and is named", async () => {
    const cases: [Partial<Stored["answer"]>, string][] = [
        [{ statement: String(stored.answer["statement"]).replace('"created":1', '"created":2') }, "statement-signature"],
        [{ viewer: { address: "tom@client.example", key: "A".repeat(43) } }, "viewer-not-listed"],
        [{ granters: null }, "envelope-malformed"],
        [{ message_key: (await letter("x")).answer["message_key"] }, "message-key-mismatch"],
    ]
    for (const [changes, code] of cases) {
        const changed = { ...stored, answer: { ...stored.answer, ...changes } }
        await assert.rejects(exported([other, changed]), (error) => {
            assert.ok(error instanceof ExportRefused)
            assert.deepEqual([error.letter, error.code], [stored.id, code])
            return true
        })
    }
    const gone = { ...stored, objects: new Map([...stored.objects].slice(0, 1)) }
    await assert.rejects(exported([gone]), { code: "object-missing" })
})

test("where somebody listens, a letter that fails a check is named and left out, and the others are copied", async () => {
    const forged = { ...other, answer: { ...other.answer, message_key: stored.answer["message_key"] } }
    const gone = { ...stored, objects: new Map([...stored.objects].slice(0, 2)) }
    const copy = async (letters: readonly Stored[]): Promise<readonly [readonly string[], readonly string[]]> => {
        const refused: string[] = []
        const onRefused = ({ letter: id, code }: ExportRefused): void => { refused.push(`${id} ${code}`) }
        const zip = await exportThread({ ...deskOf(letters), ids: letters.map(({ id }) => id), reader: READER, made: MADE, onRefused })
        const verdicts = await Promise.all((await lettersOfZip(zip)).map(checkLetter))
        return [verdicts.map((verdict) => ("letter" in verdict ? verdict.letter.id : verdict.code)), refused]
    }
    assert.deepEqual(await copy([forged, stored]), [[stored.id], [`${other.id} message-key-mismatch`]])
    assert.deepEqual(await copy([gone, other]), [[other.id], [`${stored.id} object-missing`]])
    await assert.rejects(copy([gone, forged]), ExportRefused)
})

test("look-ups are held against the key that the page trusts, not the one that comes along", async () => {
    const desk = deskOf([stored], Buffer.alloc(32, 9).toString("base64url"))
    await assert.rejects(exportThread({ ...desk, ids: [stored.id], reader: READER, made: MADE }), { code: "sender-key-unknown" })
})

test("an export that is stopped says so by its signal's reason", async () => {
    const stop = new AbortController()
    const reason = new Error("stopped")
    const onProgress = ({ total }: { total: number }): void => { if (total > 0) stop.abort(reason) }
    const making = exportThread({ ...deskOf([stored]), ids: [stored.id], reader: READER, made: MADE, signal: stop.signal, onProgress })
    await assert.rejects(making, reason)
})
