import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { argon2id } from "@noble/hashes/argon2.js"
import fc from "fast-check"

import { fromBase64url, ownBytes, type Bytes } from "../src/bytes.ts"
import { decodeIdentity, recipientOf } from "../src/keys.ts"
import { KeyslotRefused, KEYSLOT_REFUSALS, type KeyslotRefusal } from "../src/keyslotrefusals.ts"
import {
    checkCost, hasPrfResult, newRecoverySecret, readRecoveryCode, secretOfPassword, secretOfPrf, secretOfRecovery,
    stripPrfResult, writeRecoveryCode,
} from "../src/keysecrets.ts"
import { openKeyslot, parseKeyslot, sealKeyslot, slotKeys } from "../src/keyslots.ts"
import { fromHex, vectors } from "./vectors.ts"

const { refusals, identity, owner, password, recovery, slots, refuse, costs, prf, codes, bodies } = vectors("keyslots.json")
const seeds = { encryption: fromHex(identity.encryption), signing: fromHex(identity.signing) }
const of = (code: KeyslotRefusal) => (error: Error): boolean => error instanceof KeyslotRefused && error.code === code
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

function slotNamed(name: string): (typeof slots)[number] {
    const found = slots.find((each) => each.name === name)
    assert.ok(found)
    return found
}

describe("a keyslot", () => {
    for (const { name, text, secret, keys } of slots) {
        it(`opens: ${name}`, async () => {
            assert.deepEqual(await openKeyslot(text, fromHex(secret), owner), seeds)
            const slot = parseKeyslot(text)
            const { wrapping, check, authenticator } = await slotKeys(slot, fromHex(secret))
            assert.deepEqual({ wrapping: hex(wrapping), check: hex(check), authenticator: authenticator && hex(authenticator) }, keys)
            const { nonce, ...draft } = slot
            assert.equal(await sealKeyslot(draft, fromHex(secret), seeds, fromBase64url(nonce)), text)
        })
    }

    for (const { name, code, text, secret, owner: whose } of refuse) {
        it(`is refused as ${code}: ${name}`, async () => {
            await assert.rejects(openKeyslot(text, fromHex(secret), whose), of(code))
        })
    }

    it("has a sentence for every code, and a case for every code about a slot", () => {
        assert.deepEqual(KEYSLOT_REFUSALS, refusals)
        const elsewhere = ["keyslot-prf", "keyslot-password", "recovery-code", "prf-in-body"]
        assert.deepEqual(new Set([...refuse.map(({ code }) => code), ...elsewhere]), new Set(Object.keys(refusals)))
    })

    it("has a fresh nonce each time it is sealed", async () => {
        const { text, secret } = slotNamed("passkey")
        const [first, second] = [await sealKeyslot(parseKeyslot(text), fromHex(secret), seeds), await sealKeyslot(parseKeyslot(text), fromHex(secret), seeds)]
        assert.notEqual(parseKeyslot(first).nonce, parseKeyslot(second).nonce)
        assert.notEqual(parseKeyslot(first).sealed, parseKeyslot(second).sealed)
    })

    it("is not made in a form that a reader refuses", async () => {
        const { text, secret } = slotNamed("password")
        const draft = parseKeyslot(text)
        const cheap = { ...draft, kind: "password", kdf: { ...password.kdf, memory: 8, passes: 1 } } as const
        await assert.rejects(sealKeyslot(cheap, fromHex(secret), seeds), of("keyslot-weak"))
        await assert.rejects(sealKeyslot({ ...draft, person: "maya" }, fromHex(secret), seeds), of("keyslot-malformed"))
    })

    it("changed in any character does not open", async () => {
        const { text, secret } = slotNamed("recovery-code")
        const change = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }))
        await fc.assert(fc.asyncProperty(change, async ([at, mask]) => {
            const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ mask) + text.slice(at + 1)
            await assert.rejects(openKeyslot(changed, fromHex(secret), owner), KeyslotRefused)
        }))
    })
})

