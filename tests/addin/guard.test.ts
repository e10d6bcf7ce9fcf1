/** The send guard runs where there is next to nothing, registers itself, and answers once whatever Outlook does. */

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { Linter } from "eslint"

import { file, type How, type Item, people, Press, press, source, type TestRules, type World } from "./guarded.ts"

const manifest = readFileSync(new URL("../../addin/manifest.xml", import.meta.url), "utf8")
const IBAN = "GB82 WEST 1234 5698 7654 32"
const FOUND: Partial<TestRules> = { found: { kinds: ["iban"], action: "stop" } }
const OUT = people("maya@client.example")

void test("registers the handler that the manifest names, and no other", () => {
    const [, named] = /FunctionName="(\w+)"/.exec(manifest) ?? []
    assert.deepEqual([...new Press().handlers.keys()], [named])
})

void test("registers in classic Outlook, which has no onReady, and where what waits for it never runs", () => {
    assert.equal(new Press().handlers.size, 1)
    const throws = (): never => { throw new Error("no such call") }
    for (const onReady of [() => new Promise(() => undefined), () => undefined, throws])
        assert.equal(new Press({ office: { onReady } }).handlers.size, 1)
})

void test("tells Office that the page is ready before it registers, and once more when it is", async () => {
    const order: string[] = []
    const actions = { associate: () => { order.push("associate") } }
    const onReady = (): Promise<void> => { order.push("onReady"); return Promise.resolve() }
    new Press({ office: { actions, onReady } })
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(order, ["onReady", "associate", "associate"])
})

void test("is one small file in the language of 2016", () => {
    assert.ok(Buffer.byteLength(source) < 20_000)
    const found = new Linter().verify(source, { languageOptions: { ecmaVersion: 2016, sourceType: "script" } })
    assert.deepEqual(found, [])
    const newer = new Linter().verify("async function f() {}", { languageOptions: { ecmaVersion: 2016, sourceType: "script" } })
    assert.equal(newer.length, 1)
})

void test("opens the button that the manifest has", async () => {
    const options = await press({ rules: FOUND, item: { to: OUT, body: { value: IBAN } } })
    assert.match(manifest, new RegExp(`<Control [^>]*id="${options?.commandId ?? "none"}"`))
})

void test("without rules it looks at nothing", async () => {
    const item: Item = { to: "throws", cc: "throws", bcc: "throws", subject: "throws", body: "throws", files: "throws", headers: "throws" }
    assert.deepEqual(await press({ item }), { allowEvent: true })
})

void test("the form of an answer that holds back, in an Outlook that has buttons", async () => {
    const options = await press({ rules: FOUND, item: { to: OUT, body: { value: `Pay to ${IBAN}.` } } })
    assert.deepEqual(Object.keys(options ?? {}), ["allowEvent", "errorMessage", "cancelLabel", "commandId", "contextData"])
    assert.equal(options?.allowEvent, false)
    assert.ok((options.cancelLabel ?? "").length <= 20)
    assert.deepEqual(JSON.parse(options.contextData ?? ""), { letterlock: 1, why: ["iban"] })
    assert.match(options.errorMessage ?? "", /IBAN/)
})

for (const mailbox of ["1.12", "1.13", "throws"]) {
    void test(`the plain form in an Outlook of ${mailbox}, which cannot ask: it stops`, async () => {
        const asks = { found: { kinds: ["iban"], action: "ask" } }
        const options = await press({ mailbox, rules: asks, item: { to: OUT, body: { value: IBAN } } })
        assert.deepEqual(Object.keys(options ?? {}), ["allowEvent", "errorMessage"])
        assert.equal(options?.allowEvent, false)
        assert.match(options.errorMessage ?? "", /from the ribbon/)
    })
}

void test("what the firm asks about may be sent all the same; what it stops may not", async () => {
    const item = { to: OUT, body: { value: IBAN } }
    const asked = await press({ rules: { found: { kinds: ["iban"], action: "ask" } }, item })
    assert.equal(asked?.sendModeOverride, "promptUser")
    assert.match(asked.errorMessage ?? "", /or send it as it is/)
    const stopped = await press({ rules: FOUND, item })
    assert.equal(stopped?.sendModeOverride, undefined)
    assert.doesNotMatch(stopped?.errorMessage ?? "", /as it is/)
})

void test("a message of many reasons is no longer than Outlook shows", async () => {
    const phrases = Array.from({ length: 40 }, (_, n) => `${"word ".repeat(14)}${n}`)
    const rules = { outside: "stop", files: "stop", words: { phrases, action: "stop" } } as const
    const options = await press({ rules, item: { to: OUT, body: { value: phrases.join(". ") }, files: { value: [file("a.pdf")] } } })
    assert.ok((options?.errorMessage ?? "").length <= 500)
    assert.match(options?.errorMessage ?? "", /and 39 more/)
})

