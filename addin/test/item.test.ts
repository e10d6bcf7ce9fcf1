import assert from "node:assert/strict"
import { test } from "node:test"

import { cutSubject, emptyItem, hasOwnText, lookOver } from "../taskpane/item.ts"
import { type Addressee, type Field, OfficeFailed, type OutlookItem } from "../taskpane/office.ts"

/** Outlook's item in memory; what is in `broken` fails. */
class Item {
    readonly people_: Record<Field, readonly Addressee[]> = { to: [], cc: [], bcc: [] }
    subject_ = ""
    text_ = ""
    files = 0
    from_ = ""
    lacks: OutlookItem["lacks"] = []
    readonly broken = new Set<string>()

    people = (field: Field) => this.#answer(field, () => this.people_[field])
    setPeople = (field: Field, people: readonly Addressee[]) => this.#answer(`set ${field}`, () => { this.people_[field] = people })
    subject = () => this.#answer("subject", () => this.subject_)
    setSubject = (text: string) => this.#answer("set subject", () => { this.subject_ = text })
    text = () => this.#answer("text", () => this.text_)
    from = () => this.#answer("from", () => this.from_)
    countFiles = () => this.#answer("files", () => this.files)

    get asItem(): OutlookItem { return this as unknown as OutlookItem }

    #answer<Value>(what: string, value: () => Value): Promise<Value> {
        return this.broken.has(what) ? Promise.reject(new OfficeFailed(what)) : Promise.resolve(value())
    }
}

const maya: Addressee = { address: "maya@client.example", name: "Maya", group: false }

test("a subject is cut between characters, never inside one", () => {
    assert.equal(cutSubject(`  ${"a".repeat(199)}🔑🔑`), `${"a".repeat(199)}🔑`)
})

test("what Outlook does not say of its fields is not taken for empty", async () => {
    for (const field of ["to", "cc", "bcc"]) {
        const item = new Item()
        item.broken.add(field)
        await assert.rejects(lookOver(item.asItem, ""), OfficeFailed)
    }
})

test("emptying leaves nobody in To, Cc and Bcc, and no subject", async () => {
    const item = new Item()
    Object.assign(item.people_, { to: [maya], cc: [maya], bcc: [maya] })
    item.subject_ = "Your year-end"
    assert.equal(await emptyItem(item.asItem), true)
    assert.deepEqual([item.people_, item.subject_], [{ to: [], cc: [], bcc: [] }, ""])
})

test("what could not be emptied is told, and the rest is emptied", async () => {
    const item = new Item()
    item.people_.bcc = [maya]
    item.broken.add("set to")
    assert.equal(await emptyItem(item.asItem), false)
    assert.deepEqual(item.people_.bcc, [])
})

test("Outlook's own message is empty only when it surely holds no text and no file", async () => {
    const [empty, text, file, unknown] = [new Item(), new Item(), new Item(), new Item()]
    empty.text_ = " \n"
    text.text_ = "Dear Tom"
    file.files = 1
    unknown.broken.add("text")
    assert.deepEqual(await Promise.all([empty, text, file, unknown].map((one) => hasOwnText(one.asItem))), [false, true, true, true])
})

test("a sender's name that is not one's own, and what Outlook does not do, is said and stops nothing", async () => {
    const item = new Item()
    item.from_ = "portal@hart.example"
    item.lacks = ["changes", "files"]
    const { asides, blockers } = await lookOver(item.asItem, "ann@hart.example")
    assert.deepEqual(blockers, [])
    assert.match(asides.join("\n"), /comes from ann@hart\.example[^]*when its fields change[^]*does not show us its files/u)
    item.from_ = "ann@hart.example"
    item.lacks = []
    assert.deepEqual((await lookOver(item.asItem, "ann@hart.example")).asides, [])
    item.broken.add("from")
    assert.deepEqual((await lookOver(item.asItem, "ann@hart.example")).asides, [])
})
