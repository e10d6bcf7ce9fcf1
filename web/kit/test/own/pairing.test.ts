/** A pane and the portal's page, over a server that does what pairing.md says, and over some that do not. */
import assert from "node:assert/strict"
import { beforeEach, describe, it } from "node:test"

import { PairingRefused, type PairingRefusal } from "@letterlock/crypto"

import { Problem, Unreachable } from "../../src/api.ts"
import {
    Answering, beginPairing, fetchWaiting, finishPairing, forgetOwn, forgetPane, kIn, PairingOver, refusePairing, reopenPane, TriesUsed,
    type Begun, type Paired, type Waiting,
} from "../../src/own/index.ts"
import { Disk, setting, type Setting } from "./panes.ts"

const ASKER = { program: "outlook", platform: "windows" } as const
const PORTAL = "https://portal.hart.example"
const refused = (code: PairingRefusal) => (error: Error): boolean => error instanceof PairingRefused && error.code === code
const failed = (code: string) => (error: Error): boolean => error instanceof Problem && error.code === code

let it_: Setting
beforeEach(async () => {
    await forgetOwn()
    it_ = await setting()
})

const begin = (): Promise<Begun> => beginPairing(it_.pane, it_.me, ASKER, PORTAL)

/** What the person does at the portal, with the code that the pane shows or another. */
async function answer(begun: Begun, code = begun.code): Promise<Answering> {
    const k = kIn(new URL(begun.link).hash)
    const answering = new Answering(it_.page, k, await fetchWaiting(it_.page, k))
    await answering.give(it_.own, code)
    return answering
}

/** Does this instead of waiting for the first time, and then waits no more. */
const meanwhile = (work: () => unknown): Pick<Waiting, "wait"> => {
    let done = false
    return {
        wait: async () => {
            if (!done) await work()
            done = true
        },
    }
}

async function paired(): Promise<Paired> {
    const begun = await begin()
    await answer(begun)
    return finishPairing(it_.pane, it_.me, begun)
}

