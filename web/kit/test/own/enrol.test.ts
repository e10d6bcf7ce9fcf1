/** Becoming the only holder of one's key, against a server that does what enrolment.md says, and against some that do not. */
import assert from "node:assert/strict"
import { beforeEach, describe, it } from "node:test"

import { KeyslotRefused, OwnKeyRefused } from "@letterlock/crypto"

import { Problem } from "../../src/api.ts"
import {
    addSlot, enrol, forgetOwn, getOwn, KeyNeeded, makePasskey, NoSlot, ownIn, removeSlot, unlock, watchSteps, enterByPasskey,
    type EnrolPage, type EnrolWay, type OwnDesk,
} from "../../src/own/index.ts"
import { Authenticator, deskOf, PERSON, Server, someIdentity } from "./server.ts"

/** A page whose person does everything right. */
class Person implements EnrolPage {
    code = ""
    readonly passwords: string[]
    freshened = 0
    readonly #server: Server
    constructor(server: Server, ...passwords: string[]) {
        this.#server = server
        this.passwords = passwords
    }
    keep = (code: string): Promise<{ name: string }> => {
        this.code = code
        return Promise.resolve({ name: "On paper" })
    }
    again = (tries: number): Promise<string> => Promise.resolve(this.passwords[tries - 1] ?? "")
    fresh = (): Promise<void> => {
        this.freshened += 1
        this.#server.fresh = true
        return Promise.resolve()
    }
}

interface Setting { server: Server; touch: Authenticator; desk: OwnDesk; page: Person; way: EnrolWay }

async function byPasskey(): Promise<Setting> {
    const server = await new Server().begin()
    const [touch, page] = [new Authenticator(), new Person(server)]
    const desk = deskOf(server, touch)
    const { credential } = await makePasskey(desk, "Phone", page)
    return { server, touch, desk, page, way: { kind: "passkey", credential, name: "Phone" } }
}

async function byPassword(...again: string[]): Promise<Setting> {
    const server = await new Server().begin()
    const page = new Person(server, ...again)
    return { server, touch: new Authenticator(), desk: deskOf(server), page, way: { kind: "password", password: "tall ships", name: "Password" } }
}

const failed = (code: string) => (error: Error): boolean => (error as Error & { code?: string }).code === code

beforeEach(async () => {
    watchSteps(null)
    await forgetOwn()
})

describe("becoming self-held", () => {
    it("by passkey: three touches with making it, and the key is open for the session", async () => {
        const { server, touch, desk, page, way } = await byPasskey()
        const before = server.key ?? ""
        const { own, backupsUntil } = await enrol(desk, way, page)
        assert.deepEqual(touch.touches, ["create", "get", "get"])
        assert.deepEqual([server.custody, server.key], ["self-held", own.key])
        assert.deepEqual(own.old, [before])
        assert.equal((await getOwn(PERSON))?.key, own.key)
        assert.equal(backupsUntil?.getTime(), 1_800_000_000_000)
        assert.deepEqual(server.slots.map(({ kind, name }) => [kind, name]), [["passkey", "Phone"], ["recovery-code", "On paper"]])
    })

    it("by password, which is asked for again until it is what it was the first time", async () => {
        const { server, desk, page, way } = await byPassword("tall ship", "Tall ships", "tall ships")
        await enrol(desk, way, page)
        assert.equal(server.custody, "self-held")
    })

    it("never posts a secret: neither identity, nor code, nor password, nor what a passkey gave", async () => {
        for (const { server, desk, page, way } of [await byPasskey(), await byPassword("tall ships")]) {
            await enrol(desk, way, page)
            const sent = JSON.stringify(server.bodies)
            for (const secret of ["AGE-SECRET-KEY", page.code, "tall ships", "prf\":{\"results"]) assert.ok(!sent.includes(secret), secret)
        }
    })

    it("has the mailbox proved where that is too long ago, and goes on with the same code", async () => {
        const { server, desk, page, way } = await byPasskey()
        server.fresh = false
        await enrol(desk, way, page)
        assert.deepEqual([page.freshened, server.custody], [1, "self-held"])
    })

    it("ends without a change where the person gives up", async () => {
        const { server, desk, page, way } = await byPasskey()
        await assert.rejects(enrol(desk, way, { again: page.again, fresh: page.fresh, keep: () => Promise.reject(new Error("later")) }), { message: "later" })
        assert.equal(server.custody, "managed")
        assert.ok(!server.asked.includes("POST /keys/enrolments"))
        assert.equal(await getOwn(), null)
    })

    it("stopped before any of its steps, leaves either the old or the new way in, and never neither", async () => {
        const names: string[] = []
        for (let stop = 1; ; stop += 1) {
            const { server, desk, page, way } = await byPasskey()
            let reached = ""
            watchSteps((number, name) => {
                if (number === stop) {
                    reached = name
                    throw new Error("stopped")
                }
            })
            const done = await enrol(desk, way, page).then(() => true, () => false)
            watchSteps(null)
            await forgetOwn()
            if (server.custody === "managed") assert.ok(server.managed)
            else assert.equal((await unlock(desk, { kind: "recovery-code", code: page.code })).key, server.key)
            if (done) break
            names.push(reached)
        }
        assert.deepEqual(names, [
            "own", "identity", "code", "passkey", "seal", "code kept", "sign", "enrolment", "read back", "open", "passkey", "open",
            "challenge", "old", "completion", "keep",
        ])
    })
})

