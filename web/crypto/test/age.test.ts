import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption"
import fc from "fast-check"

import { decryptWith, encryptTo } from "../src/age.ts"
import { plainPrimitives } from "../src/age/plain.ts"
import {
    ClassicalRecipient, decodeRecipient, encodeRecipient, MalformedFile, MalformedKey, newMessageKey,
} from "../src/index.ts"
import { maya, tom } from "./people.ts"
import { fromBase64, vectors } from "./vectors.ts"

const CHUNK = 64 * 1024
const content = Uint8Array.from({ length: 2 * CHUNK + 5 }, (_, index) => index * 7)
const file = await encryptTo(maya.recipient, content)
const headerSize = file.length - (content.length + 3 * 16 + 16)

describe("an age file", () => {
    it("opens for its one recipient only", async () => {
        assert.deepEqual(await decryptWith(maya.identity, file), content)
        await assert.rejects(decryptWith(tom.identity, file), MalformedFile)
    })

    it("has its identity's key imported once, and no more than four are kept", async () => {
        let imports = 0
        const key: typeof plainPrimitives.mlKem.key = async (seed) => {
            imports += 1
            return plainPrimitives.mlKem.key(seed)
        }
        const counting = { ...plainPrimitives, mlKem: { ...plainPrimitives.mlKem, key } }
        const letters = await Promise.all(Array.from({ length: 5 }, async (_, index) => {
            const { identity, recipient } = await newMessageKey()
            return { identity, file: await encryptTo(recipient, Uint8Array.of(index)) }
        }))
        const openAll = async (some: typeof letters): Promise<number[]> => {
            const found: number[] = []
            for (const letter of some) found.push(...(await decryptWith(letter.identity, letter.file, counting)))
            return found
        }
        const last = letters.slice(1)
        assert.deepEqual(await openAll(letters), [0, 1, 2, 3, 4])
        assert.deepEqual([await openAll(last), imports], [[1, 2, 3, 4], 5])
        assert.deepEqual([await openAll(letters.slice(0, 1)), imports], [[0], 6])
    })

    it("has one post-quantum stanza", () => {
        const header = new TextDecoder().decode(file.subarray(0, headerSize))
        assert.deepEqual(header.match(/^-> \S+/gm), ["-> mlkem768x25519"])
    })

    it("opens with the package alone, so that any age program reads it", async () => {
        const decrypter = new Decrypter()
        decrypter.addIdentity(maya.identity)
        assert.deepEqual(new Uint8Array(await decrypter.decrypt(file)), content)
    })

    it("is never made for a classical recipient, which the package would take", async () => {
        const classical = await identityToRecipient(await generateX25519Identity())
        const encrypter = new Encrypter()
        encrypter.addRecipient(maya.recipient)
        encrypter.addRecipient(classical)
        assert.ok((await encrypter.encrypt("x")).length > 0, "the package takes the mix")
        await assert.rejects(encryptTo(classical, content), ClassicalRecipient)
    })

    it("is never made for a damaged recipient", async () => {
        // The first and the last coefficient of the ML-KEM key at 3329, and an X25519 key of zeros.
        for (const [at, damage] of [[0, [0x01, 0x0d]], [1150, [0x10, 0xd0]], [1184, new Uint8Array(32)]] as const) {
            const bytes = decodeRecipient(maya.recipient)
            bytes.set(damage, at)
            await assert.rejects(encryptTo(encodeRecipient(bytes), content), MalformedKey, String(at))
        }
        await assert.rejects(encryptTo(`${maya.recipient}q`, content), MalformedKey)
    })

    it("does not open with a classical stanza beside ours, though the package would open it", async () => {
        const mixed = vectors("age.json").files.find((each) => each.name === "envelope: mixed")
        assert.ok(mixed)
        const decrypter = new Decrypter()
        decrypter.addIdentity(mixed.identity)
        assert.deepEqual(new Uint8Array(await decrypter.decrypt(fromBase64(mixed.file))), fromBase64(mixed.content))
        await assert.rejects(decryptWith(mixed.identity, fromBase64(mixed.file)), MalformedFile)
    })

    for (const cut of [0, 1, 21, headerSize - 1, headerSize, headerSize + 1, headerSize + 15, headerSize + 16, headerSize + 17,
        headerSize + 16 + CHUNK, headerSize + 16 + CHUNK + 16, headerSize + 16 + CHUNK + 17, headerSize + 16 + 2 * (CHUNK + 16), file.length - 1]) {
        it(`does not open when cut to ${String(cut)} of ${String(file.length)} bytes`, async () => {
            await assert.rejects(decryptWith(maya.identity, file.slice(0, cut)), MalformedFile)
        })
    }

    it("does not open with anything after it", async () => {
        const longer = new Uint8Array(file.length + 1)
        longer.set(file)
        await assert.rejects(decryptWith(maya.identity, longer), MalformedFile)
    })

    it("does not open with its chunks in another order", async () => {
        const swapped = file.slice()
        const first = headerSize + 16
        swapped.set(file.subarray(first + CHUNK + 16, first + 2 * (CHUNK + 16)), first)
        swapped.set(file.subarray(first, first + CHUNK + 16), first + CHUNK + 16)
        await assert.rejects(decryptWith(maya.identity, swapped), MalformedFile)
    })

    it("does not open with any one byte changed", async () => {
        const small = await encryptTo(maya.recipient, content.slice(0, 100))
        await fc.assert(
            fc.asyncProperty(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
                const changed = small.slice()
                changed[at] = (changed[at] ?? 0) ^ mask
                await assert.rejects(decryptWith(maya.identity, changed), MalformedFile)
            }),
            { numRuns: 60 },
        )
    })
})
