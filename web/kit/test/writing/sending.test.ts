import assert from "node:assert/strict"
import { test } from "node:test"

import { openMessage, parseStatement } from "@letterlock/crypto"

import { Problem } from "../../src/api.ts"
import { KeyNeeded } from "../../src/own/desk.ts"
import { Gone, type Letter, Place, Sending, Unsure } from "../../src/writing/index.ts"
import { ANN, Server } from "./server.ts"

const MAYA = "maya@client.example"
const TOM = "tom@client.example"
const letter: Letter = {
    recipients: [{ address: MAYA, name: "Maya Okafor", role: "to" }], subject: "Your year-end", publicSubject: "Your year-end",
    written: { html: "<p>Dear Maya,</p>", text: "Dear Maya," }, files: [], parents: [],
}
const changed: Letter = { ...letter, written: { html: "<p>Dear Tom,</p>", text: "Dear Tom," } }
const withHidden: Letter = { ...letter, recipients: [...letter.recipients, { address: TOM, name: "Tom", role: "hidden" }] }
const quiet = (): void => undefined

async function desk() {
    const server = new Server()
    const own = await server.desk()
    const place = new Place(own, null)
    const open = async (address: string) => openMessage({
        asked: parseStatement(server.statement).message_id, viewer: { address, key: (await server.keysOf(address)).key },
        opened: await server.opened(address), sender: own.me.lookup, objects: server.objects,
    })
    return { server, desk: own, place, sending: new Sending(place), open }
}

test("a reader can open what was sent, and the server saw the public subject only", async () => {
    const { server, sending, open } = await desk()
    await sending.send(letter, quiet)
    const { body } = await open(MAYA)
    assert.deepEqual([body.text, body.subject, server.subject], ["Dear Maya,", "Your year-end", "Your year-end"])
})

test("the sender keeps a copy, and the statement names everybody with level and role", async () => {
    const { server, sending } = await desk()
    await sending.send(letter, quiet)
    const { readers, level } = parseStatement(server.statement)
    assert.deepEqual(readers.map(({ address, role }) => [address, role]), [[ANN, "sender"], [MAYA, "to"]])
    assert.equal(level, "managed")
    assert.equal(server.envelopes.size, 2)
})

test("a hidden reader opens the letter, and nothing that Maya gets tells of him", async () => {
    const { server, sending, open } = await desk()
    await sending.send(withHidden, quiet)
    const [tom, maya, ann] = [await open(TOM), await open(MAYA), await open(ANN)]
    assert.equal(tom.body.text, "Dear Maya,")
    assert.deepEqual([tom, maya, ann].map(({ grants }) => grants.map(({ address, role }) => [address, role])), [[[TOM, "hidden"]], [], [[TOM, "hidden"]]])
    assert.ok(!JSON.stringify([await server.opened(MAYA), maya]).includes(TOM))
    assert.equal(server.envelopes.size, 3)
})

test("an answer names the letter that it answers and the heads that were opened", async () => {
    const { server, desk: own, open } = await desk()
    const parent = "A".repeat(43)
    await new Sending(new Place(own, "another-letter")).send({ ...letter, parents: [parent] }, quiet)
    assert.deepEqual([...server.made.values()], ["another-letter"])
    assert.deepEqual((await open(MAYA)).statement.parents, [parent])
})

for (const step of ["/lookups", "/messages", "/signature", "/send"]) {
    test(`an answer to ${step} that is lost once costs nothing: the same key goes again`, async () => {
        const { server, sending } = await desk()
        server.lose.push(step)
        await sending.send(letter, quiet)
        const keys = server.asked.filter(({ method, path }) => method === "POST" && path.endsWith(step)).map(({ key }) => key)
        assert.deepEqual([keys.length, new Set(keys).size, server.sends], [2, 1, 1])
    })
}

test("pressing again after every answer to send was lost finds the letter sent and sends nothing", async () => {
    const { server, sending } = await desk()
    server.lose.push("/send", "/send", "/send", "/send")
    await assert.rejects(sending.send(letter, quiet), Unsure)
    const posted = server.asked.length
    assert.deepEqual(await sending.send(letter, quiet), { id: "q8Zr3kVtY1mXw0bHc7LdPA", earlier: false, waiting: [] })
    assert.deepEqual(server.asked.slice(posted).map(({ method }) => method), ["GET"])
    assert.equal(server.sends, 1)
})

test("a letter changed after a try that went through is told apart from what went", async () => {
    const { server, sending } = await desk()
    server.lose.push("/send", "/send", "/send", "/send")
    await assert.rejects(sending.send(letter, quiet), Unsure)
    assert.equal((await sending.send(changed, quiet)).earlier, true)
    assert.equal(server.sends, 1)
})

