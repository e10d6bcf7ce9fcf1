import assert from "node:assert/strict"
import { test } from "node:test"

import { type CryptoClient, DraftDamaged } from "@letterlock/crypto"
import { ownIn } from "@letterlock/kit/own/index"
import type { OpenLetter } from "@letterlock/kit/reading/index"
import { DraftKeeper, Files, type Kept, listDrafts, Place } from "@letterlock/kit/writing/index"

import { sealer, Server } from "../../kit/test/writing/server.ts"
import { Answer } from "../src/reader/answer.ts"

const ANN = "ann@hart.example"
const letter = {
    id: "letter", viewer: "maya@client.example", viewerRole: "to", names: {}, body: { subject: "Your year-end", html: "" },
    statement: { sender: { address: ANN }, readers: [{ address: ANN, role: "sender" }, { address: "maya@client.example", role: "to" }] },
} as unknown as OpenLetter

async function begun(crypto: Partial<typeof sealer> = {}) {
    const server = new Server()
    const own = await server.desk()
    const content = { to: [], cc: [], hidden: [], subject: "", html: "<p>Kept</p>", files: [] }
    await new DraftKeeper(new Place(own, "letter"), () => content, () => undefined).flush()
    const [kept] = await listDrafts(own) as [Kept]
    const said = { html: "<p>Kept</p>" }
    const means = { crypto: { ...sealer, ...crypto } as unknown as CryptoClient, call: own.call, own: ownIn(sealer as unknown as CryptoClient, () => Promise.resolve(null)) }
    const answer = new Answer(letter, false, means, {
        html: () => said.html, isEmpty: () => false, filesChanged: (files) => { assert.ok(files instanceof Files) }, kept: () => undefined,
    })
    return { server, answer, kept, said }
}

test("what is written while a kept answer loads belongs to that one, not to a second", async () => {
    const { server, answer, kept } = await begun()
    const loading = answer.takeUp(kept)
    const tools = await answer.ready()
    assert.deepEqual(await loading, { html: "<p>Kept</p>", anew: false })
    assert.equal((await tools.place.where()).id, kept.id)
    assert.equal(server.made.size, 1)
    await answer.stop()
})

test("an answer that does not open says so, and another can be begun", async () => {
    const { answer, kept } = await begun({ openDraft: () => Promise.reject(new DraftDamaged()) })
    await assert.rejects(answer.takeUp(kept), DraftDamaged)
    assert.equal((await answer.ready()).place.isMade, false)
    await answer.stop()
})

test("a file that did not go up counts as unsaved", async () => {
    const { server, answer, kept } = await begun()
    await answer.takeUp(kept)
    const { files, keeper } = await answer.ready()
    keeper.restored(kept.saved)
    assert.equal(answer.isUnsaved(), false)
    server.away = true
    files.add([new File(["Dear Ann"], "Notes.txt")])
    await files.settled()
    assert.deepEqual([files.rows[0]?.state, answer.isUnsaved(), await answer.save()], ["failed", true, false])
    await answer.stop()
})

test("an answer that could not be thrown away goes on being kept", async () => {
    const { server, answer, kept, said } = await begun()
    await answer.takeUp(kept)
    const { keeper } = await answer.ready()
    keeper.restored(kept.saved)
    server.refuse.push({ end: kept.id, status: 409, code: "busy" })
    await assert.rejects(answer.discard())
    said.html = "<p>More</p>"
    assert.deepEqual([await keeper.flush(), server.drafts.length], [true, 2])
    await answer.stop()
})
