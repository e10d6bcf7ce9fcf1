/** The notice that the pane put into Outlook's own item may go, and nothing that only looks like it. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { HEADER, isNotice, markOf } from "../../addin/guard/sealed.ts"
import { file, type Item, people, press } from "./guarded.ts"

const LETTER = "AAAAAAAAAAAAAAAAAAAAAA"
const NOTICE = "Ann Lee has written to you.\r\n\r\nRead it here: https://portal.hart.example/m/AAAAAAAAAAAAAAAAAAAAAA\r\n"
const RULES = { outside: "stop" } as const
const item = (more: Item = {}): Item => ({
    to: people("maya@client.example"), body: { value: NOTICE }, headers: { value: { [HEADER]: markOf(LETTER, NOTICE) } }, ...more,
})

void test("our own notice passes, whatever Outlook does to its spaces", async () => {
    assert.deepEqual(await press({ rules: RULES, item: item() }), { allowEvent: true })
    const moved = NOTICE.replaceAll("\r\n", "\n").replaceAll(" ", "\u00a0")
    assert.deepEqual(await press({ rules: RULES, item: item({ body: { value: moved } }) }), { allowEvent: true })
})

const NOT: Readonly<Record<string, Item>> = {
    "no header": item({ headers: { value: {} } }),
    "a header that Outlook does not tell": item({ headers: "fails" }),
    "a header of another form": item({ headers: { value: { [HEADER]: LETTER } } }),
    "the mark of another text": item({ headers: { value: { [HEADER]: markOf(LETTER, "Another text") } } }),
    "a word more": item({ body: { value: `${NOTICE}The PIN is 4711.` } }),
    "a file": item({ files: { value: [file("accounts.pdf")] } }),
    "a text that cannot be read": item({ body: "fails" }),
    "files that cannot be read": item({ files: "fails" }),
}

for (const [name, held] of Object.entries(NOT)) {
    void test(`${name}: the rules hold`, async () => {
        assert.equal((await press({ rules: RULES, item: held }))?.allowEvent, false)
    })
}

void test("one letter more or less, one changed or two exchanged are another text", () => {
    const header = markOf(LETTER, NOTICE)
    for (const text of [`${NOTICE}x`, NOTICE.slice(1), NOTICE.replace("Ann", "Amn"), NOTICE.replace("Lee", "eLe"), NOTICE.replace("A", "\u0141")])
        assert.equal(isNotice(header, text, 0), false, text)
    assert.equal(isNotice(header, NOTICE, 0), true)
})
