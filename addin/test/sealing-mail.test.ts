/** Reading a mail's files for the record, and moving Outlook's copy: nothing is lost in silence. */

import assert from "node:assert/strict"
import { afterEach, test } from "node:test"

import { messageKeyOf, newMessageKey } from "@letterlock/crypto"
import { Gone, Place, Unsure } from "@letterlock/kit/writing/index"

import { planOf } from "../taskpane/mail-record.ts"
import type { HeldContent, HeldFile } from "../taskpane/office.ts"
import { MailChanged, type OpenMail } from "../taskpane/office-mail.ts"
import { copyAfter, type Lent, moveAway, NotUp, readFiles, readText, sealMail, SomeLeft, type Wish } from "../taskpane/sealing-mail.ts"

const real = globalThis.fetch
afterEach(() => { globalThis.fetch = real })

const file = (name: string): HeldFile => ({ id: name, name, size: name === "void" ? 0 : 4, kind: "file", inline: false })

/** A wish to seal these files; what Outlook gives for each. */
function wish(given: Readonly<Record<string, HeldContent | Error>>): Wish {
    const files = Object.keys(given).map(file)
    const content = (id: string): Promise<HeldContent> => {
        const one = given[id] ?? new Error("no such file")
        return one instanceof Error ? Promise.reject(one) : Promise.resolve(one)
    }
    const facts = { subject: "", from: { address: "", name: "" }, to: [], cc: [], written: null, messageId: "a", kind: "IPM.Note", files, givesFiles: true, id: "" }
    return { mail: { ...facts, content } as unknown as OpenMail, plan: planOf(facts, 100), colleagues: [], publicSubject: "" }
}

test("files come as they are, and a mail that is attached as one", async () => {
    const files = await readFiles(wish({ "a.txt": { format: "base64", content: btoa("text") }, "Old mail": { format: "eml", content: "Subject: x" } }), () => undefined)
    assert.deepEqual(files.map(({ name, size }) => [name, size]), [["a.txt", 4], ["Old mail.eml", 10]])
})

test("a file that comes empty, not at all or as a link is named, and nothing goes without a word", async () => {
    const asked = wish({
        "good": { format: "base64", content: "QQ==" }, "none": { format: "base64", content: "" },
        "void": { format: "base64", content: "" }, "broken": new Error("5001"), "link": { format: "url", content: "https://files.example" },
    })
    await assert.rejects(readFiles(asked, () => undefined), (error) =>
        error instanceof SomeLeft && error.left.map(({ file: { name }, why }) => `${name} ${why}`).join() === "none empty,void nothing,broken unreadable,link cloud")
})

test("when another mail is chosen meanwhile nothing of it is taken for this one", async () => {
    await assert.rejects(readFiles(wish({ "a.txt": new MailChanged("another") }), () => undefined), MailChanged)
})

for (const [status, moved] of [[201, "moved"], [403, "not-allowed"], [404, "not-moved"], [500, "not-moved"]] as const) {
    test(`Graph's answer ${String(status)} to the move is told as ${moved}`, async () => {
        const asked: { url: string; body: unknown }[] = []
        globalThis.fetch = (input, init) => {
            asked.push({ url: typeof input === "string" ? input : "", body: init?.body })
            return Promise.resolve(new Response("{}", { status }))
        }
        assert.equal(await moveAway("https://graph.example/v1.0", () => Promise.resolve("t"), "a/b"), moved)
        assert.deepEqual(asked, [{ url: "https://graph.example/v1.0/me/messages/a%2Fb/move", body: '{"destinationId":"deleteditems"}' }])
    })
}

test("Outlook's copy is moved where it was wished and sealed now, and never where the mail had been sealed before", async () => {
    let moves = 0
    const move = (): Promise<"moved"> => {
        moves += 1
        return Promise.resolve("moved")
    }
    assert.equal(await copyAfter({ id: "x", sealedAt: new Date() }, true, move), "known")
    assert.equal(await copyAfter({ id: "x", sealedAt: null }, false, move), "stays")
    assert.equal(moves, 0)
    assert.equal(await copyAfter({ id: "x", sealedAt: null }, true, move), "moved")
    assert.equal(moves, 1)
})

test("without the person's leave Graph is not asked at all", async () => {
    globalThis.fetch = () => { throw new Error("asked") }
    assert.equal(await moveAway("", () => Promise.reject(new Error("declined")), "x"), "not-allowed")
})

