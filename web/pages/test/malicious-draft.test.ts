/** A server that puts a draft of its own, with a key that it knows, in the place of the writer's (envelope.md 3). */
import assert from "node:assert/strict"
import { test } from "node:test"

import { type CryptoClient, newMessageKey } from "@letterlock/crypto"
import type { Own } from "@letterlock/kit/own/index"
import type { OpenLetter } from "@letterlock/kit/reading/index"
import { type Kept, listDrafts, DraftKeeper, Place } from "@letterlock/kit/writing/index"

import { sealer, Server } from "../../kit/test/writing/server.ts"
import { Answer } from "../src/reader/answer.ts"

const ANN = "ann@hart.example"
const letter = {
    id: "letter", viewer: "maya@client.example", viewerRole: "to", names: {}, body: { subject: "Your year-end", html: "" },
    statement: { sender: { address: ANN }, readers: [{ address: ANN, role: "sender" }, { address: "maya@client.example", role: "to" }] },
} as unknown as OpenLetter
const content = { to: [], cc: [], hidden: [], subject: "", html: "<p>Kept</p>", files: [] }

/** A kept answer whose writer holds her own key; and, as the server's, another with a key that the server made. */
async function begun() {
    const server = new Server()
    const desk = await server.desk()
    const place = new Place(desk, "letter")
    await new DraftKeeper(place, () => content, () => undefined).flush()
    const [kept] = await listDrafts(desk) as [Kept]
    const planted = await newMessageKey()
    const draft = { v: 1 as const, ...content, saved: 1 }
    const { object } = await sealer.sealDraft({ draft, messageKey: planted.identity, recipient: desk.me.lookup.recipient })
    const honest = { identity: (await place.key()).identity, object: server.drafts.at(-1)?.object ?? "" }
    return { server, desk, kept, honest, planted: { identity: planted.identity, object: Buffer.from(object).toString("base64") } }
}

async function takenUp({ desk, kept }: Awaited<ReturnType<typeof begun>>, given: { identity: string; object: string }) {
    const own = { openDraftKey: () => Promise.resolve(given.identity), requireSealed: () => assert.fail("it is sealed"), requireMine: () => Promise.resolve() }
    const call: typeof desk.call = async (work) => {
        const said = await desk.call(work)
        const isDraft = typeof said === "object" && said !== null && "draft_key" in said
        const sealed: unknown = isDraft ? { envelope: "AAAA", object: given.object } : said
        return sealed as typeof said
    }
    const means = { crypto: sealer as unknown as CryptoClient, call, own: own as unknown as Own }
    const answer = new Answer(letter, false, means, {
        html: () => "<p>Kept</p>", isEmpty: () => false, filesChanged: () => undefined, kept: () => undefined,
    })
    const { html, anew } = await answer.takeUp(kept)
    const { place } = await answer.ready()
    const [key, { id }] = [await place.key(), await place.where()]
    await answer.stop()
    return { html, anew, key: key.identity, id }
}

test("a draft of this window goes on with its key, in its place", async () => {
    const given = await begun()
    const { html, anew, key, id } = await takenUp(given, given.honest)
    assert.deepEqual([html, anew, key, id], ["<p>Kept</p>", false, given.honest.identity, given.kept.id])
})

test("a draft with a key that this window did not make gives its text, and neither its key nor its place", async () => {
    const given = await begun()
    const { html, anew, key, id } = await takenUp(given, given.planted)
    assert.deepEqual([html, anew], ["<p>Kept</p>", true])
    assert.notEqual(key, given.planted.identity)
    assert.notEqual(id, given.kept.id)
})
