import assert from "node:assert/strict"
import { test } from "node:test"

import { KeyNeeded } from "../../src/own/desk.ts"
import { type Desk, type DraftContent, DraftKeeper, type KeptState, keptWords, listDrafts, openKept, Place } from "../../src/writing/index.ts"
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
    const place = new Place(own, null)
    const keeper = new DraftKeeper(place, () => now.content, (state) => { told.push(state) }, pauses)
    return { server, desk: own, told, now, keeper, place }
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
    assert.deepEqual([await other.keeper.flush(), other.keeper.isSaved(), other.told], [false, false, [{ state: "sent" }]])
    assert.equal(keptWords({ state: "sent" }), "Not saved: this letter was sent from another window. What stands here is kept in this window only.")
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
    keeper.restored(new Date(1000 * (server.saved = 1_795_348_800)))
    await keeper.flush()
    assert.equal(server.drafts.length, 0)
    now.content = { ...content, html: "<p>Dear Maya, dear Tom,</p>" }
    await keeper.flush()
    assert.equal(server.drafts.length, 1)
})

const another: DraftContent = { ...content, subject: "Another" }

test("what another window saved meanwhile is not overwritten, and this one can become a letter of its own", async () => {
    const { server, told, now, keeper, place } = await desk()
    await keeper.flush()
    server.saved = (server.saved ?? 0) + 60
    now.content = another
    assert.deepEqual([await keeper.flush(), await keeper.flush(), keeper.isSaved(), server.drafts.length], [false, false, false, 1])
    assert.deepEqual(told.at(-1), { state: "changed" })
    assert.match(keptWords({ state: "changed" }), /^Another window has saved this letter since\. Nothing was overwritten/u)
    const first = await place.where()
    place.renew()
    assert.deepEqual([await keeper.flush(), server.drafts.length, server.made.size], [true, 2, 2])
    assert.notEqual((await place.where()).id, first.id)
})

test("a save whose answer was lost is not taken for another window's", async () => {
    const { server, told, now, keeper } = await desk()
    await keeper.flush()
    now.content = another
    server.lose.push("/draft")
    assert.deepEqual([await keeper.flush(), keeper.isSaved(), told.at(-1)?.state], [true, true, "saved"])
})

test("a letter thrown away in another window is kept anew under another id, with another key", async () => {
    const { server, told, now, keeper, place } = await desk()
    await keeper.flush()
    const [first, key] = [await place.where(), await place.key()]
    server.gone.add(first.id)
    now.content = another
    assert.deepEqual([await keeper.flush(), told.at(-1)?.state, server.made.size], [true, "saved", 2])
    assert.notEqual((await place.where()).id, first.id)
    assert.notEqual((await place.key()).identity, key.identity)
    await keeper.stop()
})

test("a letter that was thrown away already counts as thrown away", async () => {
    const { server, keeper, place } = await desk()
    await keeper.flush()
    server.gone.add((await place.where()).id)
    await assert.doesNotReject(place.discard())
})

test("while her own key is missing nothing is sealed to what the server calls hers; it is kept as soon as the key is there", async () => {
    const { server, desk: own, told, now } = await desk()
    const here = { key: false }
    const hers: Desk = { ...own, requireOwn: () => { if (!here.key) throw new KeyNeeded("not in this pane") } }
    const keeper = new DraftKeeper(new Place(hers, null), () => now.content, (state) => { told.push(state) }, NEVER)
    assert.equal(await keeper.flush(), false)
    assert.deepEqual([server.drafts.length, server.made.size, keeper.isSaved()], [0, 0, false])
    assert.match(keptWords(told[0] ?? { state: "none" }), /^Not saved yet: your key is not here\./u)
    here.key = true
    assert.equal(await keeper.flush(), true)
    await keeper.stop()
    assert.equal(server.drafts.length, 1)
})
