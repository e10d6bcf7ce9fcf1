import assert from "node:assert/strict"
import { test } from "node:test"

import { openMessage, parseStatement } from "@letterlock/crypto"
import { Problem } from "@letterlock/kit"

import { type Recipients, withTyped } from "../taskpane/recipients.ts"
import { type Letter, Sending, Unsure } from "../taskpane/sending.ts"
import { Desk } from "./desk.ts"

const recipients: Recipients = withTyped([], [{ address: "maya@client.example", name: "Maya Okafor" }])
const letter: Letter = { recipients, subject: "Your year-end", written: { html: "<p>Dear Maya,</p>", text: "Dear Maya," } }
const changed: Letter = { ...letter, written: { html: "<p>Dear Tom,</p>", text: "Dear Tom," } }
const quiet = (): void => undefined

async function desk() {
    const server = new Desk()
    const session = server.session()
    return { server, session, sending: new Sending(session, await session.me()) }
}

test("a reader can open what was sent, and the server saw the public subject only", async () => {
    const { server, sending } = await desk()
    await sending.send(letter, quiet)
    const viewer = { address: "maya@client.example", key: (await server.keysOf("maya@client.example")).key }
    const me = await server.session().me()
    const { body } = await openMessage({
        asked: parseStatement(server.statement).message_id, viewer, opened: await server.opened(viewer.address),
        sender: me.lookup, objects: server.objects,
    })
    assert.deepEqual([body.text, body.subject, server.subject], ["Dear Maya,", "Your year-end", "Your year-end"])
})

test("the sender keeps a copy, and the statement names everybody with level and role", async () => {
    const { server, sending } = await desk()
    await sending.send(letter, quiet)
    const { readers, level } = parseStatement(server.statement)
    assert.deepEqual(readers.map(({ address, role }) => [address, role]), [["ann@hart.example", "sender"], ["maya@client.example", "to"]])
    assert.equal(level, "managed")
    assert.equal(server.envelopes.size, 2)
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
    assert.deepEqual(await sending.send(letter, quiet), { id: "q8Zr3kVtY1mXw0bHc7LdPA", earlier: false })
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
    assert.deepEqual([server.objects.size, server.drafts.size, server.sends], [1, 1, 1])
    const keys = server.asked.filter(({ path }) => path.endsWith("/send")).map(({ key }) => key)
    assert.equal(new Set(keys).size, 1)
})

test("a letter changed after a failure is sealed anew, for the same draft", async () => {
    const { server, sending } = await desk()
    server.refuse.push({ end: "/signature", status: 422, code: "statement-refused" })
    await assert.rejects(sending.send(letter, quiet), Problem)
    await sending.send(changed, quiet)
    assert.deepEqual([server.objects.size, server.drafts.size, server.sends], [2, 1, 1])
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

test("a challenge of Entra goes to the sign-in as it came, and the same call goes again with the new token", async () => {
    const { server, sending } = await desk()
    server.refuse.push({ end: "/send", status: 401, code: "sign-in-again", facts: { claims: '{"access_token":{}}' } })
    await sending.send(letter, quiet)
    const posts = server.asked.filter(({ path }) => path.endsWith("/send"))
    assert.deepEqual(server.claims, ['{"access_token":{}}'])
    assert.deepEqual(posts.map(({ token }) => token), ["Bearer token 0", "Bearer token 1"])
    assert.equal(new Set(posts.map(({ key }) => key)).size, 1)
})

test("a look-up that the directory did not sign stops the letter before anything is sealed", async () => {
    const { server, session } = await desk()
    const me = await session.me()
    const forged = { ...me, directoryKey: "A".repeat(43) }
    await assert.rejects(new Sending(session, forged).send(letter, quiet), { code: "lookup-refused" })
    assert.equal(server.objects.size, 0)
})

test("each step is told in its order", async () => {
    const { sending } = await desk()
    const steps: string[] = []
    await sending.send(letter, (step) => { steps.push(step) })
    assert.deepEqual(steps, ["pane.looking", "pane.sealing", "pane.uploading", "pane.signing", "pane.sealing", "pane.posting"])
})