/** A house that has begun an entry: what is asked of it, and how its files and its sending end. */
function house(states: readonly string[], send: () => Promise<unknown>) {
    const asked: string[] = []
    const api = {
        post: (path: string) => {
            asked.push(`POST ${path}`)
            return Promise.resolve({ id: "entry", thread_id: "thread", sealed_at: null })
        },
        delete: (path: string) => {
            asked.push(`DELETE ${path}`)
            return Promise.resolve({})
        },
    }
    const me = { name: "Ann", address: "ann@hart.example" }
    const desk = { me, crypto: { newMessageKey, messageKey: ({ identity }: { identity: string }) => messageKeyOf(identity) }, call: (work: (one: typeof api) => unknown) => work(api) }
    class Files {
        rows: readonly { readonly name: string; readonly state: string }[] = []
        add(sources: readonly File[]): void { this.rows = sources.map((_, index) => ({ name: `mended ${String(index)}`, state: states[index] ?? "ready" })) }
        settled(): Promise<readonly object[] | null> { return Promise.resolve(this.rows.every(({ state }) => state === "ready") ? this.rows : null) }
    }
    class Sending { readonly send = send }
    const lent = { Place, Files, Sending, Gone, Unsure, write: () => ({ html: "", text: "" }) } as unknown as Lent
    return { asked, seal: (what: Wish) => sealMail(desk as unknown as Parameters<typeof sealMail>[0], lent, what, () => undefined) }
}

/** Files of these names, each with a letter in it. */
function letters(...names: readonly string[]): Wish {
    const asked = wish({})
    const files = names.map((name, index) => ({ ...file(name), id: String(index) }))
    const mail = Object.assign(asked.mail, { files, html: () => Promise.resolve(""), content: () => Promise.resolve({ format: "base64", content: "QQ==" }) })
    return { ...asked, mail, plan: planOf(mail, 100) }
}

test("of two files of one name the one that was refused is left out, and the mail goes without it", async () => {
    const asked = letters("a.pdf", "a.pdf", "b.pdf")
    const { seal } = house(["ready", "refused", "ready"], () => Promise.resolve({ id: "entry", earlier: false }))
    await assert.rejects(seal(asked), (error) => error instanceof SomeLeft && error.left.length === 1 && error.left[0]?.file === asked.plan.files[1])
    const rest = { ...asked, plan: { ...asked.plan, files: asked.plan.files.filter((_, index) => index !== 1) } }
    const { seal: again } = house([], () => Promise.resolve({ id: "entry", earlier: false }))
    assert.deepEqual(await again(rest), { id: "entry", sealedAt: null })
})

const BEGUN = "POST /mails"
const FORGOTTEN = "DELETE /messages/entry"
for (const [name, states, kind, error, after] of [
    ["a file that was refused", ["refused"], SomeLeft, new Error("not asked"), [BEGUN, FORGOTTEN]],
    ["a file that did not go up", ["failed"], NotUp, new Error("not asked"), [BEGUN, FORGOTTEN]],
    ["an entry that went away", ["ready"], Gone, new Gone(), [BEGUN, FORGOTTEN]],
    ["no answer to the sending", ["ready"], Unsure, new Unsure(), [BEGUN]],
] as const) {
    test(`after ${name} the server ${after.length > 1 ? "forgets what went up" : "keeps all, since it may be sealed"}`, async () => {
        const { asked, seal } = house(states, () => Promise.reject(error))
        await assert.rejects(seal(letters("a.pdf")), kind)
        assert.deepEqual(asked, after)
    })
}

test("a text of 3 MB is sealed as it is, and one that is too long for a body as a file", async () => {
    const said = { name: "Ann", address: "ann@hart.example" } as Parameters<typeof readText>[2]
    const write = (_head: unknown, html: string): { html: string; text: string } => ({ html, text: "" })
    for (const [length, files] of [[3_000_000, 0], [4_100_000, 1], [2_100_000, 1]] as const) {
        const letter = length === 2_100_000 ? '"' : "a"   // a quotation mark takes two bytes
        const asked = letters()
        Object.assign(asked.mail, { html: () => Promise.resolve(letter.repeat(length)), text: () => Promise.resolve("text") })
        assert.equal((await readText(asked, { write } as unknown as Lent, said)).files.length, files)
    }
})
