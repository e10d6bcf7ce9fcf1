import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

import { decryptWith } from "../src/age.ts"
import { MalformedFile } from "../src/index.ts"
import { vectors as written } from "../scripts/vectors.ts"
import { fromBase64, vectors } from "./vectors.ts"

describe("the vectors", () => {
    it("are what their script writes", async () => {
        for (const [name, text] of Object.entries(await written())) {
            assert.equal(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf8"), text, name)
        }
    })

    for (const { name, identity, content, file, opens } of vectors("age.json").files) {
        it(`${opens ? "open" : "do not open"}: ${name}`, async () => {
            if (opens) assert.deepEqual(await decryptWith(identity, fromBase64(file)), fromBase64(content))
            else await assert.rejects(decryptWith(identity, fromBase64(file)), MalformedFile)
        })
    }
})
