import assert from "node:assert/strict"
import { test } from "node:test"

import { type DraftContent, DraftKeeper, type KeptState, keptWords, listDrafts, openKept, Place } from "../../src/writing/index.ts"
import { Server } from "./server.ts"

const NEVER = { quiet: 1e6, again: 1e6 }
const content: DraftContent = {
    to: [{ address: "maya@client.example", name: "Maya" }], cc: [], hidden: [{ address: "tom@client.example", name: "" }],
    subject: "Your year-end", html: "<p>Dear Maya,</p>", files: [],
}

async function desk(pauses = NEVER) {
    const server = new Server()
    const own = await server.desk()
    const told: KeptState[] = []
    const now: { content: DraftContent | null } = { content }
    const keeper = new DraftKeeper(new Place(own, null), () => now.content, (state) => { told.push(state) }, pauses)
    return { server, desk: own, told, now, keeper }
}

test("a draft comes back as it was, on another machine too", async () => {
    const { server, keeper, desk: own } = await desk()
    assert.equal(await keeper.flush(), true)
    const elsewhere = await server.desk()
    const [kept] = await listDrafts(elsewhere)
    assert.ok(kept !== undefined)
    const { content: back, place } = await openKept(elsewhere, kept)
    assert.deepEqual({ ...back, v: 1, saved: 0 }, { ...content, v: 1, saved: 0 })
    assert.deepEqual([await place.where(), (await place.key()).identity.startsWith("AGE-SECRET-KEY-PQ-")], [{ id: kept.id, thread: kept.thread }, true])
    assert.ok(!Buffer.from(server.drafts[0]?.object ?? "", "base64").includes("Dear Maya"))
    assert.equal(own.me.address, elsewhere.me.address)
})

test("what did not change is not saved again, and what is not worth keeping never", async () => {
    const { server, now, keeper } = await desk()
    now.content = null
    await keeper.flush()
    assert.deepEqual([server.drafts.length, keeper.isSaved()], [0, true])
    now.content = content
    assert.equal(keeper.isSaved(), false)
    await keeper.flush()
    await keeper.flush()
    assert.deepEqual([server.drafts.length, keeper.isSaved()], [1, true])
    now.content = { ...content, subject: "Another" }
    await keeper.flush()
    assert.deepEqual([server.drafts.length, server.made.size], [2, 1])
})

test("a pause saves, and a save that failed is tried again by itself", async () => {
    const { server, told, keeper } = await desk({ quiet: 1, again: 1 })
    server.away = true
    const saved = new Promise<void>((resolve) => {
        const look = setInterval(() => {
            if (told.at(-1)?.state === "failed") server.away = false
            if (told.at(-1)?.state !== "saved") return
            clearInterval(look)
            resolve()
        }, 1)
    })
    keeper.changed()
    await saved
    await keeper.stop()
    assert.equal(server.drafts.length, 1)
    assert.equal(keptWords(told[0] ?? { state: "none" }), "Not saved: no connection. It is kept in this window.")
})

test("after the letter was sent nothing of it is kept, not even what was waiting", async () => {
    const { server, told, keeper } = await desk({ quiet: 1, again: 1 })
    keeper.changed()
    await keeper.stop()
    await keeper.flush()
    assert.deepEqual([server.drafts.length, told.length], [0, 0])
    const other = await desk()
    other.server.state = "sealed"
    assert.deepEqual([await other.keeper.flush(), other.told.length], [true, 0])
})

test("while the letter is being sent nothing is saved, and what changed meanwhile is saved when it did not go", async () => {
    const { server, now, keeper } = await desk({ quiet: 1, again: 1 })
    await keeper.pause()
    keeper.changed()
    assert.deepEqual([await keeper.flush(), server.drafts.length], [false, 0])
    now.content = { ...content, subject: "Another" }
    keeper.resume()
    assert.deepEqual([await keeper.flush(), server.drafts.length], [true, 1])
    await keeper.stop()
})

test("what was restored counts as saved until it changes", async () => {
    const { server, now, keeper } = await desk()
    keeper.restored(new Date())
    await keeper.flush()
    assert.equal(server.drafts.length, 0)
    now.content = { ...content, html: "<p>Dear Maya, dear Tom,</p>" }
    await keeper.flush()
    assert.equal(server.drafts.length, 1)
})
