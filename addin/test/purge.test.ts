import assert from "node:assert/strict"
import { test } from "node:test"

import { purgeCopies } from "../taskpane/purge.ts"
import type { Taken } from "../taskpane/takeover.ts"

interface Copy { readonly id: string; readonly text: string; readonly hasFiles: boolean }

const TAKEN: Taken = {
    html: "", text: "Dear Maya,\n\nthe loan  was 2,000.", files: [], mayLook: true, isWiped: true,
    held: [{ id: "1", name: "Accounts.pdf", size: 3, kind: "file", inline: false }],
}

/** A mailbox in memory: its copies, the names of files in each, and which were removed. */
function mailbox(copies: readonly Copy[], { versions = false, names = ["Accounts.pdf"] } = {}) {
    const gone: string[] = []
    return {
        gone, keepsVersions: () => Promise.resolve(versions), copies: () => Promise.resolve(copies), files: () => Promise.resolve(names),
        purge: (id: string) => {
            gone.push(id)
            return Promise.resolve()
        },
    }
}

const copy = (id: string, text: string, hasFiles = false): Copy => ({ id, text, hasFiles })

test("a copy goes when all that it says stands in what was taken, and another draft stays", async () => {
    const box = mailbox([copy("earlier", "Dear Maya, the loan"), copy("other", "Dear Maya, quite another thing"), copy("empty", "")])
    const said = await purgeCopies(box, "id", TAKEN)
    assert.deepEqual(box.gone, ["earlier"])
    assert.match(said.join(" "), /One earlier copy was removed .* left alone\. .*until your firm's retention ends/u)
})

test("a copy with a file that was not taken stays", async () => {
    const box = mailbox([copy("more", "Dear Maya,", true)], { names: ["Accounts.pdf", "Secret.pdf"] })
    await purgeCopies(box, "id", TAKEN)
    assert.deepEqual(box.gone, [])
    const same = mailbox([copy("same", "Dear Maya,", true)])
    await purgeCopies(same, "id", TAKEN)
    assert.deepEqual(same.gone, ["same"])
})

test("where earlier versions are kept, as under a hold, nothing is removed and that is said", async () => {
    const box = mailbox([copy("earlier", "Dear Maya,")], { versions: true })
    const said = await purgeCopies(box, "id", TAKEN)
    assert.deepEqual(box.gone, [])
    assert.match(said.join(" "), /legal hold or a retention rule/u)
})

test("without the person's leave, or a message that Outlook says is stored, nobody looks, and what remains is said", async () => {
    const silent = { copies: () => Promise.reject(new Error("asked")), files: () => Promise.reject(new Error("asked")), purge: () => Promise.reject(new Error("asked")), keepsVersions: () => Promise.resolve(false) }
    assert.match((await purgeCopies(silent, "id", { ...TAKEN, mayLook: false })).join(" "), /stay where they are/u)
    assert.match((await purgeCopies(silent, "", TAKEN)).join(" "), /could not look/u)
    assert.match((await purgeCopies(silent, "id", TAKEN)).join(" "), /could not look/u)
})
