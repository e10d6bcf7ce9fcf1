/** A new key in the place of one that is open by its recovery code, against a server that does as it should and some that do not. */
import assert from "node:assert/strict"
import { beforeEach, describe, it } from "node:test"

import { type OwnKey, OwnKeyRefused } from "@letterlock/crypto"

import { enrol, type EnrolPage, type EnrolWay, forgetOwn, getOwn, makePasskey, type OwnDesk, unlock, watchSteps } from "../../src/own/index.ts"
import { Authenticator, deskOf, PERSON, Server } from "./server.ts"

const BEGIN = "POST /keys/enrolments"
const BACK = `GET /keys/enrolments/${"e".repeat(22)}`
const failed = (code: string) => (error: Error): boolean => (error as Error & { code?: string }).code === code

class Page implements EnrolPage {
    code = ""
    freshened = 0
    readonly #server: Server
    constructor(server: Server) { this.#server = server }
    keep = (code: string): Promise<{ name: string }> => {
        this.code = code
        return Promise.resolve({ name: "On paper" })
    }
    again = (): Promise<string> => Promise.resolve("tall ships")
    fresh = (): Promise<void> => {
        this.freshened += 1
        this.#server.fresh = true
        return Promise.resolve()
    }
}

interface Setting { server: Server; touch: Authenticator; desk: OwnDesk; page: Page; way: EnrolWay; present: OwnKey; managed: string; first: string }

/** Somebody with a key of her own, which its recovery code has opened. */
async function held(): Promise<Setting> {
    const server = await new Server().begin()
    const [managed, touch, page] = [server.key ?? "", new Authenticator(), new Page(server)]
    const desk = deskOf(server, touch)
    const { credential } = await makePasskey(desk, "Phone", page)
    const way: EnrolWay = { kind: "passkey", credential, name: "Phone" }
    await enrol(desk, way, page)
    const first = page.code
    const present = await unlock(desk, { kind: "recovery-code", code: first })
    return { server, touch, desk, page, way, present, managed, first }
}

beforeEach(async () => {
    watchSteps(null)
    await forgetOwn()
})

describe("a key in the place of one that is there", () => {
    it("has every identity from before, and the old recovery code opens nothing", async () => {
        const { server, desk, page, way, present, managed, first } = await held()
        const { own, backupsUntil } = await enrol(desk, way, page, present)
        assert.deepEqual([server.key, own.old, backupsUntil], [own.key, [present.key, managed], null])
        assert.equal((await getOwn(PERSON))?.key, own.key)
        await forgetOwn()
        await assert.rejects(unlock(desk, { kind: "recovery-code", code: first }), failed("keyslot-secret"))
        const opened = await unlock(desk, { kind: "recovery-code", code: page.code })
        assert.deepEqual([opened.key, opened.old], [own.key, [present.key, managed]])
    })

    it("again and again, and takes nothing twice", async () => {
        const { desk, page, way, present, managed } = await held()
        const { own: second } = await enrol(desk, way, page, present)
        const { own: third } = await enrol(desk, { kind: "password", password: "tall ships", name: "Password" }, page, second)
        assert.deepEqual(third.old, [second.key, present.key, managed])
    })

    it("posts no identity in the open", async () => {
        const { server, desk, page, way, present } = await held()
        await enrol(desk, way, page, present)
        const sent = JSON.stringify(server.bodies)
        for (const secret of ["AGE-SECRET-KEY", page.code]) assert.ok(!sent.includes(secret), secret)
    })

    it("waits for a fresh code, and proves the key anew where an answer got lost", async () => {
        const { server, desk, page, way, present } = await held()
        server.fresh = false
        let lost = 0
        server.bend.set(BEGIN, (answer) => {
            lost += 1
            if (lost === 1) throw new TypeError("the answer got lost")
            return answer
        })
        const { own } = await enrol(desk, way, page, present)
        assert.deepEqual([server.key, page.freshened], [own.key, 1])
    })

    it("stopped before any of its steps, leaves the old or the new recovery code, and all that they open", async () => {
        const names: string[] = []
        for (let stop = 1; ; stop += 1) {
            const { server, desk, page, way, present, first } = await held()
            let reached = ""
            watchSteps((number, name) => {
                if (number !== stop) return
                reached = name
                throw new Error("stopped")
            })
            const done = await enrol(desk, way, page, present).then(() => true, () => false)
            watchSteps(null)
            await forgetOwn()
            const code = server.key === present.key ? first : page.code
            const opened = await unlock(desk, { kind: "recovery-code", code })
            assert.ok([...opened.old, opened.key].includes(present.key))
            if (done) break
            names.push(reached)
        }
        assert.deepEqual(names, [
            "own", "identity", "code", "passkey", "seal", "code kept", "sign", "hand on", "enrolment", "question", "read back", "open",
            "passkey", "open", "challenge", "old", "completion", "keep",
        ])
    })
})

describe("a server that drops something is not completed with", () => {
    it("when an identity from before is missing, or another stands under its name", async () => {
        for (const at of [0, 1]) {
            for (const bent of ["missing", "another"] as const) {
                const { server, desk, page, way, present } = await held()
                server.bend.set(BACK, (answer) => {
                    const old = answer["old"] as { key: string; age: string }[]
                    const other = old[1 - at]?.age ?? ""
                    return { ...answer, old: bent === "missing" ? old.toSpliced(at, 1) : old.with(at, { key: old[at]?.key ?? "", age: other }) }
                })
                await assert.rejects(enrol(desk, way, page, present), OwnKeyRefused)
                assert.equal(server.key, present.key)
            }
        }
    })

    it("and who has not the present key begins nothing", async () => {
        const [mine, other] = [await held(), await held()]
        await assert.rejects(enrol(mine.desk, mine.way, mine.page, other.present), failed("own-key-challenge"))
        assert.equal(mine.server.key, mine.present.key)
    })
})
