import assert from "node:assert/strict"
import { test } from "node:test"

import { Api, Problem, Unreachable, type World } from "../src/api.ts"
import { PART, WHOLE } from "../src/resuming.ts"

const FILE = new Blob([new Uint8Array(10 * 1024 * 1024 + 5)])
const LATER = new DOMException("stalled", "TimeoutError")

interface Cut { readonly after: number; readonly lose?: "answer" }

/** A server of http.md section 6. Each of `cuts` breaks one PATCH off after so many of its bytes, or loses its answer. */
function server({ cuts = [], away = 0, refuse }: { cuts?: (Cut | null)[]; away?: number; refuse?: Response } = {}) {
    const seen = { kept: 0, received: 0, asked: [] as string[], waits: [] as number[], types: new Set<string | null>() }
    const told = (status: number, whole: boolean): Response => new Response(status === 204 ? null : '{"size":1}', {
        status, headers: { "upload-offset": String(seen.kept), "upload-complete": whole ? "?1" : "?0" },
    })
    const problem = (code: string, status: number): Response =>
        new Response(JSON.stringify({ type: `urn:letterlock:problem:${code}`, status, detail: "D." }), { status })
    const world: World = {
        fetch: (_url, init) => {
            seen.asked.push(init?.method ?? "")
            return seen.asked.length > away ? Promise.resolve(told(204, seen.kept === FILE.size)) : Promise.reject(new TypeError("no answer"))
        },
        upload: async (url, { method, headers, body, onProgress }) => {
            await Promise.resolve()
            const sent = new Headers(headers)
            seen.asked.push(method)
            seen.types.add(sent.get("content-type"))
            assert.equal(url, "/api/v1/messages/m/uploads/o")
            assert.equal(sent.get("upload-length"), String(FILE.size))
            if (seen.asked.length <= away) throw new TypeError("no answer")
            if (refuse !== undefined) return refuse
            if (Number(sent.get("upload-offset")) !== seen.kept) return problem("upload-offset", 409)
            const cut = cuts.shift() ?? null
            const came = cut?.lose === undefined ? Math.min(cut?.after ?? body.size, body.size) : body.size
            onProgress?.(body.size, body.size)   // the browser has handed over more than arrives
            seen.kept += came
            seen.received += came
            if (cut !== null) throw cut.lose === undefined ? new TypeError("reset") : LATER
            const whole = sent.get("upload-complete") === "?1"
            assert.equal(whole, seen.kept === FILE.size)
            return told(whole ? 201 : 204, whole)
        },
        wait: (ms) => { seen.waits.push(ms); return Promise.resolve() },
        patience: 1000,
    }
    return { api: new Api("/api/v1", undefined, world), seen }
}

const put = async (api: Api): Promise<{ result: unknown; progress: number[] }> => {
    const progress: number[] = []
    const result = await api.upload("/messages/m/objects/o", FILE, { onProgress: (done) => progress.push(done) })
    return { result, progress }
}

const never = (progress: readonly number[]): void => { assert.deepEqual(progress, [...progress].sort((a, b) => a - b)) }

test("a large object goes in parts, each told where it belongs", async () => {
    const { api, seen } = server()
    const { result, progress } = await put(api)
    assert.deepEqual(result, { size: 1 })
    assert.deepEqual(seen.asked, Array.from({ length: Math.ceil(FILE.size / PART) }, () => "PATCH"))
    assert.deepEqual([...seen.types], ["application/partial-upload"])
    assert.equal(progress.at(-1), FILE.size)
    never(progress)
})

test("a cut connection goes on where the server stopped, and no byte that it kept goes twice", async () => {
    const { api, seen } = server({ cuts: [{ after: 1_000_000 }, { after: 0 }, { after: 3_000_000 }, null, { after: 7 }] })
    const { progress } = await put(api)
    assert.equal(seen.received, FILE.size)
    assert.equal(progress.at(-1), FILE.size)
    never(progress)
    assert.deepEqual(seen.waits, [400, 400, 1200, 400])
})

test("an upload whose last answer got lost is whole, and not sent again", async () => {
    const { api, seen } = server({ cuts: [null, null, { after: 0, lose: "answer" }] })
    const { result, progress } = await put(api)
    assert.equal(result, null)
    assert.equal(seen.received, FILE.size)
    assert.deepEqual(seen.asked.at(-1), "HEAD")
    assert.equal(progress.at(-1), FILE.size)
})

test("an upload that was begun before goes on behind what is there", async () => {
    const { api, seen } = server()
    seen.kept = PART + 17
    await put(api)
    assert.equal(seen.received, FILE.size - PART - 17)
    assert.deepEqual(seen.asked.slice(0, 3), ["PATCH", "HEAD", "PATCH"])
})

test("a server that is away for a while is waited for, longer and longer, and then given up", async () => {
    const patient = server({ away: 6 })
    await put(patient.api)
    assert.equal(patient.seen.received, FILE.size)
    assert.deepEqual(patient.seen.waits, [400, 1200, 3000, 6000, 10_000, 10_000])
    await assert.rejects(put(server({ away: 99 }).api), Unreachable)
})

test("a refusal ends an upload at once", async () => {
    const refuse = new Response('{"type":"urn:letterlock:problem:too-large"}', { status: 413 })
    const { api, seen } = server({ refuse })
    await assert.rejects(put(api), (error) => error instanceof Problem && error.code === "too-large")
    assert.equal(seen.asked.length, 1)
})

test("answers that do not say where the upload is are not believed for ever", async () => {
    const { api } = server({ refuse: new Response(null, { status: 204 }) })
    await assert.rejects(put(api), Unreachable)
})

test("a small object goes whole", async () => {
    const methods: string[] = []
    const world: World = {
        fetch: () => Promise.reject(new Error("not asked")), wait: () => Promise.resolve(), patience: 1000,
        upload: (_url, { method }) => { methods.push(method); return Promise.resolve(new Response("{}", { status: 201 })) },
    }
    await new Api("/api/v1", undefined, world).upload("/messages/m/objects/o", new Blob([new Uint8Array(WHOLE)]))
    assert.deepEqual(methods, ["PUT"])
})
