import assert from "node:assert/strict"
import { beforeEach, describe, it } from "node:test"

import { LogRefused, type Looked, type Looking, type Lookup } from "@letterlock/crypto"

import { KeyLog, lastLog } from "../src/log.ts"

const said = { log: { text: "", signature: null, history: [] } }
const of = (address: string): Lookup => ({ address } as Lookup)
const looked = (size: number, root: string, index = 0): Looked => ({ checkpoint: { size, root }, seen: { index, event: `e${String(index)}` } })

/** A log whose checks give these one after the other; `asked` is what each was made with. */
function logOf(answers: Looked[], logKey = "log"): { log: KeyLog; asked: Looking[] } {
    const asked: Looking[] = []
    const crypto = { checkLooked: (looking: Looking) => {
        asked.push(looking)
        const answer = answers.shift()
        return answer === undefined ? Promise.reject(new LogRefused("log-rolled-back")) : Promise.resolve(answer)
    } }
    return { log: new KeyLog({ crypto, directoryKey: "", logKey }), asked }
}

/** A browser's storage, or one that is closed to the page. */
function storage(open: boolean): void {
    const items = new Map<string, string>()
    const closed = (): never => { throw new DOMException("no") }
    const value = open
        ? { getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, text: string) => { items.set(name, text) } }
        : { getItem: closed, setItem: closed }
    Object.defineProperty(globalThis, "localStorage", { configurable: true, value })
}

for (const open of [true, false]) {
    void describe(open ? "what was seen of the log" : "what was seen of the log, where a page may keep nothing", () => {
        beforeEach(() => { storage(open) })

        void it("goes with the next call, with the event of who is asked about", async () => {
            const { log, asked } = logOf([looked(3, "a", 2), looked(5, "b", 4), looked(5, "b", 2)], `next ${String(open)}`)
            assert.equal(log.begin().since, 0)
            await log.begin().check(said, of("maya"))
            assert.equal(log.begin().since, 3)
            await log.begin().check(said, of("tom"))
            await log.begin().check(said, of("maya"))
            assert.deepEqual(asked.map(({ kept, known }) => [kept?.size ?? 0, known?.index ?? null]), [[0, null], [3, null], [5, 2]])
            assert.equal(lastLog()?.size, 5)
        })

        void it("stays when an answer is refused", async () => {
            const { log } = logOf([looked(3, "a")], `refused ${String(open)}`)
            await log.begin().check(said, of("maya"))
            await assert.rejects(log.begin().check(said, of("maya")), { code: "log-rolled-back" })
            assert.equal(log.begin().since, 3)
        })

        void it("is the larger one of two calls at once, and two of one size must be the same", async () => {
            const { log } = logOf([looked(5, "b", 4), looked(3, "a", 2), looked(5, "c")], `two ${String(open)}`)
            const [one, two, three] = [log.begin(), log.begin(), log.begin()]
            await one.check(said, of("maya"))
            await two.check(said, of("maya"))
            assert.deepEqual([lastLog()?.size, lastLog()?.seen["maya"]?.index], [5, 4])
            await assert.rejects(three.check(said, of("tom")), { code: "log-split" })
        })

        void it("says nothing of a log with another key", async () => {
            await logOf([looked(3, "a")], "one").log.begin().check(said, of("maya"))
            assert.equal(logOf([], "other").log.begin().since, 0)
        })
    })
}

void describe("what another page left in the same place", () => {
    void it("is as if nothing had been kept", () => {
        storage(true)
        for (const left of ["{", "null", "{\"log\":\"log\"}", "{\"log\":\"log\",\"size\":-1,\"root\":\"\",\"seen\":{}}"]) {
            localStorage.setItem("letterlock.key-log", left)
            assert.equal(logOf([]).log.begin().since, 0)
        }
    })
})
