import assert from "node:assert/strict"
import { test } from "node:test"

import { temporaryOf } from "../src/temporary.ts"

test("in a frame of another site, which gets neither lock nor folder, a file grows in memory", async () => {
    const denied = (): Promise<never> => Promise.reject(new DOMException("The request was denied.", "SecurityError"))
    const file = await temporaryOf({ navigator: { storage: { getDirectory: denied }, locks: { request: denied } } }).create()
    file.write(new Uint8Array([1, 2, 3]))
    assert.deepEqual(new Uint8Array(await (await file.finish()).arrayBuffer()), new Uint8Array([1, 2, 3]))
})