describe("a server that does not do as it should is not completed with", () => {
    const BACK = `GET /keys/enrolments/${"e".repeat(22)}`

    async function refusedWith(bend: (server: Server) => void | Promise<void>, expected: object | ((error: Error) => boolean)): Promise<void> {
        const { server, desk, page, way } = await byPasskey()
        await bend(server)
        await assert.rejects(enrol(desk, way, page), expected)
        assert.equal(server.custody, "managed")
        assert.ok(!server.asked.some((each) => each.endsWith("/completion")))
        assert.equal(await getOwn(), null)
    }

    it("when it keeps another slot than was sent, or none", async () => {
        await refusedWith((server) => { server.bend.set(BACK, (answer) => ({ ...answer, slots: [] })) }, KeyslotRefused)
        await refusedWith((server) => {
            server.bend.set(BACK, (answer) => ({ ...answer, slots: (answer["slots"] as { text: string }[]).map((one) => ({ ...one, text: one.text.replace(/.$/u, " }") })) }))
        }, failed("keyslot-damaged"))
    })

    it("when an old identity is another than it says, or the present one is missing", async () => {
        await refusedWith(async (server) => { server.managed = { identity: (await someIdentity()).identity, key: server.key ?? "" } }, failed("own-key-other"))
        await refusedWith((server) => { server.bend.set(BACK, (answer) => ({ ...answer, old: [] })) }, OwnKeyRefused)
    })

    it("when its question is none", async () => {
        await refusedWith((server) => { server.bend.set(BACK, (answer) => ({ ...answer, challenge: "AAAA" })) }, failed("own-key-challenge"))
    })

    it("when it names another site, and nothing was sealed for that", async () => {
        await refusedWith((server) => { server.bend.set("GET /keys/own", (answer) => ({ ...answer, rp: "evil.example" })) }, failed("keyslot-foreign"))
    })
})