describe("a password", () => {
    const stretch = async (given: Bytes, salt: Bytes): Promise<Bytes> => {
        const { memory: m, passes: t, lanes: p } = password.kdf
        return Promise.resolve(ownBytes(argon2id(given, salt, { m, t, p, dkLen: 32 })))
    }
    const never = (): never => assert.fail("nothing may be computed")

    it("becomes the secret of its slot", async () => {
        assert.equal(hex(await secretOfPassword(password.text, password.kdf, stretch)), password.secret)
    })

    it("is stretched by the Argon2id of RFC 9106 section 5.3", () => {
        const filled = (byte: number, size: number): Uint8Array => new Uint8Array(size).fill(byte)
        const options = { m: 32, t: 3, p: 4, key: filled(3, 8), personalization: filled(4, 12), dkLen: 32 }
        assert.equal(hex(argon2id(filled(1, 32), filled(2, 16), options)), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")
    })

    for (const { memory, passes, code } of costs) {
        it(`costs ${String(memory)} KiB and ${String(passes)} passes: ${code ?? "allowed"}`, async () => {
            if (code === null) {
                checkCost({ memory, passes })
                return
            }
            await assert.rejects(secretOfPassword("x", { ...password.kdf, memory, passes }, never), of(code))
        })
    }

    it("is refused when it is empty, too long, or no text, before anything is computed", async () => {
        for (const text of ["", "x".repeat(1025), "\u00e9".repeat(513), "\ud800"]) {
            await assert.rejects(secretOfPassword(text, password.kdf, never), of("keyslot-password"))
        }
        const length = async (bytes: Bytes): Promise<Bytes> => Promise.resolve(Uint8Array.of(bytes.length >> 8))
        assert.deepEqual(await secretOfPassword("x".repeat(1024), password.kdf, length), Uint8Array.of(4))
    })
})

describe("a passkey's secret", () => {
    for (const { result, code } of prf) {
        it(`${result === "" ? "of nothing" : `${result.slice(0, 4)}… of ${String(result.length / 2)} bytes`} is ${code ?? "taken"}`, () => {
            if (code === null) assert.equal(hex(secretOfPrf(fromHex(result))), result)
            else assert.throws(() => secretOfPrf(fromHex(result)), of(code))
        })
    }

    for (const { name, body, holds } of bodies) {
        it(`is ${holds ? "found and stripped" : "not seen"} in a body: ${name}`, () => {
            assert.equal(hasPrfResult(body), holds)
            if (!holds) assert.deepEqual(stripPrfResult(body), withoutNull(body))
        })
    }

    it("is gone from any body after stripping, and the rest stays", () => {
        const credential = { id: "AAAA", clientExtensionResults: { prf: { enabled: true, results: { first: "AAAA" } }, hmacGetSecret: {}, credProps: { rk: true } } }
        assert.deepEqual(stripPrfResult([credential]), [{ id: "AAAA", clientExtensionResults: { prf: { enabled: true }, credProps: { rk: true } } }])
        const names = fc.constantFrom("prf", "results", "hmacGetSecret", "id")
        const { value } = fc.letrec((tie) => ({
            value: fc.oneof({ maxDepth: 5 }, fc.constant(null), fc.string(), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(names, tie("value"))),
        }))
        fc.assert(fc.property(value, (body) => !hasPrfResult(stripPrfResult(body))))
    })
})

describe("a recovery code", () => {
    it("is written as the vectors say", async () => {
        for (const { secret, code } of codes.write) assert.equal(await writeRecoveryCode(fromHex(secret)), code)
    })

    it("is read as people type it", async () => {
        for (const { typed, secret } of codes.read) assert.equal(hex(await readRecoveryCode(typed)), secret)
    })

    for (const typed of codes.refuse) {
        it(`is refused with a typing error: ${JSON.stringify(typed)}`, async () => {
            await assert.rejects(readRecoveryCode(typed), of("recovery-code"))
        })
    }

    it("is read back as it was written, whatever its bytes", async () => {
        await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 16 }), async (secret) => {
            const code = await writeRecoveryCode(secret)
            assert.equal(hex(await readRecoveryCode(code.toLowerCase().replaceAll("-", " "))), hex(secret))
        }))
    })
})

describe("firm recovery", () => {
    it("opens with the recovery identity alone", async () => {
        const slot = parseKeyslot(slotNamed("firm-recovery").text)
        if (slot.kind !== "firm-recovery") assert.fail("another kind")
        const { kdf } = slot
        assert.equal(hex(await secretOfRecovery(kdf, recovery.identity)), slotNamed("firm-recovery").secret)
        await assert.rejects(secretOfRecovery(kdf, recovery.wrong), of("keyslot-secret"))
        await assert.rejects(secretOfRecovery({ ...kdf, secret: kdf.secret.slice(0, -8) }, recovery.identity), of("keyslot-damaged"))
    })

    it("has a new secret in each slot", async () => {
        const { secret, kdf } = await newRecoverySecret(await recipientOf(recovery.identity))
        assert.equal(kdf.recipient, owner.recovery)
        assert.deepEqual(await secretOfRecovery(kdf, recovery.identity), secret)
        const draft = { slot: "AAAAAAAAAAAAAAAAAAAAAA", person: owner.person, kind: "firm-recovery", kdf } as const
        const text = await sealKeyslot(draft, secret, seeds)
        assert.deepEqual(await openKeyslot(text, secret, owner), seeds)
        assert.equal(decodeIdentity(recovery.identity).length, secret.length)
    })
})

/** Results that are null are no secret, and go all the same. */
function withoutNull(body: unknown): unknown {
    return JSON.parse(JSON.stringify(body).replace(',"results":null', "").replace('"results":null', "")) as unknown
}
