import assert from "node:assert/strict"
import { test } from "node:test"

import { Api, newKey, Problem, Unreachable, type World } from "../src/api.ts"

type Answer = Response | Error

/** A server that gives these answers in turn and remembers what it was asked. */
function server(...answers: readonly Answer[]) {
    const asked: { init: RequestInit; headers: Headers }[] = []
    const waits: number[] = []
    const world: World = {
        fetch: (_url, init) => {
            const answer = answers[asked.length] ?? new Error("one call too many")
            asked.push({ init: init ?? {}, headers: new Headers(init?.headers) })
            return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
        },
        wait: (ms) => {
            waits.push(ms)
            return Promise.resolve()
        },
        patience: 1000,
    }
    return { api: new Api("/api/v1", () => Promise.resolve({ authorization: "Bearer t" }), world), asked, waits }
}

const json = (value: unknown, init: ResponseInit = {}): Response => new Response(JSON.stringify(value), init)
const problem = (status: number, code: string, facts: object = {}): Response =>
    json({ type: `urn:letterlock:problem:${code}`, title: "T", status, detail: "D.", ...facts }, { status })
const cut = (): Error => new TypeError("fetch failed")

test("a call whose answer was lost is made again with the same key and body", async () => {
    const { api, asked } = server(cut(), cut(), json({ id: "m" }, { status: 201 }))
    assert.deepEqual(await api.post("/messages", { body: { draft_id: "d" } }), { id: "m" })
    const keys = new Set(asked.map(({ headers }) => headers.get("idempotency-key")))
    assert.equal(asked.length, 3)
    assert.equal(keys.size, 1)
    assert.match([...keys][0] ?? "", /^[A-Za-z0-9_-]{16,64}$/u)
    assert.deepEqual(new Set(asked.map(({ init }) => init.body)), new Set(['{"draft_id":"d"}']))
})

test("two things to be done have two keys", () => {
    assert.notEqual(newKey(), newKey())
})

test("a key that was given is the one that is sent", async () => {
    const { api, asked } = server(json({}))
    await api.post("/x", { key: "k".repeat(16) })
    assert.equal(asked[0]?.headers.get("idempotency-key"), "k".repeat(16))
})

test("without any answer it gives up after four tries and does not claim to know", async () => {
    const { api, asked, waits } = server(cut(), cut(), cut(), cut())
    await assert.rejects(api.post("/x"), Unreachable)
    assert.equal(asked.length, 4)
    assert.deepEqual(waits, [...waits].sort((a, b) => a - b))
})

test("a refusal is not argued with", async () => {
    const { api, asked } = server(problem(403, "wrong-code", { tries_left: 4 }))
    await assert.rejects(api.post("/sessions"), (error) => {
        assert.ok(error instanceof Problem)
        assert.deepEqual([error.status, error.code, error.detail, error.facts], [403, "wrong-code", "D.", { tries_left: 4 }])
        return true
    })
    assert.equal(asked.length, 1)
})

test("busy is waited for as long as the server says, and not much longer", async () => {
    const busy = (seconds: string): Response => new Response("", { status: 503, headers: { "retry-after": seconds } })
    const { api, waits } = server(busy("2"), busy("3600"), json({}))
    await api.get("/x")
    assert.deepEqual(waits, [2000, 10_000])
})

test("a call that is still being worked on is asked for again; any other conflict is not", async () => {
    const running = server(problem(409, "still-running"), json({ ok: true }))
    assert.deepEqual(await running.api.post("/x"), { ok: true })
    const other = server(problem(409, "conflict"))
    await assert.rejects(other.api.post("/x"), Problem)
})

test("a proxy's page is a problem of its status, and nothing of it is shown", async () => {
    const { api } = server(new Response("<h1>Blocked</h1>", { status: 403 }))
    await assert.rejects(api.get("/x"), (error) => error instanceof Problem && error.code === "unexpected" && error.detail === "")
})

test("objects go and come as bytes", async () => {
    const { api, asked } = server(json({}, { status: 201 }), new Response(new Uint8Array([1, 2, 3])))
    await api.put("/o", { body: new Uint8Array([9]) })
    assert.equal(asked[0]?.headers.get("content-type"), "application/octet-stream")
    assert.deepEqual(await api.bytes("/o"), new Uint8Array([1, 2, 3]))
})

test("reading changes nothing, so it has no key", async () => {
    const { api, asked } = server(json({}))
    await api.get("/x")
    assert.deepEqual(asked.map(({ headers }) => [headers.get("authorization"), headers.has("idempotency-key")]), [["Bearer t", false]])
})

test("who gave up hears no more of it", async () => {
    const { api, asked } = server(json({}))
    const gone = AbortSignal.abort(new Error("closed"))
    await assert.rejects(api.get("/x", { signal: gone }), /closed/u)
    assert.equal(asked.length, 0)
})