describe("afterwards the key opens", () => {
    it("by one touch, by password, and by the code as it was typed; by nothing else", async () => {
        const { desk, page, way } = await byPasskey()
        const { own } = await enrol(desk, way, page)
        await forgetOwn()
        assert.equal((await unlock(desk, { kind: "passkey" })).key, own.key)
        assert.equal((await unlock(desk, { kind: "recovery-code", code: ` ${page.code.toLowerCase()} ` })).key, own.key)
        await addSlot(desk, own, { kind: "password", password: "tall ships", name: "Password" })
        assert.equal((await unlock(desk, { kind: "password", password: "tall ships" })).key, own.key)
        await assert.rejects(unlock(desk, { kind: "password", password: "small ships" }), failed("keyslot-secret"))
        await assert.rejects(unlock(desk, { kind: "recovery-code", code: page.code.replace(/^./u, page.code.startsWith("A") ? "B" : "A") }), failed("recovery-code"))
    })

    it("with every identity that was there before", async () => {
        const { server, desk, page, way } = await byPasskey()
        const before = server.key
        await enrol(desk, way, page)
        await forgetOwn()
        assert.deepEqual((await unlock(desk, { kind: "passkey" })).old, [before])
    })

    it("by whichever of two passkeys the person takes", async () => {
        const { touch, desk, page, way } = await byPasskey()
        const { own } = await enrol(desk, way, page)
        const { credential } = await makePasskey(desk, "Laptop", page)
        await addSlot(desk, own, { kind: "passkey", credential, name: "Laptop" })
        for (const taken of touch.made) {
            touch.takes = taken
            assert.equal((await unlock(desk, { kind: "passkey" })).key, own.key)
        }
    })

    it("not by a slot of another person or key, which the server puts in the place of hers", async () => {
        const [mine, other] = [await byPasskey(), await byPasskey()]
        await enrol(mine.desk, mine.way, mine.page)
        await enrol(other.desk, other.way, other.page)
        await forgetOwn()
        mine.server.slots = other.server.slots
        await assert.rejects(unlock(mine.desk, { kind: "recovery-code", code: other.page.code }), failed("keyslot-foreign"))
        assert.equal(await getOwn(), null)
    })

    it("says that there is no such way, and asks for no touch then", async () => {
        const { touch, desk, page, way } = await byPassword("tall ships")
        await enrol(desk, way, page)
        await assert.rejects(unlock(desk, { kind: "passkey" }), NoSlot)
        assert.deepEqual(touch.touches, [])
    })

    it("and a slot goes only with an answer by the key", async () => {
        const { server, desk, page, way } = await byPasskey()
        const { own } = await enrol(desk, way, page)
        const added = await addSlot(desk, own, { kind: "password", password: "tall ships", name: "Password" })
        await removeSlot(desk, own, added)
        assert.deepEqual(server.slots.map(({ kind }) => kind), ["passkey", "recovery-code"])
        const other = await byPasskey()
        const { own: foreign } = await enrol(other.desk, other.way, other.page)
        await assert.rejects(removeSlot(desk, foreign, server.slots[0]?.slot ?? ""), failed("own-key-challenge"))
    })
})

describe("the session", () => {
    it("that is over takes the key with it", async () => {
        const { server, desk, page, way } = await byPasskey()
        await enrol(desk, way, page)
        server.over = true
        await assert.rejects(unlock(desk, { kind: "passkey" }), (error) => error instanceof Problem && error.status === 401)
        assert.equal(await getOwn(), null)
    })

    it("lasts twelve hours, and is one person's", async () => {
        const { desk, page, way } = await byPasskey()
        await enrol(desk, way, page)
        assert.ok(await getOwn(PERSON, Date.now() + 11 * 3_600_000))
        assert.equal(await getOwn(PERSON, Date.now() + 13 * 3_600_000), null)
        assert.equal(await getOwn(), null, "and stays gone")
        const other = await byPasskey()
        await enrol(other.desk, other.way, other.page)
        assert.equal(await getOwn("0".repeat(32)), null)
    })

    it("begins without a hint by signing in alone", async () => {
        const { touch, desk, page, way } = await byPasskey()
        await enrol(desk, way, page)
        assert.equal(await enterByPasskey(desk), null)
        assert.equal(touch.touches.length, 4)
    })

    it("opens nothing without the key", async () => {
        const own = ownIn({ openOwnEnvelope: never, openOwnDraftKey: never, signGrant: never, signStatement: never })
        await assert.rejects(own.openLetter({ envelope: "", envelope_key: "" }), KeyNeeded)
        await assert.rejects(own.openDraftKey({ envelope: "" }), KeyNeeded)
        await assert.rejects(own.sign("", []), KeyNeeded)
    })
})

const never = (): never => assert.fail("nothing may be asked")
