/** Advice: what each rule says, what it leaves alone, and that a firm and a writer have the last word. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { advise, adviseGently } from "../advice/advise.ts"
import type { Advice, House, Letter, Rule } from "../advice/letter.ts"
import { isLookAlike } from "../advice/look-alike.ts"
import { languageOf } from "../advice/pack.ts"
import { compile, Finder } from "../advice/phrases.ts"
import { parse } from "../advice/text.ts"

const HOUSE: House = {
    domains: ["hart.example"], record: null, glossary: [], blame: [], urgency: [], greetings: [],
    hours: { from: 7, to: 20, days: [1, 2, 3, 4, 5] }, off: [], stop: [],
}
const LETTER: Letter = {
    text: "", subject: "", sender: { address: "ann@hart.example", name: "Ann Lee" },
    to: [{ address: "maya@client.example", name: "Maya Okafor" }], others: [], replyAll: false, last: "", kind: "ordinary", hour: 10, weekday: 2,
}

const said = (letter: Partial<Letter>, house: Partial<House> = {}, never: readonly string[] = []): Advice[] =>
    advise({ ...LETTER, ...letter }, { house: { ...HOUSE, ...house }, language: "en", never: new Set(never) })
const rules = (letter: Partial<Letter>, house: Partial<House> = {}): Rule[] => said(letter, house).map(({ rule }) => rule)

const GOOD = "Dear Maya,\n\nThe office is closed on Friday.\n\nKind regards\nAnn"

void test("a good letter hears no word about its tone", () => {
    assert.deepEqual(rules({ text: GOOD }), ["channel_plain"])
})

void test("an empty letter hears nothing", () => {
    assert.deepEqual(said({ text: " \n ", hour: 23 }), [])
})

void test("a greeting that names somebody else is told, and the right name offered where it stands", () => {
    const text = GOOD.replace("Maya", "Mara")
    const [found] = said({ text }).filter(({ rule }) => rule === "greeting")
    assert.equal(text.slice(found?.start, found?.end), "Mara")
    assert.equal(found?.replacement, "Maya")
})

void test("short forms, titles and greetings to all are right", () => {
    const elizabeth = [{ address: "e@client.example", name: "Elizabeth Stone" }]
    for (const greeting of ["Dear Liz,", "Dear Ms Stone,", "Dear all,", "Hello Elizabeth,", "Dear Dr Stone,"]) {
        assert.equal(rules({ text: `${greeting}\n\nThank you for the day.`, to: elizabeth }).includes("greeting"), false, greeting)
    }
})

void test("German forms that do not agree are told", () => {
    const to = [{ address: "weber@client.example", name: "Jutta Weber" }]
    const text = "Sehr geehrter Frau Weber,\n\nvielen Dank für die Unterlagen, wir sehen sie uns an und melden uns bei Ihnen."
    assert.equal(rules({ text, to }).includes("greeting"), true)
    assert.equal(rules({ text: text.replace("geehrter", "geehrte"), to }).includes("greeting"), false)
})

void test("the firm's plain word is offered for its jargon, and colleagues may read jargon", () => {
    const glossary = [{ term: "remuneration", plain: "pay" }]
    const text = "Dear Maya,\n\nyour remuneration is settled for the year."
    const [found] = said({ text }, { glossary }).filter(({ rule }) => rule === "jargon")
    assert.deepEqual([text.slice(found?.start, found?.end), found?.replacement], ["remuneration", "pay"])
    assert.equal(rules({ text, to: [{ address: "ben@hart.example", name: "Ben" }] }, { glossary }).includes("jargon"), false)
    assert.equal(rules({ text: text.replace("remuneration", "remuneration (your pay)") }, { glossary }).includes("jargon"), false)
})

void test("what is quoted was said by somebody else", () => {
    assert.equal(rules({ text: "Dear Maya,\n\n> You failed to reply. THIS IS URGENT!!\n\nLet us look at it together." }).includes("blame"), false)
})

void test("a firm adds words of its own, and they are taken as written", () => {
    const text = "Dear Maya,\n\nkindly revert a.s.a.p on this (thanks)."
    assert.equal(rules({ text }, { urgency: ["kindly revert"] }).includes("urgency"), true)
    assert.equal(rules({ text }, { urgency: ["#money", "kindly *", "~"] }).includes("urgency"), false)
    assert.doesNotThrow(() => rules({ text }, { blame: ["(", "[a", "…", "~", "*", "#money", "a|b)"] }))
})

void test("a firm's rule that is off says nothing, nor one that the writer does not want", () => {
    const text = GOOD.replace("Maya", "Mara")
    assert.equal(rules({ text }, { off: ["greeting"] }).includes("greeting"), false)
    assert.equal(said({ text }, {}, ["greeting"]).some(({ rule }) => rule === "greeting"), false)
})

void test("a letter in the evening is told when the next working morning is", () => {
    const late = (hour: number, weekday: number): string | undefined => said({ text: GOOD, hour, weekday }).find(({ rule }) => rule === "late_evening")?.sentence
    assert.equal(late(22, 2), "It is late. Tomorrow morning would do, too.")
    assert.equal(late(22, 5), "It is late. Monday morning would do, too.")
    assert.equal(late(6, 3), "It is early. Later this morning would do, too.")
    assert.equal(late(15, 0), "It is a day off. Tomorrow morning would do, too.")
    assert.equal(late(10, 3), undefined)
})

void test("somebody who is not in the client's record is told; without a record only who looks like another", () => {
    const to = [...LETTER.to, { address: "tom@other.example", name: "Tom" }]
    assert.equal(rules({ text: GOOD, to }, { record: ["maya@client.example"] }).includes("wrong_recipient"), true)
    assert.equal(rules({ text: GOOD, to }).includes("wrong_recipient"), false)
    const like = [{ address: "ben@hart.exarnple.com", name: "" }, { address: "ben@hаrt.example", name: "" }, { address: "ben@hart.co", name: "" }]
    for (const one of like.slice(1)) assert.equal(rules({ text: GOOD, to: [one] }).includes("wrong_recipient"), true, one.address)
})

void test("look-alikes are known by another ending, by signs that look the same, by one sign, and by what is added", () => {
    for (const [domain, known] of [["client.co", "client.example"], ["cIient.example", "client.example"], ["modem.example", "modern.example"],
        ["cilent.example", "client.example"], ["hart-law.example.net", "hart-law.example"], ["harbour-pay.com", "harbour.com"], ["paypa1.com", "paypal.com"]] as const) {
        assert.equal(isLookAlike(domain, known), true, `${domain} ${known}`)
    }
    for (const [domain, known] of [["client.example", "client.example"], ["mail.client.example", "client.example"], ["bell.example", "ball.example"], ["smith.example", "jones.example"]] as const) {
        assert.equal(isLookAlike(domain, known), false, `${domain} ${known}`)
    }
})

void test("of two questions, the one that nobody answered is told word by word", () => {
    const last = "Could you tell me when the accounts are due? And does the loan have to be repaid this year?"
    const found = said({ text: "Dear Maya,\n\nThe accounts are due on 30 June.", last, kind: "reply" }).filter(({ rule }) => rule === "unanswered")
    assert.equal(found.length, 1)
    assert.match(found[0]?.sentence ?? "", /loan/u)
})

void test("an answer to a complaint owes a word of apology and a day; what it answers tells that it is one", () => {
    const last = "I am furious. This is a formal complaint about your service."
    const bare = said({ text: "Dear Maya,\n\nthe file is in order.", last, kind: null }).filter(({ rule }) => rule === "complaint_incomplete")
    assert.deepEqual(bare.length, 3)
    const whole = "Dear Maya,\n\nI am sorry. I will ring you on Friday at 10:00 and we shall put it right."
    assert.equal(rules({ text: whole, last, kind: null }).includes("complaint_incomplete"), false)
})

void test("numbers with check digits are found where they stand, and a wrong one is none", () => {
    const text = "Dear Maya,\n\nplease pay to GB82 WEST 1234 5698 7654 32."
    const [found] = said({ text }).filter(({ rule }) => rule === "personal_data")
    assert.equal(text.slice(found?.start, found?.end), "GB82 WEST 1234 5698 7654 32")
    assert.equal(rules({ text: text.replace("82", "83") }).includes("personal_data"), false)
})

void test("at most one channel is advised", () => {
    const text = "Dear Maya,\n\nyour profit was £84,310 and the diagnosis is known. GB82 WEST 1234 5698 7654 32. Parking is behind the office."
    assert.equal(rules({ text }).filter((rule) => rule.startsWith("channel_")).length, 1)
})

void test("the language is that of the text", () => {
    assert.equal(languageOf("Wir haben die Unterlagen von Ihnen erhalten und sehen sie uns an."), "de")
    assert.equal(languageOf("We have the papers and will look at them with you."), "en")
    assert.equal(languageOf("42"), null)
})

void test("a point ends a sentence, and not where it ends a word", () => {
    const text = "We met Mr. Okafor on 3. March, e.g. in town. He left."
    assert.deepEqual(parse(text, new Set(["mr", "e.g"])).sentences.map(({ text: one }) => one.trim()), ["We met Mr. Okafor on 3. March, e.g. in town.", "He left."])
})

void test("phrases find whole words, with gaps, choices and what may be missing", () => {
    const find = (phrase: string, text: string): boolean => new Finder({ find: [phrase] }).has(text)
    assert.equal(find("you ~ forgot", "you have again forgot"), true)
    assert.equal(find("you ~ forgot", "you one two three four forgot"), false)
    assert.equal(find("regard*", "regarding"), true)
    assert.equal(find("art", "party"), false)
    assert.equal(find("[still] not", "not"), true)
    assert.equal(find("(soon|right away)", "right  away"), true)
    assert.equal(new Finder({ find: ["urgent"], not: ["not urgent"] }).has("it is not urgent"), false)
    assert.equal(compile([]).test("anything"), false)
})

void test("a long letter is read in a moment", () => {
    const text = `Dear Maya,\n\n${"You should have told us that the account and the balance of the estate are due; we will see. ".repeat(1000)}`
    const start = performance.now()
    said({ text, last: text })
    assert.ok(performance.now() - start < 2500)
})

void test("in small pieces the same is said, with a breath after each rule", async () => {
    let breaths = 0
    const letter = { ...LETTER, text: GOOD.replace("Maya", "Mara") }
    const wishes = { house: HOUSE, language: "en", never: new Set<string>() } as const
    const gently = await adviseGently(letter, wishes, () => { breaths += 1; return Promise.resolve() })
    assert.deepEqual(gently, advise(letter, wishes))
    assert.ok(breaths > 10)
})
