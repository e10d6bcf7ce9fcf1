/** Reading a mail's files for the record, and moving Outlook's copy: nothing is lost in silence. */

import assert from "node:assert/strict"
import { afterEach, test } from "node:test"

import { planOf } from "../taskpane/mail-record.ts"
import type { HeldContent, HeldFile } from "../taskpane/office.ts"
import { MailChanged, type OpenMail } from "../taskpane/office-mail.ts"
import { copyAfter, moveAway, readFiles, SomeLeft, type Wish } from "../taskpane/sealing-mail.ts"

const real = globalThis.fetch
afterEach(() => { globalThis.fetch = real })

const file = (name: string): HeldFile => ({ id: name, name, size: 4, kind: "file", inline: false })

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
        "broken": new Error("5001"), "link": { format: "url", content: "https://files.example" },
    })
    await assert.rejects(readFiles(asked, () => undefined), (error) =>
        error instanceof SomeLeft && error.left.map(({ file: { name }, why }) => `${name} ${why}`).join() === "none empty,broken unreadable,link cloud")
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
