import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { markOf, putMark, removeMark } from "../src/verified.ts"

const NUMBER = "12345".repeat(12)
const AT = new Date(Date.UTC(2026, 4, 3, 12))
const pair = (own: string, other = "ann@hart.example"): { own: string; other: string } => ({ own, other })

/** A browser's storage, or one that is closed to the page. */
function storage(open: boolean): Map<string, string> {
    const items = new Map<string, string>()
    const closed = (): never => { throw new DOMException("no") }
    const value = open
        ? { getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, text: string) => { items.set(name, text) } }
        : { getItem: closed, setItem: closed }
    Object.defineProperty(globalThis, "localStorage", { configurable: true, value })
    return items
}

void describe("the mark of who was compared with", () => {
    void it("is kept as the specification has it, and taken away", () => {
        const items = storage(true)
        assert.equal(markOf(pair("maya@client.example")), null)
        assert.equal(putMark(pair("maya@client.example"), { number: NUMBER, at: AT }), true)
        assert.deepEqual(JSON.parse(items.get("letterlock.verified") ?? ""), {
            "maya@client.example ann@hart.example": { number: NUMBER, at: AT.getTime() / 1000 },
        })
        assert.deepEqual(markOf(pair("maya@client.example")), { number: NUMBER, at: AT })
        removeMark(pair("maya@client.example"))
        assert.equal(markOf(pair("maya@client.example")), null)
    })

    void it("is that of one person, where two read in one browser", () => {
        storage(true)
        putMark(pair("maya@client.example"), { number: NUMBER, at: AT })
        assert.equal(markOf(pair("tom@client.example")), null)
        removeMark(pair("tom@client.example"))
        assert.notEqual(markOf(pair("maya@client.example")), null)
    })

    void it("lasts as long as the page where nothing can be kept, and that is said", () => {
        storage(false)
        assert.equal(putMark(pair("nobody@client.example"), { number: NUMBER, at: AT }), false)
        assert.deepEqual(markOf(pair("nobody@client.example")), { number: NUMBER, at: AT })
        removeMark(pair("nobody@client.example"))
        assert.equal(markOf(pair("nobody@client.example")), null)
    })

    void it("is one of 500 at most, of which the oldest goes", () => {
        storage(true)
        for (let n = 0; n < 501; n += 1) putMark(pair("maya@client.example", `${String(n)}@hart.example`), { number: NUMBER, at: AT })
        assert.equal(markOf(pair("maya@client.example", "0@hart.example")), null)
        assert.notEqual(markOf(pair("maya@client.example", "1@hart.example")), null)
        assert.notEqual(markOf(pair("maya@client.example", "500@hart.example")), null)
    })

    void it("is none where something else stands in its place", () => {
        const items = storage(true)
        const kept = (value: unknown): string => JSON.stringify({ "maya@client.example ann@hart.example": value })
        for (const strange of ["no", "[]", kept(7), kept({ number: "123", at: 1 }), kept({ number: NUMBER, at: "soon" }), kept({ number: NUMBER, at: 1.5 })]) {
            items.set("letterlock.verified", strange)
            assert.equal(markOf(pair("maya@client.example")), null, strange)
        }
    })
})
