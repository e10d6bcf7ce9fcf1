import assert from "node:assert/strict"
import { test } from "node:test"

import type { OpenLetter } from "../src/reading/open.ts"
import { addressees, initials, notices, readerLines } from "../src/reading/standing.ts"
import { checkedWords, fingerprints, verifySentences } from "../src/reading/verify.ts"

const ANN = "ann@hart.example", BEN = "ben@hart.example", MAYA = "maya@client.example", TOM = "tom@client.example"
const CREATED = Date.UTC(2026, 4, 1, 12) / 1000
const NOW = new Date((CREATED + 60) * 1000)
const key = (letter: string): string => letter.repeat(43)

const reader = (address: string, role: "to" | "cc" | "sender" | "archive") => ({ address, role, level: "managed", key: key("k") }) as const

function grant(address: string, role: "hidden" | "late", by = ANN) {
    return { v: 1, statement: key("s"), address, role, level: "managed", key: key("g"), merge: key("m"), created: CREATED + 3 * 86_400,
        granted_by: { address: by, key: key("a"), custody: "managed" } } as const
}

function letter(changes: Partial<OpenLetter> = {}): OpenLetter {
    const readers = [reader(ANN, "sender"), reader("archive@hart.example", "archive"), reader(MAYA, "to"), reader(TOM, "cc")]
    return {
        viewer: MAYA, senderName: "Ann Lee", names: { [TOM]: "Tom Birchall", [BEN]: "Ben Carey" }, hash: key("h"), grants: [],
        statement: { readers, sender: { address: ANN, key: key("a"), custody: "managed" }, created: CREATED, message_key: key("x"),
            objects: [{ role: "body" }] },
        body: { sent_at: CREATED },
        ...changes,
    } as unknown as OpenLetter
}

test("everybody who can read is named, the viewer first and archives last", () => {
    assert.deepEqual(readerLines(letter()).map(({ who }) => who), [
        "You", "Tom Birchall", "Ann Lee, who wrote it", "archive@hart.example, the firm's archive",
    ])
})

test("a hidden reader is told that the others do not see him, and stands first in his own list", () => {
    const own = letter({ viewer: BEN, grants: [grant(BEN, "hidden")] })
    assert.deepEqual(notices(own), ["You are a hidden reader: the others do not see you here."])
    assert.equal(readerLines(own)[0]?.who, "You, hidden from the others")
    assert.match(verifySentences(own, "Hart & Co", NOW)[1] ?? "", /you are a hidden reader/u)
})

test("the sender sees her hidden copies by name", () => {
    const own = letter({ viewer: ANN, grants: [grant(BEN, "hidden")] })
    assert.ok(readerLines(own).some(({ who }) => who === "Ben Carey, hidden from the others"))
    assert.deepEqual(notices(own), [])
})

test("who was added later is a visible line with who did it and when", () => {
    const late = letter({ viewer: BEN, grants: [grant(BEN, "late", TOM)] })
    assert.match(notices(late).join(), /^You, added by Tom Birchall, 4 May( 2026)?\.$/u)
    assert.match(verifySentences(late, "Hart & Co", NOW)[1] ?? "", /Tom Birchall added you on Monday 4 May 2026/u)
})

test("Verify says in four sentences who wrote, to whom, with which keys, unchanged since when", () => {
    const sentences = verifySentences(letter(), "Hart & Co", NOW)
    assert.equal(sentences.length, 4)
    assert.match(sentences[0] ?? "", /Ann Lee \(ann@hart\.example\) wrote this letter, and the firm's server signed it for Ann Lee/u)
    assert.match(sentences[1] ?? "", /you and Tom Birchall/u)
    assert.match(sentences[2] ?? "", /Hart & Co's directory holds for Ann Lee/u)
    assert.match(sentences[3] ?? "", /since Friday 1 May 2026/u)
})

test("a letter from the future says that a clock is wrong, one of a minute ahead does not", () => {
    assert.equal(verifySentences(letter(), "Hart & Co", new Date((CREATED - 60) * 1000)).length, 4)
    assert.equal(verifySentences(letter(), "Hart & Co", new Date((CREATED - 7200) * 1000)).length, 5)
})

test("a letter that was signed an hour after its own date is told with both dates", () => {
    const at = (sent_at: number) => letter({ body: { sent_at } } as unknown as Partial<OpenLetter>)
    assert.equal(verifySentences(at(CREATED - 3600), "Hart & Co", NOW).length, 4)
    const sentences = verifySentences(at(CREATED - 2 * 86_400), "Hart & Co", NOW)
    assert.equal(sentences.length, 5)
    assert.match(sentences[4] ?? "", /dated Wednesday 29 April 2026, .* by its writer, and was signed Friday 1 May 2026/u)
    assert.equal(verifySentences(at(CREATED + 3601), "Hart & Co", NOW).length, 5)
})

test("a letter of one's own speaks of you", () => {
    const own = letter({ viewer: ANN })
    assert.match(verifySentences(own, "Hart & Co", NOW)[0] ?? "", /^You wrote this letter/u)
    assert.match(checkedWords(own), /for you\./u)
    assert.equal(addressees(own), "maya@client.example and Tom Birchall")
})

test("the fingerprints are those that were signed", () => {
    const values = fingerprints(letter()).map(({ value }) => value)
    assert.deepEqual(values, [key("a"), key("k"), key("k"), key("k"), key("k"), key("x"), key("h")])
})

test("initials are those of first and last name", () => {
    assert.deepEqual(["Ann Lee", "Maya Adaeze Okafor", "ann", "", "Éloïse Du Pré"].map(initials), ["AL", "MO", "A", "", "ÉP"])
})