/** Each rule: what it holds back, and what is so near that without the rule's own words it might. */
const EACH: readonly [name: string, rules: Partial<TestRules>, hit: Item, near: Item, why: string][] = [
    ["mail to the outside", { outside: "stop" }, { to: OUT }, { to: people("ben@hart.example") }, "outside"],
    ["a hidden copy to the outside", { outside: "stop" }, { bcc: OUT }, { bcc: people("ben@hart.example") }, "outside"],
    ["a copy to the outside", { outside: "stop" }, { cc: OUT }, { cc: people("/o=ExchangeLabs/cn=Recipients/cn=ben") }, "outside"],
    ["a domain", { domains: { names: ["client.example"], action: "stop" } }, { to: OUT }, { to: people("x@notclient.example") }, "domain"],
    ["a domain below it", { domains: { names: ["client.example"], action: "stop" } }, { to: people("m@eu.client.example") }, { to: people("m@client.example.org") }, "domain"],
    ["a number in the text", FOUND, { to: OUT, body: { value: IBAN } }, { to: OUT, body: { value: IBAN.replace("82", "83") } }, "iban"],
    ["a number in the subject", FOUND, { to: OUT, subject: { value: IBAN } }, { to: people("ben@hart.example"), subject: { value: IBAN } }, "iban"],
    ["a number in a file's name", FOUND, { to: OUT, files: { value: [file(`${IBAN}.pdf`)] } }, { to: OUT, files: { value: [file("accounts.pdf")] } }, "iban"],
    ["files", { files: "stop" }, { to: OUT, files: { value: [file("a.pdf")] } }, { to: OUT, files: { value: [file("logo.png", true)] } }, "files"],
    ["a phrase", { words: { phrases: ["Project Falcon"], action: "stop" } }, { to: OUT, body: { value: "About project\u00a0\n FALCON." } }, { to: OUT, body: { value: "Projects falconry" } }, "word"],
    ["a word with umlauts", { words: { phrases: ["Prüfung"], action: "stop" } }, { to: OUT, subject: { value: "PRÜFUNG 2026" } }, { to: OUT, subject: { value: "Prüfungen" } }, "word"],
]

for (const [name, rules, hit, near, why] of EACH) {
    void test(`holds back ${name}`, async () => {
        const options = await press({ rules, item: hit })
        assert.equal(options?.allowEvent, false)
        assert.deepEqual(JSON.parse(options.contextData ?? ""), { letterlock: 1, why: [why] })
        assert.deepEqual(await press({ rules, item: near }), { allowEvent: true }, "the near miss goes")
        assert.deepEqual(await press({ item: hit }), { allowEvent: true }, "without the rule it goes")
    })
}

void test("mail within the firm is nobody's matter, whatever it says and whatever Outlook hides of it", async () => {
    const rules: Partial<TestRules> = { ...FOUND, outside: "stop", files: "stop", words: { phrases: ["falcon"], action: "stop" } }
    const item: Item = { to: people("ben@hart.example"), body: { value: `${IBAN} falcon` }, files: "fails" }
    assert.deepEqual(await press({ rules, item }), { allowEvent: true })
})

const PARTS: readonly (keyof Item)[] = ["to", "cc", "bcc", "subject", "body", "files"]
const FAILURES: readonly How[] = ["fails", "throws", "absent", { value: null }]

for (const part of PARTS) {
    for (const how of FAILURES) {
        void test(`${part} that Outlook does not tell (${JSON.stringify(how)}): the firm's word for doubt`, async () => {
            const item = { to: OUT, [part]: how }
            const asked = await press({ rules: FOUND, item })
            assert.deepEqual([asked?.allowEvent, asked?.sendModeOverride], [false, "promptUser"])
            assert.deepEqual(JSON.parse(asked?.contextData ?? ""), { letterlock: 1, why: ["unread"] })
            const stopped = await press({ rules: { ...FOUND, unsure: "stop" }, item })
            assert.deepEqual([stopped?.allowEvent, stopped?.sendModeOverride], [false, undefined])
            assert.deepEqual(await press({ rules: { ...FOUND, unsure: "send" }, item }), { allowEvent: true })
        })
    }
    void test(`${part} that never comes: nothing for 20 seconds, then the firm's word for doubt`, async () => {
        const one = new Press({ rules: FOUND, item: { to: OUT, [part]: "never" } })
        assert.equal(await one.go(), undefined)
        assert.equal(await one.pass(4000), undefined)
        assert.equal((await one.pass(20_000))?.sendModeOverride, "promptUser")
        assert.equal(one.answers.length, 1)
    })
}

void test("what no rule needs may fail", async () => {
    const item: Item = { to: OUT, subject: "fails", body: "never", files: "fails", headers: "fails" }
    const one = new Press({ rules: { domains: { names: ["bank.example"], action: "stop" } }, item })
    await one.go()
    assert.deepEqual(await one.pass(20_000), { allowEvent: true })
})

void test("an attachment list that is empty though there are files is an empty list: nobody can know", async () => {
    assert.deepEqual(await press({ rules: { files: "stop" }, item: { to: OUT, files: { value: [] } } }), { allowEvent: true })
})

