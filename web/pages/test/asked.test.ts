import assert from "node:assert/strict"
import { test } from "node:test"

import { mask, read } from "../src/reader/asked.ts"

test("a typed address is kept as a stranger may see it, a masked one as it is", () => {
    assert.equal(mask("maya@client.example"), "m···@client.example")
    assert.equal(mask("ma···@client.example"), "ma···@client.example")
})

test("what was kept comes back, and anything else is nothing", () => {
    assert.deepEqual(read('{"expires":60000,"address":"m···@client.example","reader":0}'),
        { expires: new Date(60_000), address: "m···@client.example", reader: 0 })
    for (const text of ["", "null", "[]", "{}", "x", '{"expires":"1","address":"m","reader":0}', '{"expires":1,"address":"m","reader":-1}']) {
        assert.equal(read(text), null, text)
    }
})
