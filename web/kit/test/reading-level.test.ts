import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { OwnKeyRefused } from "@letterlock/crypto"

import { KeyNeeded } from "../src/own/desk.ts"
import { levelNotes, shownLevel, signedWords } from "../src/reading/level.ts"
import type { OpenLetter } from "../src/reading/open.ts"
import { isLocked, refusalIn } from "../src/reading/refusal.ts"
import { notices, readerLines } from "../src/reading/standing.ts"
import { checkedWords, verifySentences } from "../src/reading/verify.ts"
import { readerWords } from "../src/levels.ts"
import { writingTrouble } from "../src/writing/trouble.ts"

const ANN = "ann@hart.example", MAYA = "maya@client.example", TOM = "tom@client.example"
const CREATED = Date.UTC(2026, 4, 1, 12) / 1000
const key = (letter: string): string => letter.repeat(43)

type Level = "managed" | "self-held"

/** From Ann to Maya. */
function letter(own: Level, reader: Level, changes: object = {}, stated: Level = own === "managed" ? "managed" : reader): OpenLetter {
    const readers = [
        { address: ANN, role: "sender", level: own, key: key("k") }, { address: MAYA, role: "to", level: reader, key: key("m") },
    ]
    const sender = { address: ANN, key: key("a"), custody: own }
    return {
        viewer: MAYA, senderName: "Ann Lee", names: { [MAYA]: "Maya Okafor", [TOM]: "Tom Birchall" }, hash: key("h"), grants: [], now: null, until: null,
        statement: { readers, sender, level: stated, created: CREATED, message_key: key("x"), objects: [{ role: "body" }] },
        body: { sent_at: CREATED },
        ...changes,
    } as unknown as OpenLetter
}

const late = { address: TOM, role: "late", level: "managed", key: key("t"), created: CREATED + 2 * 86_400, granted_by: { address: ANN } }

/** All that a page says of a letter's level and of who signed it. */
function said(one: OpenLetter): string {
    const rows = readerLines(one).map(({ who, more, level }) => `${who} ${more} ${readerWords(level)}`)
    return [shownLevel(one).words, ...levelNotes(one), ...notices(one), ...rows, checkedWords(one), ...verifySentences(one, "Hart & Co")].join("\n")
}

const shownLines = (one: OpenLetter): unknown[] => readerLines(one).map(({ who, says }) => [who, says])

describe("a letter's level on the page", () => {
    it("is Protected, and nowhere called end-to-end, where its sender is managed and its reader holds her own key", () => {
        const one = letter("managed", "self-held", { now: "self-held" })
        assert.equal(shownLevel(one).words, "level.managed")
        assert.deepEqual(levelNotes(one), ["Ann Lee's own copy is kept by the firm's server."])
        assert.doesNotMatch(said(one), /end-to-end|self-held/iu)
    })

    it("tells the sender of her own copy", () => {
        assert.deepEqual(levelNotes(letter("managed", "self-held", { viewer: ANN })), ["Your own copy is kept by the firm's server."])
    })

    it("says nothing new where nobody holds her own key", () => {
        assert.deepEqual(levelNotes(letter("managed", "managed")), [])
    })

    it("is end-to-end where both hold their own, and says whose device signed", () => {
        const one = letter("self-held", "self-held", { now: "self-held" })
        assert.equal(shownLevel(one).words, "level.self-held")
        assert.deepEqual(levelNotes(one), [])
        assert.equal(signedWords(one), "Signed by Ann Lee's device.")
        assert.equal(checkedWords({ ...one, viewer: ANN }), "Signed by your device. Nothing has been changed since.")
        assert.equal(signedWords(letter("managed", "managed")), "Signed by the firm's server for Ann Lee.")
    })

    it("is lowered by what the server tells of a grant that this envelope does not hold, and never raised", () => {
        const one = letter("self-held", "self-held", { told: "managed" })
        assert.equal(shownLevel(one).words, "level.managed")
        assert.deepEqual(levelNotes(one), ["Somebody was given this letter later, with a key that the firm's server keeps. Since then the letter is: Protected."])
        assert.doesNotMatch(said(one), /end-to-end/iu)
        assert.equal(shownLevel(letter("managed", "self-held", { told: "self-held" })).words, "level.managed")
        assert.match(levelNotes(letter("self-held", "self-held", { told: "managed", grants: [late] }))[0] ?? "", /^Tom Birchall, added by/u)
    })

    it("is lowered by a later reader with a weaker key, in one visible line", () => {
        const one = letter("self-held", "self-held", { grants: [late] })
        assert.equal(shownLevel(one).level, "managed")
        assert.match(levelNotes(one).join(), /^Tom Birchall, added by Ann Lee, 3 May( 2026)?\. Since then the letter is: Protected\.$/u)
        assert.deepEqual(notices(one), [])
        assert.doesNotMatch(said(one), /end-to-end/iu)
    })

    it("stays what it was for a letter from before one's own key, with the day", () => {
        const one = letter("self-held", "managed", { now: "self-held", until: new Date(Date.UTC(2026, 4, 10, 12)) })
        assert.match(levelNotes(one).join(), /^Protected until Sunday 10 May 2026.*; since then your key is yours alone\.$/u)
        assert.deepEqual(levelNotes({ ...one, until: null }), [])
    })

    it("names who had no key, as long as no grant that it knows gave it to her", () => {
        const one = letter("self-held", "self-held")
        const readers = one.statement.readers.map((each) => each.address === MAYA ? { ...each, key: "pending" } : each)
        const waiting = { ...one, viewer: ANN, statement: { ...one.statement, readers } }
        assert.deepEqual(levelNotes(waiting), ["Maya Okafor had no key of their own when this was sent, so it waited for one."])
        assert.deepEqual(shownLines(waiting), [["You", undefined], ["Maya Okafor", "Had no key when this was sent"]])
        const given = (role: string, level: Level): OpenLetter =>
            ({ ...waiting, grants: [{ ...late, address: MAYA, role, level }] }) as unknown as OpenLetter
        assert.deepEqual([levelNotes(given("to", "self-held")), notices(given("to", "self-held"))], [[], []])
        assert.deepEqual(shownLines(given("to", "self-held")), [["You", undefined], ["Maya Okafor", undefined]])
        assert.match(levelNotes(given("late", "managed")).join(), /^Maya Okafor, added by Ann Lee, 3 May( 2026)?\. Since then the letter is: Protected\.$/u)
    })

    it("is shown to who waited for it as to any other reader", () => {
        const readers = letter("self-held", "self-held").statement.readers.map((each) => each.address === MAYA ? { ...each, key: "pending" } : each)
        const hers = letter("self-held", "self-held", { grants: [{ ...late, address: MAYA, role: "to", level: "self-held" }] })
        const one = { ...hers, statement: { ...hers.statement, readers } } as unknown as OpenLetter
        assert.deepEqual(shownLines(one), [["You", undefined], ["Ann Lee, who wrote it", undefined]])
        assert.deepEqual([levelNotes(one), notices(one), shownLevel(one).words], [[], [], "level.self-held"])
        assert.doesNotMatch(said(one), /added/u)
    })
})

describe("a key that is not open here", () => {
    it("is no refusal of the letter, and says what is missing", () => {
        for (const error of [new KeyNeeded("closed"), new OwnKeyRefused("own-key-unknown"), new OwnKeyRefused("own-key-closed")]) {
            assert.ok(isLocked(error))
            assert.equal(refusalIn(error), null)
            assert.match(writingTrouble(error, "Send"), /key of your own, which is not open on this page.*nothing has gone out/u)
        }
        assert.ok(!isLocked(new Error("other")))
    })
})
