import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { compareKeys, type Level, type Lookup, type Party } from "@letterlock/crypto"

import { squaresOf } from "../src/comparing/qr-code.ts"
import { KeyNeeded } from "../src/own/desk.ts"
import { compare, type Comparison, groupsIn, NoNumberYet, type SafetyDesk, standingOf } from "../src/safety.ts"

const ANN = "ann@hart.example", MAYA = "maya@client.example"
const signingKey = (of: string): string => Buffer.alloc(32, of).toString("base64url")

function lookup(address: string, of: string, level: Level = "managed", signs = true): Lookup {
    const custody = level === "self-held" ? "self-held" : "managed"
    return {
        v: 1, address, asked: 0, checkpoint: null, custody, key: of.repeat(43), level, recipient: "age1pq1", until: null,
        signing_key: signs ? signingKey(of) : null,
    }
}

/** Somebody's browser: what the directory says of her and of the other, and the key that is open in it. */
function desk(me: Lookup, other: Lookup, open: Awaited<ReturnType<SafetyDesk["own"]>> = null): SafetyDesk {
    const asked = (people: readonly { address: string }[]): Promise<{ lookup: Lookup; name: string }[]> =>
        Promise.resolve(people.map(({ address }) => ({ lookup: { ...other, address }, name: "" })))
    return {
        crypto: { compareKeys: ({ own, other }: { own: Party; other: Party }) => Promise.resolve(compareKeys(own, other)) },
        enter: () => Promise.resolve({ me: { lookup: me }, lookUp: asked }),
        own: () => Promise.resolve(open),
    }
}

const [ann, maya] = [lookup(ANN, "a"), lookup(MAYA, "m", "self-held")]
const open = { key: maya.key, signing_key: signingKey("m") }

void describe("a comparison", () => {
    void it("has one number for both, with the half of each", async () => {
        const [hers, mine] = [await compare(desk(maya, ann, open), ANN), await compare(desk(ann, maya), MAYA)]
        assert.equal(hers.number, mine.number)
        assert.equal([hers.half, mine.half].sort().join(""), hers.number)
        assert.equal(groupsIn(hers.number).length, 12)
        assert.equal(groupsIn(hers.number).join(""), hers.number)
    })

    void it("is made with the key that is open here, whatever the directory says of oneself", async () => {
        const lied = await compare(desk(lookup(MAYA, "x", "self-held"), ann, open), ANN)
        assert.equal(lied.number, (await compare(desk(maya, ann, open), ANN)).number)
        assert.notEqual(lied.number, (await compare(desk(ann, lookup(MAYA, "x", "self-held")), MAYA)).number)
    })

    void it("is not made while one's own key is not open here, nor with who has no signing key", async () => {
        await assert.rejects(compare(desk(maya, ann), ANN), KeyNeeded)
        await assert.rejects(compare(desk(ann, lookup(MAYA, "m", "managed", false)), MAYA), NoNumberYet)
    })

    void it("is worth what the weaker of both keys is", async () => {
        const annOwn = lookup(ANN, "b", "self-held"), opened = { key: annOwn.key, signing_key: signingKey("b") }
        const worth = async (...given: [...Parameters<typeof desk>, string]): Promise<string> =>
            (await compare(desk(given[0], given[1], given[2]), given[3])).worth
        assert.equal(await worth(maya, annOwn, open, ANN), "both")
        assert.equal(await worth(maya, ann, open, ANN), "mine")
        assert.equal(await worth(ann, maya, null, MAYA), "theirs")
        assert.equal(await worth(ann, lookup(MAYA, "m"), null, MAYA), "neither")
        assert.equal(await worth(annOwn, maya, opened, MAYA), "both")
    })
})

void describe("a mark", () => {
    const at = new Date(0)
    const between = (one: Lookup, other: Lookup): Promise<Comparison> => compare(desk(one, other), other.address)

    void it("stands while the number does, and says whose keys changed when it falls", async () => {
        const before = await between(ann, lookup(MAYA, "m"))
        const mark = { number: before.number, at }
        assert.equal(standingOf(mark, before), "same")
        assert.deepEqual(standingOf(mark, await between(ann, lookup(MAYA, "n"))), { whose: "theirs" })
        assert.deepEqual(standingOf(mark, await between(lookup(ANN, "b"), lookup(MAYA, "m"))), { whose: "mine" })
        assert.deepEqual(standingOf(mark, await between(lookup(ANN, "b"), lookup(MAYA, "n"))), { whose: "both" })
    })
})

void describe("the code", () => {
    void it("is a code of the smallest size that takes 60 digits at level M, with four light modules around it", () => {
        const squares = squaresOf("12345".repeat(12))
        assert.equal(squares.length, 25 + 8)   // version 2
        assert.ok(squares.every((row) => row.length === 33 && !row.slice(0, 4).includes(true) && !row.slice(-4).includes(true)))
        assert.ok([...squares.slice(0, 4), ...squares.slice(-4)].every((row) => !row.includes(true)))
    })
})
