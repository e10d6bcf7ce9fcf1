import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

import { plainPrimitives } from "../src/age/plain.ts"
import { bestPrimitives, type Primitives } from "../src/age/primitives.ts"
import { nativeEd25519, plainEd25519 } from "../src/ed25519.ts"
import { checkEd25519, checkHpke, checkPrimitives, type Rfc9180, type Wycheproof } from "./age/vectors.ts"

const NAMES = ["chacha20_poly1305", "hkdf_sha256", "x25519", "mlkem_768_keygen_seed", "ed25519"] as const

const wycheproof = Object.fromEntries(
    NAMES.map((name) => [name, (read(`wycheproof/${name}_test.json`) as { testGroups: unknown }).testGroups]),
) as unknown as Wycheproof
const rfc9180 = read("hpke/rfc9180.json") as Rfc9180[]
const TRIED = { chacha20_poly1305: 45, hkdf_sha256: 86, x25519: 518, mlkem_768_keygen_seed: 100 }

function read(name: string): unknown {
    return JSON.parse(readFileSync(new URL(`../../../tests/data/${name}`, import.meta.url), "utf8"))
}

// The platform's own, as far as a browser has more than Node, are tried in one: tests/crypto/test_age_browser.py.
for (const [name, by] of [["plain arithmetic", plainPrimitives], ["this platform", await bestPrimitives()]] as const) {
    describe(`what age files stand on, by ${name}`, () => {
        it("gives what Wycheproof says, and refuses what it refuses", async () => {
            for (const [algorithm, { tried, wrong }] of Object.entries(await checkPrimitives(by, wycheproof))) {
                assert.deepEqual(wrong, [], algorithm)
                assert.equal(tried, TRIED[algorithm as keyof typeof TRIED], algorithm)
            }
        })

        it("derives key and nonce as RFC 9180", async () => {
            assert.deepEqual(await checkHpke(by, rfc9180), { tried: 1, wrong: [] })
        })
    })
}

describe("the vectors of others", () => {
    it("catch an X25519 that lets a secret of zeros pass", async () => {
        const lax: Primitives = {
            ...plainPrimitives,
            x25519: async (scalar) => {
                const pair = await plainPrimitives.x25519(scalar)
                return { ...pair, shared: async (peer) => (await pair.shared(peer)) ?? new Uint8Array(32) }
            },
        }
        assert.notEqual((await checkPrimitives(lax, wycheproof))["x25519"]?.wrong.length, 0)
    })

    for (const [name, by] of [["plain arithmetic", plainEd25519], ["this platform", nativeEd25519]] as const) {
        it(`verify Ed25519 by ${name}`, async () => {
            assert.deepEqual(await checkEd25519(by, wycheproof), { tried: 151, wrong: [] })
        })
    }
})