describe("pairing", () => {
    it("brings the key into the pane, with those before it, and keeps it", async () => {
        const begun = await begin()
        assert.match(begun.code, /^[A-Z2-9]{4}-[A-Z2-9]{4}$/u)
        assert.match(begun.link, /^https:\/\/portal\.hart\.example\/staff\/pair#[\w-]{43}$/u)
        const { own, pane, kept } = await finishPairing(it_.pane, it_.me, begun, meanwhile(() => answer(begun)))
        assert.deepEqual([own.key, own.old, kept], [it_.own.key, it_.own.old, true])
        assert.deepEqual([...it_.server.panes], [[pane, { share: it_.server.panes.get(pane)?.share, kept: true }]])
    })

    it("never posts k, the code, or anything of the key in the open", async () => {
        const begun = await begin()
        await answer(begun)
        await finishPairing(it_.pane, it_.me, begun)
        const sent = JSON.stringify([it_.server.asked, it_.server.bodies])
        for (const secret of [kIn(new URL(begun.link).hash), begun.code, begun.code.replace("-", ""), "AGE-SECRET-KEY"]) assert.ok(!sent.includes(secret), secret)
    })

    it("takes the code in small letters, with blanks, and the whole line that it stands in", async () => {
        for (const typed of [(code: string) => code.toLowerCase(), (code: string) => ` ${code.replace("-", " ")} `, (code: string) => `Your code: ${code}`]) {
            const begun = await begin()
            await answer(begun, typed(begun.code))
            assert.ok((await finishPairing(it_.pane, it_.me, begun)).kept)
        }
    })

    it("shows who asks, before the key is opened", async () => {
        const begun = await begin()
        const waiting = await fetchWaiting(it_.page, kIn(new URL(begun.link).hash))
        assert.deepEqual([waiting.id, waiting.asked.program, waiting.asked.platform, waiting.browser], [begun.pairing.id, "outlook", "windows", "Edge on Windows"])
        assert.equal(waiting.expires.getTime() - waiting.created.getTime(), 600_000)
    })

    it("is over on both sides when she says that it was not she", async () => {
        const begun = await begin()
        await refusePairing(it_.page, begun.pairing.id)
        await assert.rejects(finishPairing(it_.pane, it_.me, begun), PairingOver)
        await assert.rejects(answer(begun), failed("pairing-gone"))
    })

    it("is over when its time is, also without a network", async () => {
        const begun = await begin()
        let now = begun.until.getTime() - 1
        it_.server.away = true
        const said: string[] = []
        const waiting: Waiting = { now: () => now, wait: () => { now += 1; return Promise.resolve() }, onState: (state) => said.push(state) }
        await assert.rejects(finishPairing(it_.pane, it_.me, begun, waiting), PairingOver)
        assert.deepEqual(said, ["away"])
    })

    it("goes on after the network was away, or the server busy", async () => {
        const begun = await begin()
        await answer(begun)
        it_.server.away = true
        const said: string[] = []
        const wait: Waiting["wait"] = () => {
            it_.server.away = false
            return Promise.resolve()
        }
        await finishPairing(it_.pane, it_.me, begun, { wait, onState: (state) => said.push(state) })
        assert.deepEqual(said, ["away"])
        const again = await begin()
        await answer(again)
        it_.server.bend.set("GET /pairings/{id}", () => 503)
        await finishPairing(it_.pane, it_.me, again, { wait: () => { it_.server.bend.clear(); return Promise.resolve() } })
    })

    it("can be given up while it waits", async () => {
        const begun = await begin()
        const stop = new AbortController()
        const waiting = finishPairing(it_.pane, it_.me, begun, { signal: stop.signal, onState: () => { stop.abort(new Error("later")) } })
        await assert.rejects(waiting, { message: "later" })
        await assert.rejects(finishPairing(it_.pane, it_.me, begun, { signal: AbortSignal.abort() }), { name: "AbortError" })
        await answer(begun)
        it_.server.bend.set("POST /pairings/{id}/completion", () => 500)
        const closing = new AbortController()
        const given = meanwhile(() => { closing.abort(new Error("closed")) })
        await assert.rejects(finishPairing(it_.pane, it_.me, begun, { ...given, signal: closing.signal }), { message: "closed" })
        assert.equal(it_.pane.storage.value, null)
    })

    it("goes on where the completion's answer was lost, though the server has deleted what was opened", async () => {
        const begun = await begin()
        await answer(begun)
        it_.server.bend.set("POST /pairings/{id}/completion", () => 500)
        const { pane, kept } = await finishPairing(it_.pane, it_.me, begun, meanwhile(() => { it_.server.bend.clear() }))
        assert.deepEqual([[...it_.server.panes.keys()], kept], [[pane], true])
        assert.equal((await reopenPane(it_.pane, it_.me)).state, "open")
    })

    it("is over where the key was opened elsewhere, and where she may not", async () => {
        const begun = await begin()
        it_.server.bend.set("GET /pairings/{id}", () => ({ state: "answered", answer: null }))
        await assert.rejects(finishPairing(it_.pane, it_.me, begun), PairingOver)
        it_.server.bend.set("GET /pairings/{id}", () => 403)
        await assert.rejects(finishPairing(it_.pane, it_.me, begun), Problem)
    })
})

describe("the page", () => {
    it("takes k of a whole link alone", () => {
        const k = "A".repeat(43)
        assert.deepEqual([kIn(`#${k}`), kIn(k)], [k, k])
        for (const hash of ["", "#", `#${k}A`, `#${k.slice(1)}`, `#${k.slice(1)}=`, `##${k}`, `#${k}\n`]) assert.throws(() => kIn(hash), refused("pairing-link"), hash)
    })

    it("allows five wrong codes, hands nothing over, and tells the pane that it is over", async () => {
        const begun = await begin()
        const k = kIn(new URL(begun.link).hash)
        const answering = new Answering(it_.page, k, await fetchWaiting(it_.page, k))
        const wrong = begun.code.startsWith("A") ? `B${begun.code.slice(1)}` : `A${begun.code.slice(1)}`
        await assert.rejects(answering.give(it_.own, "7KQ2"), refused("pairing-code"))
        await assert.rejects(answering.give(it_.own, begun.code.replace(/.$/u, "0")), refused("pairing-code"))
        assert.equal(answering.left, 5)
        for (const left of [4, 3, 2, 1]) {
            await assert.rejects(answering.give(it_.own, wrong), refused("pairing-code"))
            assert.equal(answering.left, left)
        }
        await assert.rejects(answering.give(it_.own, wrong), TriesUsed)
        await assert.rejects(answering.give(it_.own, begun.code), TriesUsed)
        assert.ok(!it_.server.asked.some((each) => each.endsWith("/answer")))
        await assert.rejects(finishPairing(it_.pane, it_.me, begun), PairingOver)
    })

    it("takes the right code after wrong ones", async () => {
        const begun = await begin()
        const k = kIn(new URL(begun.link).hash)
        const answering = new Answering(it_.page, k, await fetchWaiting(it_.page, k))
        await assert.rejects(answering.give(it_.own, "AAAA-AAAA"), refused("pairing-code"))
        await answering.give(it_.own, begun.code)
        assert.equal((await finishPairing(it_.pane, it_.me, begun)).own.key, it_.own.key)
    })

    it("seals nothing to a recipient that the server put in the place of the pane's", async () => {
        const begun = await begin()
        it_.server.bend.set("GET /keys/pairings/{id}", (said) => ({ ...said, recipient: it_.own.recipient }))
        await assert.rejects(answer(begun), refused("pairing-code"))
        it_.server.bend.set("GET /keys/pairings/{id}", (said) => ({ ...said, program: "word" }))
        await assert.rejects(answer(begun), refused("pairing-code"))
        it_.server.bend.set("GET /keys/pairings/{id}", (said) => ({ ...said, program: "teams" }))
        await assert.rejects(answer(begun), { name: "Unexpected" })
        assert.equal(it_.server.current?.answer, null)
    })

    it("posts the same answer again where the network failed it", async () => {
        const begun = await begin()
        const k = kIn(new URL(begun.link).hash)
        const answering = new Answering(it_.page, k, await fetchWaiting(it_.page, k))
        it_.server.bend.set("POST /keys/pairings/{id}/answer", () => 502)
        await assert.rejects(answering.give(it_.own, begun.code), Problem)
        it_.server.bend.clear()
        await answering.give(it_.own, begun.code)
        const posted = it_.server.bodies.flatMap(({ answer: each }) => typeof each === "string" ? [each] : [])
        assert.ok(posted.length > 1)
        assert.equal(new Set(posted).size, 1)
    })
})

describe("the pane takes in", () => {
    it("no answer that the server made, nor one of an earlier pairing", async () => {
        const first = await begin()
        await answer(first)
        const old = it_.server.current?.answer ?? ""
        const begun = await begin()
        for (const made of [old, "AAAA"]) {
            it_.server.bend.set("GET /pairings/{id}", () => ({ state: "answered", answer: made }))
            await assert.rejects(finishPairing(it_.pane, it_.me, begun), refused("pairing-answer"))
        }
        assert.ok(!it_.server.asked.some((each) => each.endsWith("/completion")))
        assert.equal(it_.pane.storage.value, null)
    })

    it("no key but that of the person's own look-up", async () => {
        const begun = await begin()
        await answer(begun)
        const { own: other } = await setting()
        await assert.rejects(finishPairing(it_.pane, { ...it_.me, lookup: other }, begun), refused("pairing-other-key"))
        assert.ok(!it_.server.asked.some((each) => each.endsWith("/completion")))
    })
})

describe("a pane that starts", () => {
    it("opens what it keeps with the server's share, and asks for it anew each time", async () => {
        const { pane } = await paired()
        for (const time of ["once", "twice"]) {
            const found = await reopenPane(it_.pane, it_.me)
            assert.ok(found.state === "open", time)
            assert.deepEqual([found.own.key, found.own.old, found.pane], [it_.own.key, it_.own.old, pane])
            assert.ok(Date.now() - found.paired.getTime() < 60_000)
        }
        assert.equal(it_.server.asked.filter((each) => each.endsWith("/share")).length, 2)
    })

    it("has to be paired where nothing is kept, or nothing of ours", async () => {
        for (const value of [null, 7, "key", {}, { person: it_.me.id, pane: "p", half: "h" }]) {
            it_.pane.storage.value = value
            assert.deepEqual(await reopenPane(it_.pane, it_.me), { state: "unpaired" })
        }
        assert.deepEqual(it_.server.asked, [])
    })

    it("forgets the key of another person, without asking for its share", async () => {
        await paired()
        const asked = it_.server.asked.length
        assert.deepEqual(await reopenPane(it_.pane, { ...it_.me, id: "0".repeat(32) }), { state: "unpaired" })
        assert.equal(it_.pane.storage.value, null)
        assert.equal(it_.server.asked.length, asked)
    })

    it("forgets its key when it was removed, and says so", async () => {
        const { pane } = await paired()
        it_.server.panes.delete(pane)
        assert.deepEqual(await reopenPane(it_.pane, it_.me), { state: "removed" })
        assert.equal(it_.pane.storage.value, null)
        assert.deepEqual(await reopenPane(it_.pane, it_.me), { state: "unpaired" })
    })

    it("says that her key was replaced, and opens none that the directory does not name", async () => {
        const { pane } = await paired()
        const { own: other } = await setting()
        const now = { ...it_.me, lookup: other }
        assert.deepEqual(await reopenPane(it_.pane, now), { state: "replaced" })
        assert.notEqual(it_.pane.storage.value, null)   // a server that gives the share has replaced nothing
        it_.server.panes.delete(pane)
        assert.deepEqual(await reopenPane(it_.pane, now), { state: "replaced" })
        assert.equal(it_.pane.storage.value, null)
    })

    it("forgets nothing while it is away from the network, or the server in trouble", async () => {
        const { pane } = await paired()
        it_.server.away = true
        await assert.rejects(reopenPane(it_.pane, it_.me), Unreachable)
        it_.server.away = false
        it_.server.bend.set(`POST /panes/${pane}/share`, () => 403)
        await assert.rejects(reopenPane(it_.pane, it_.me), Problem)
        it_.server.bend.clear()
        assert.equal((await reopenPane(it_.pane, it_.me)).state, "open")
    })

    it("opens nothing by another share, and opens again by the right one", async () => {
        const { pane } = await paired()
        const kept = it_.server.panes.get(pane)
        it_.server.panes.set(pane, { share: "A".repeat(43), kept: true })
        assert.deepEqual(await reopenPane(it_.pane, it_.me), { state: "damaged" })
        if (kept !== undefined) it_.server.panes.set(pane, kept)
        assert.equal((await reopenPane(it_.pane, it_.me)).state, "open")
    })
})

describe("a pane's storage", () => {
    it("where there is none, the key is in memory alone and the server is told", async () => {
        it_.pane.storage.room = 0
        const { own, pane, kept } = await paired()
        assert.deepEqual([own.key, kept, it_.server.panes.get(pane)?.kept], [it_.own.key, false, false])
        assert.deepEqual(await reopenPane(it_.pane, it_.me), { state: "unpaired" })
    })

    it("where it fails after all, the server is told that too", async () => {
        const begun = await begin()
        await answer(begun)
        const { works } = it_.pane.storage
        it_.pane.storage.works = async () => {
            const did = await works()
            it_.pane.storage.room = 0
            return did
        }
        const { pane, kept } = await finishPairing(it_.pane, it_.me, begun)
        assert.deepEqual([kept, it_.server.panes.get(pane)?.kept], [false, false])
    })

    it("paired again, takes the place of what was kept, and leaves the list too", async () => {
        const before = await paired()
        const now = await paired()
        assert.deepEqual([...it_.server.panes.keys()], [now.pane])
        assert.notEqual(before.pane, now.pane)
        assert.equal((await reopenPane(it_.pane, it_.me)).state, "open")
    })

    it("is not emptied of what another window has paired meanwhile, and opens that", async () => {
        const before = await paired()
        const kept = structuredClone(it_.pane.storage.value)
        const now = await paired()   // the other window: `before` leaves the list
        const { get } = it_.pane.storage
        it_.pane.storage.get = () => {   // this window had looked before
            it_.pane.storage.get = get
            return Promise.resolve(kept)
        }
        const found = await reopenPane(it_.pane, it_.me)
        assert.deepEqual([found.state, found.state === "open" && found.pane], ["open", now.pane])
        await forgetPane(it_.pane, before.pane)   // as the first window would
        assert.deepEqual([it_.pane.storage.value, it_.server.panes.size], [null, 0])
    })

    it("copied to another computer opens nothing once the pane was removed", async () => {
        const { pane } = await paired()
        const stolen = new Disk()
        stolen.value = structuredClone(it_.pane.storage.value)
        it_.server.panes.delete(pane)
        assert.deepEqual(await reopenPane({ ...it_.pane, storage: stolen }, it_.me), { state: "removed" })
    })

    it("is emptied before the server is told that the pane forgets", async () => {
        const { pane } = await paired()
        await forgetPane(it_.pane)
        assert.deepEqual([it_.pane.storage.value, it_.server.panes.size], [null, 0])
        assert.ok(it_.server.asked.includes(`DELETE /panes/${pane}`))
        await forgetPane(it_.pane)
        await forgetPane(it_.pane, pane)   // was removed at the portal meanwhile
        const again = await paired()
        it_.server.away = true
        await assert.rejects(forgetPane(it_.pane, again.pane), Unreachable)
        assert.equal(it_.pane.storage.value, null)
    })
})
