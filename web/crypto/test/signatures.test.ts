import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { nativeEd25519, plainEd25519, publicKeyOf, type Ed25519 } from "../src/ed25519.ts"
import { fromBase64url, LOOKUP_DOMAIN, sign, STATEMENT_DOMAIN, toBase64url, verify } from "../src/index.ts"
import { seed } from "./people.ts"
import { fromHex } from "./vectors.ts"

/** RFC 8032 section 7.1, tests 1 to 3. */
const RFC8032 = [
    ["9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
    ["4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
    ["c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
] as const

/** Points of order 1, 2, 4 and 8, and one that is not in its one encoding. */
const WEAK_KEYS = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]

const WAYS: readonly [string, Ed25519][] = [["the platform", nativeEd25519], ["plain arithmetic", plainEd25519]]

for (const [name, ed25519] of WAYS) {
    describe(`Ed25519 by ${name}`, () => {
        for (const [secret, publicKey, message, signature] of RFC8032) {
            it(`agrees with RFC 8032 for ${publicKey.slice(0, 8)}…`, async () => {
                assert.deepEqual(publicKeyOf(fromHex(secret)), fromHex(publicKey))
                assert.deepEqual(await ed25519.sign(fromHex(secret), fromHex(message)), fromHex(signature))
                assert.equal(await ed25519.verify(fromHex(publicKey), fromHex(message), fromHex(signature)), true)
                assert.equal(await ed25519.verify(fromHex(publicKey), fromHex(`${message}00`), fromHex(signature)), false)
            })
        }

        it("refuses a signature with any one bit flipped", async () => {
            const [, publicKey, message, signature] = RFC8032[1]
            for (let bit = 0; bit < 512; bit += 1) {
                const flipped = fromHex(signature)
                flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
                assert.equal(await ed25519.verify(fromHex(publicKey), fromHex(message), flipped), false, String(bit))
            }
        })

        it("refuses keys under which one signature fits every message", async () => {
            const signature = new Uint8Array(64)
            signature[0] = 1
            for (const key of WEAK_KEYS) {
                for (const message of ["00", "01", "02", "03", "04", "05", "06", "07"]) {
                    assert.equal(await ed25519.verify(fromHex(key), fromHex(message), signature), false, key)
                }
            }
        })

        it("refuses bytes that are no key, and signatures of another length", async () => {
            const [, publicKey, message, signature] = RFC8032[1]
            assert.equal(await ed25519.verify(new Uint8Array(32).fill(0xff), fromHex(message), fromHex(signature)), false)
            assert.equal(await ed25519.verify(new Uint8Array(31), fromHex(message), fromHex(signature)), false)
            assert.equal(await ed25519.verify(fromHex(publicKey), fromHex(message), fromHex(signature).slice(1)), false)
        })

        it("verifies a signed statement under its own domain, text and key only", async () => {
            const key = publicKeyOf(seed(1))
            const signature = await sign(STATEMENT_DOMAIN, "{}", seed(1))
            assert.equal(await verify(STATEMENT_DOMAIN, "{}", signature, key, ed25519), true)
            assert.equal(await verify(LOOKUP_DOMAIN, "{}", signature, key, ed25519), false)
            assert.equal(await verify(STATEMENT_DOMAIN, "[]", signature, key, ed25519), false)
            assert.equal(await verify(STATEMENT_DOMAIN, "{}", signature, publicKeyOf(seed(2)), ed25519), false)
        })
    })
}

describe("a signature", () => {
    it("covers the domain, one zero byte and the text", async () => {
        const { value } = await sign(STATEMENT_DOMAIN, "{}", seed(1))
        const bytes = new TextEncoder().encode("letterlock/statement/v1\0{}")
        assert.equal(value, toBase64url(await plainEd25519.sign(seed(1), bytes)))
    })

    it("is refused with another algorithm, another key's fingerprint, or a value that is none", async () => {
        const key = publicKeyOf(seed(1))
        const signature = await sign(STATEMENT_DOMAIN, "{}", seed(1))
        const { key: other } = await sign(STATEMENT_DOMAIN, "{}", seed(2))
        const padded = `${signature.value}==`
        for (const changes of [{ alg: "EdDSA" }, { key: other }, { value: "" }, { value: padded }, { value: toBase64url(fromBase64url(signature.value).slice(1)) }]) {
            assert.equal(await verify(STATEMENT_DOMAIN, "{}", { ...signature, ...changes }, key), false, JSON.stringify(changes))
        }
    })
})
