import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { LookupRefused, verifyLookup } from "../src/index.ts"
import { vectors } from "./vectors.ts"

const { directory_key, accept, refuse } = vectors("lookups.json")

describe("a look-up", () => {
    for (const { name, text, signature, address } of accept) {
        it(`is accepted: ${name}`, async () => {
            assert.deepEqual(await verifyLookup(text, signature, directory_key, { address }), JSON.parse(text))
        })
    }

    for (const { name, text, signature, address } of refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(verifyLookup(text, signature, directory_key, { address }), LookupRefused)
        })
    }

    it("is refused with a signature that has no members, or a directory key that is none", async () => {
        const [good] = accept
        assert.ok(good)
        for (const signature of [null, "x", {}, { ...good.signature, more: 1 }]) {
            await assert.rejects(verifyLookup(good.text, signature, directory_key, good), LookupRefused)
        }
        for (const key of ["", "AAAA", "!"]) {
            await assert.rejects(verifyLookup(good.text, good.signature, key, good), LookupRefused)
        }
    })
})