void test("time never lets go what a rule holds, though the firm sends when in doubt", async () => {
    for (const late of ["body", "files", "cc"] as const) {
        const one = new Press({ rules: { ...FOUND, unsure: "send" }, item: { to: OUT, subject: { value: IBAN }, [late]: "never" } })
        assert.equal(await one.go(), undefined)
        assert.equal((await one.pass(4000))?.allowEvent, false)
        assert.equal((await one.pass(300_000))?.allowEvent, false)
        assert.equal(one.answers.length, 1)
    }
})

void test("everything late: an answer long before the five minutes after which Outlook ends the event", async () => {
    const item: Item = { to: "never", cc: "never", bcc: "never", subject: "never", body: "never", files: "never", headers: "never" }
    const one = new Press({ rules: { ...FOUND, outside: "stop" }, item })
    await one.go()
    assert.ok(Math.max(...one.timers.map(({ after }) => after)) < 300_000)
    assert.equal((await one.pass(299_000))?.allowEvent, false)
})

void test("an item that is not there at all is a doubt, and no silence", async () => {
    const context = { roamingSettings: { get: () => null }, requirements: { isSetSupported: () => true }, mailbox: {} }
    assert.equal((await press({ rules: FOUND, office: { context } }))?.allowEvent, false)
})

void test("the server away, or the script not ours: it asks, and says what to do", async () => {
    for (const facts of [undefined, null, {}, { origin: "https://addin.hart.example" }]) {
        const options = await press({ facts, item: { to: OUT } })
        assert.deepEqual([options?.allowEvent, options?.sendModeOverride], [false, "promptUser"])
        assert.match(options?.errorMessage ?? "", /sign in/)
    }
})

const AWAY: World = { rules: { domains: { names: ["client.example"], action: "stop" } }, item: { to: OUT } }

void test("lists that are not in this mailbox yet: the firm's word for doubt, until the pane was opened", async () => {
    for (const setting of [undefined, null, "nonsense", { origin: "https://addin.other.example", rules: {} }]) {
        const options = await press({ ...AWAY, setting })
        assert.deepEqual(JSON.parse(options?.contextData ?? ""), { letterlock: 1, why: ["no-lists"] })
        assert.equal(options?.sendModeOverride, "promptUser")
    }
    assert.deepEqual(JSON.parse((await press(AWAY))?.contextData ?? ""), { letterlock: 1, why: ["domain"] })
})

void test("another firm's rules in the mailbox are not this firm's", async () => {
    const rules = { at: 9, outside: "stop", files: "off", found: { kinds: [], action: "ask" }, lists: false, unsure: "ask" }
    const setting = { origin: "https://addin.other.example", rules }
    assert.deepEqual(await press({ setting, rules: FOUND, item: { to: OUT } }), { allowEvent: true })
})

void test("of script and mailbox the newer rules hold, and the lists of the mailbox stay", async () => {
    const open = { outside: "off", files: "off", found: { kinds: [], action: "ask" }, lists: false, unsure: "ask" }
    const facts = (at: number, outside: string): object => ({ origin: "https://addin.hart.example", domains: ["hart.example"], rules: { ...open, at, outside } })
    const setting = (at: number, outside: string): object => ({
        origin: "https://addin.hart.example",
        rules: { ...open, at, outside, domains: { names: [], action: "ask" }, words: { phrases: [], action: "ask" } },
    })
    const item = { to: OUT }
    assert.equal((await press({ facts: facts(2, "stop"), setting: setting(1, "off"), item }))?.allowEvent, false)
    assert.equal((await press({ facts: facts(1, "stop"), setting: setting(2, "off"), item }))?.allowEvent, true)
})

void test("a mailbox whose settings cannot be read has none", async () => {
    const context = new Press(AWAY)
    assert.ok(context.handlers.size === 1)
    const office = { context: { mailbox: { item: null }, roamingSettings: { get: () => { throw new Error("no") } }, requirements: { isSetSupported: () => true } } }
    assert.equal((await press({ rules: FOUND, office }))?.allowEvent, false)
})

void test("the bare engine notices a guard that would not run in it, or that tells somebody", () => {
    for (const worse of ["[1].flat()", "window.x", "localStorage.x", "new TextEncoder()", "new Function('')()", "Object.entries({})"])
        assert.throws(() => new Press({ worse }), { name: /Error$/ }, worse)
    const telling = new Press({ worse: "console.log('canary'); fetch('/?canary').catch(function () {})" })
    assert.deepEqual([telling.said, telling.requests], [["canary"], [["/?canary"]]])
})

void test("nothing of a mail is logged, asked of a server or handed to the pane", async () => {
    const item: Item = { to: people("secret.person@client.example"), subject: { value: "Canary 4711" }, body: { value: `Canary ${IBAN}` }, files: { value: [file("canary.pdf")] } }
    const one = new Press({ rules: { ...FOUND, outside: "stop", files: "stop" }, item })
    const options = await one.go()
    assert.equal(options?.allowEvent, false)
    assert.deepEqual([one.requests, one.said], [[], []])
    assert.doesNotMatch(JSON.stringify(options), /canary|4711|secret|WEST/i)
})
