import assert from "node:assert/strict"
import { test } from "node:test"

import type { World } from "@letterlock/kit"
import type { Sealer } from "@letterlock/kit/writing/index"

import { Session } from "../taskpane/session.ts"

const refusal = (facts: object): Response =>
    new Response(JSON.stringify({ type: "urn:letterlock:problem:sign-in-again", detail: "D.", ...facts }), { status: 401 })

function signedIn(...answers: readonly Response[]) {
    const claims: (string | null)[] = []
    const sent: Headers[] = []
    const signIn = {
        token: () => Promise.resolve(`token ${String(claims.length)}`),
        graphToken: () => Promise.reject(new Error("nobody asks for it here")),
        again: (asked: string | null) => {
            claims.push(asked)
            return Promise.resolve()
        },
    }
    const fetch: World["fetch"] = (_url, init) => {
        sent.push(new Headers(init?.headers))
        return Promise.resolve(answers[sent.length - 1] ?? Response.error())
    }
    const session = new Session<Sealer>(signIn, {} as Sealer, { world: { fetch, wait: () => Promise.resolve(), patience: 1000 } })
    return { session, claims, sent }
}

test("a challenge of Entra goes to the sign-in as it came, and the same call goes again with the new token", async () => {
    const { session, claims, sent } = signedIn(refusal({ claims: '{"access_token":{}}' }), new Response("{}"))
    await session.call((api) => api.post("/x", { key: "k".repeat(16) }))
    assert.deepEqual(claims, ['{"access_token":{}}'])
    assert.deepEqual(sent.map((headers) => headers.get("authorization")), ["Bearer token 0", "Bearer token 1"])
    assert.deepEqual(sent.map((headers) => headers.get("idempotency-key")), ["k".repeat(16), "k".repeat(16)])
})

test("who is asked to sign in again hears of it first", async () => {
    const { session } = signedIn(refusal({}), new Response("{}"))
    let asked = 0
    session.onAsking = () => { asked += 1 }
    await session.call((api) => api.get("/x"))
    assert.equal(asked, 1)
})

test("a second challenge is the caller's trouble, and not asked about for ever", async () => {
    const { session, claims } = signedIn(refusal({}), refusal({}))
    await assert.rejects(session.call((api) => api.get("/x")), { status: 401 })
    assert.equal(claims.length, 1)
})
