/** What of a mail goes into the record, what is left out, and how its lines stand over it. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { type Facts, hashOf, leftWords, planOf, recordHead } from "../taskpane/mail-record.ts"
import type { HeldFile } from "../taskpane/office.ts"

const file = (name: string, more: Partial<HeldFile> = {}): HeldFile => ({ id: name, name, size: 10, kind: "file", inline: false, ...more })
const mail = (more: Partial<Facts> = {}): Facts => ({
    subject: "Kiln", from: { address: "maya@client.example", name: "Maya <b>" }, to: [{ address: "ann@hart.example", name: "" }], cc: [],
    written: new Date("2026-11-19T10:00:00Z"), messageId: "a@client.example", kind: "IPM.Note", files: [], givesFiles: true, id: "x", ...more,
})
const ANN = { name: "Ann Lee", address: "ann@hart.example" }

test("each file that cannot be sealed is named with its reason, and the others go", () => {
    const files = [file("a.pdf"), file("big.zip", { size: 99 }), file("link", { kind: "cloud" }), file("mail", { kind: "item" })]
    const plan = planOf(mail({ files }), 50)
    assert.deepEqual(plan.files.map(({ name }) => name), ["a.pdf", "mail"])
    assert.deepEqual(plan.left.map(({ file: { name }, why }) => [name, why]), [["big.zip", "large"], ["link", "cloud"]])
    for (const one of plan.left) assert.match(leftWords(one, "25 MB"), new RegExp(one.file.name, "u"))
})

test("an Outlook that hands over no files leaves each out", () => {
    assert.deepEqual(planOf(mail({ files: [file("a.pdf")], givesFiles: false }), 50).left.map(({ why }) => why), ["old"])
})

test("a protected mail is refused; a signed one is sealed, and its signature is said to be lost", () => {
    assert.match(planOf(mail({ kind: "IPM.Note.SMIME" }), 50).refusal, /encrypted/u)
    assert.match(planOf(mail({ files: [file("message.rpmsg")] }), 50).refusal, /rights/u)
    const signed = planOf(mail({ kind: "IPM.Note.SMIME.MultipartSigned", files: [file("smime.p7s")] }), 50)
    assert.deepEqual([signed.refusal, signed.asides.length], ["", 1])
    assert.equal(planOf(mail(), 50).refusal, "")
})

test("the mail's own lines are text in one line each, under who sealed it", () => {
    const head = recordHead(mail({ subject: "A\r\nFrom: boss@hart.example\u2028B" }), ANN, [{ file: file("<i>.pdf"), why: "large" }])
    assert.equal(head.lead, "Sealed by Ann Lee, as it lay in the mailbox ann@hart.example. Nobody checked who wrote it.")
    assert.deepEqual(head.lines, [
        "From: Maya <b> <maya@client.example>", "To: ann@hart.example", "Date: 2026-11-19T10:00:00.000Z",
        "Subject: A From: boss@hart.example B", "Message-ID: a@client.example", "Not sealed with it: <i>.pdf",
    ])
})

test("a mail has one hash, by its Message-ID, else by what Outlook calls it, else none; without a file it has another", async () => {
    assert.equal(await hashOf(mail()), await hashOf(mail({ id: "y" })))
    assert.match(await hashOf(mail()), /^[A-Za-z0-9_-]{43}$/u)
    assert.notEqual(await hashOf(mail()), await hashOf(mail({ messageId: "b@client.example" })))
    assert.notEqual(await hashOf(mail({ messageId: "" })), await hashOf(mail({ messageId: "", id: "y" })))
    assert.equal(await hashOf(mail({ messageId: "", id: "" })), "")
    const [one, two] = [file("a.pdf"), file("b.pdf")].map((held) => ({ file: held, why: "old" as const }))
    assert.ok(one !== undefined && two !== undefined)
    assert.notEqual(await hashOf(mail(), [one]), await hashOf(mail()))
    assert.equal(await hashOf(mail(), [one, two]), await hashOf(mail(), [two, one]))
})

test("another mail that bears the Message-ID of a sealed one has another hash", async () => {
    const [a, b] = [file("a.pdf"), file("b.pdf")]
    const one = await hashOf(mail({ files: [a, b] }))
    assert.equal(await hashOf(mail({ files: [b, a] })), one)
    const others: Partial<Facts>[] = [
        { from: { address: "tom@client.example", name: "" } }, { subject: "Kilns" }, { written: new Date("2026-11-19T10:00:01Z") }, { written: null },
        { files: [a] }, { files: [a, file("c.pdf")] }, { files: [a, file("b.pdf", { size: 11 })] },
    ]
    const hashes = await Promise.all(others.map((other) => hashOf(mail({ files: [a, b], ...other }))))
    assert.equal(new Set([one, ...hashes]).size, others.length + 1)
})
