/** "Never for me": kept where a browser lets it be, and else while the pane is open. */

import assert from "node:assert/strict"
import { afterEach, test } from "node:test"

import { Never } from "../taskpane/advice-never.ts"

function withStorage(storage: Pick<Storage, "getItem" | "setItem">): void {
    Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true })
}

function memory(first: string | null = null): Pick<Storage, "getItem" | "setItem"> {
    let kept = first
    return { getItem: () => kept, setItem: (_, value) => { kept = value } }
}

afterEach(() => { Reflect.deleteProperty(globalThis, "localStorage") })

void test("a rule that is not wanted stays so in the next pane", () => {
    withStorage(memory())
    assert.equal(new Never().add("jargon"), true)
    assert.deepEqual([...new Never().rules], ["jargon"])
})

void test("without storage it holds in this pane, and that is told", () => {
    const refuse = (): never => { throw new Error("SecurityError") }
    withStorage({ getItem: refuse, setItem: refuse })
    const never = new Never()
    assert.equal(never.add("jargon"), false)
    assert.deepEqual([...never.rules], ["jargon"])
})

void test("what something else wrote there is no rule", () => {
    for (const text of ["{", "7", '{"jargon": true}', "[1, null]"]) {
        withStorage(memory(text))
        assert.deepEqual([...new Never().rules], [])
    }
})
