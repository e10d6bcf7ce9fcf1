/** People from Graph: what is asked, who is left out, and each way it fails. */

import assert from "node:assert/strict"
import { afterEach, test } from "node:test"

import { NoPeople, peopleLike } from "../taskpane/graph-people.ts"

const real = globalThis.fetch
afterEach(() => { globalThis.fetch = real })

const still = new AbortController().signal
const person = (name: string, address: string, kind = "Person"): object =>
    ({ displayName: name, scoredEmailAddresses: [{ address }], personType: { class: kind, subclass: "" } })

/** Graph answers so; returns what it was asked. */
function graph(status: number, body: unknown, headers: Record<string, string> = {}): { readonly url: string; readonly token: string }[] {
    const asked: { url: string; token: string }[] = []
    globalThis.fetch = (input, init) => {
        asked.push({ url: typeof input === "string" ? input : "", token: new Headers(init?.headers).get("authorization") ?? "" })
        return Promise.resolve(new Response(JSON.stringify(body), { status, headers }))
    }
    return asked
}

test("Graph is asked with the person's token for what was typed, without quotation marks of her own", async () => {
    const asked = graph(200, { value: [] })
    await peopleLike("https://graph.example/v1.0", "t", ' o"k ', still)
    assert.equal(asked[0]?.token, "Bearer t")
    const url = new URL(asked[0].url)
    assert.deepEqual([url.pathname, url.searchParams.get("$search")], ["/v1.0/me/people", '"o k"'])
})

test("groups, rooms and what is no address are left out", async () => {
    graph(200, { value: [person("Maya", "MAYA@client.example"), person("Team", "team@hart.example", "Group"), person("Odd", "odd"), { displayName: "None" }] })
    const found = await peopleLike("", "t", "ma", still)
    assert.deepEqual(found, [{ address: "maya@client.example", name: "Maya", source: "contacts" }])
})

for (const [status, headers, why, wait] of [
    [403, {}, "denied", 0], [401, {}, "denied", 0], [429, { "retry-after": "7" }, "busy", 7000], [503, {}, "busy", 10_000], [500, {}, "away", 0],
] as const) {
    test(`an answer ${String(status)} is told as ${why}`, async () => {
        graph(status, {}, headers)
        await assert.rejects(peopleLike("", "t", "ma", still), (error) => error instanceof NoPeople && error.why === why && error.wait === wait)
    })
}

test("without a network it is away, and a search that is not wanted any more is nobody's trouble", async () => {
    globalThis.fetch = () => Promise.reject(new TypeError("no network"))
    await assert.rejects(peopleLike("", "t", "ma", still), (error) => error instanceof NoPeople && error.why === "away")
    const over = new AbortController()
    over.abort()
    await assert.rejects(peopleLike("", "t", "ma", over.signal), TypeError)
})