test("pressing again after a failure goes on where it stopped, with the same sealed letter", async () => {
    const { server, sending } = await desk()
    const away = { end: "/send", status: 503, code: "away" }
    server.refuse.push(away, { ...away }, { ...away }, { ...away })
    await assert.rejects(sending.send(letter, quiet), Problem)
    await sending.send(letter, quiet)
    assert.deepEqual([server.objects.size, server.made.size, server.sends], [1, 1, 1])
    const keys = server.asked.filter(({ path }) => path.endsWith("/send")).map(({ key }) => key)
    assert.equal(new Set(keys).size, 1)
})

test("a letter changed after a failure is sealed anew, for the same draft", async () => {
    const { server, sending } = await desk()
    server.refuse.push({ end: "/signature", status: 422, code: "statement-refused" })
    await assert.rejects(sending.send(letter, quiet), Problem)
    await sending.send(changed, quiet)
    assert.deepEqual([server.objects.size, server.made.size, server.sends], [2, 1, 1])
    const keys = server.asked.filter(({ path }) => path.endsWith("/signature")).map(({ key }) => key)
    assert.equal(new Set(keys).size, 2)
})

test("keys that were replaced meanwhile are looked up again at the next try", async () => {
    const { server, sending } = await desk()
    server.refuse.push({ end: "/send", status: 409, code: "stale-keys" })
    await assert.rejects(sending.send(letter, quiet), Problem)
    await sending.send(letter, quiet)
    assert.equal(server.asked.filter(({ path }) => path === "/lookups").length, 2)
})

test("a look-up that the directory did not sign stops the letter before anything is sealed", async () => {
    const { server, sending } = await desk()
    server.forged = true
    await assert.rejects(sending.send(letter, quiet), { code: "lookup-refused" })
    assert.equal(server.objects.size, 0)
})

test("each step is told in its order", async () => {
    const { sending } = await desk()
    const steps: string[] = []
    await sending.send(letter, (step) => { steps.push(step) })
    assert.deepEqual(steps, ["writing.looking", "writing.sealing", "writing.uploading", "writing.signing", "writing.sealing", "writing.posting"])
})


test("what was changed after an earlier version went can be sent as a letter of its own, with a key of its own", async () => {
    const { server, place, sending } = await desk()
    server.lose.push("/send", "/send", "/send", "/send")
    await assert.rejects(sending.send(letter, quiet), Unsure)
    const key = await place.key()
    const { id } = await sending.send(changed, quiet)
    const next = await sending.send(changed, quiet)
    assert.deepEqual([next.earlier, server.sends, server.made.size], [false, 2, 2])
    assert.notEqual(next.id, id)
    assert.notEqual((await place.key()).identity, key.identity)
})

test("a letter that another window has sent with another text counts as an earlier version", async () => {
    const { server, place, sending } = await desk()
    await new Sending(place).send(letter, quiet)
    assert.equal((await sending.send(changed, quiet)).earlier, true)
    assert.equal(server.sends, 1)
})

test("a letter thrown away in another window goes out as a new one at the next press", async () => {
    const { server, place, sending } = await desk()
    server.gone.add((await place.where()).id)
    await assert.rejects(sending.send(letter, quiet), { name: "Gone" })
    assert.deepEqual([(await sending.send(letter, quiet)).earlier, server.sends, server.made.size], [false, 1, 2])
})

test("a place that is fixed is not renewed when its letter goes away: nothing is sealed as a letter of another kind", async () => {
    const { server, desk: own, place } = await desk()
    const taken = { ...await place.where(), identity: (await place.key()).identity }
    for (const [fixed, made] of [[true, 0], [false, 1]] as const) {
        server.gone.add(taken.id)
        const there = new Place(own, null, fixed ? { ...taken, fixed } : taken)
        const before = server.asked.length
        await assert.rejects(new Sending(there).send(letter, quiet), Gone)
        await there.where()
        there.renew()
        assert.equal(there.isMade, fixed)
        const asked = server.asked.slice(before).filter(({ method, path }) => method === "POST" && path.endsWith("/messages"))
        assert.equal(asked.length, made)
    }
})

test("while the writer's own key is missing nothing of a letter leaves the window", async () => {
    const { server, place } = await desk()
    const hers = { ...place.desk, requireOwn: () => { throw new KeyNeeded("not in this pane") } }
    const asked = server.asked.length
    await assert.rejects(new Sending(new Place(hers, null)).send(letter, quiet), KeyNeeded)
    assert.deepEqual(server.asked.slice(asked).map(({ path }) => path).filter((path) => path !== "/messages"), [])
    assert.equal(server.objects.size, 0)
})
