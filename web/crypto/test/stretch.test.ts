/** The worker of passwords, bundled as browsers get it, against the vectors. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { argon2id as reference } from "@noble/hashes/argon2.js"
import { argon2id } from "hash-wasm"

import { KeyslotRefused, newPasswordKdf, Stretcher, WorkerFailed } from "../src/index.ts"
import { checkCost } from "../src/keysecrets.ts"
import { bundleOf, startWorker, type Started } from "./worker.ts"
import { fromHex, vectors } from "./vectors.ts"

const bundle = await bundleOf("argon2")
const { password, costs } = vectors("keyslots.json")
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

function stretcher(script = bundle): { stretcher: Stretcher; started: Started[] } {
    const started: Started[] = []
    return { started, stretcher: new Stretcher(() => {
        const next = startWorker(script)
        started.push(next)
        return next.worker
    }) }
}

describe("the worker of passwords", () => {
    it("gives the secret of the vectors, and its memory goes with it", async () => {
        const { stretcher: one, started } = stretcher()
        assert.equal(hex(await one.stretch(password.text, password.kdf)), password.secret)
        assert.deepEqual(started.map(({ ended }) => ended()), [true])
    })

    it("takes a password as people type it, however its accents are written", async () => {
        const { stretcher: one } = stretcher()
        const [composed, apart] = await Promise.all(["é", "e\u0301"].map((typed) => one.stretch(typed, password.kdf)))
        assert.deepEqual(composed, apart)
    })

    it("computes the same Argon2id as the implementation that the RFC's vector holds for", async () => {
        // RFC 9106 section 5.3 has associated data, which hash-wasm does not take; keyslots.test.ts gives it to noble's.
        const filled = (byte: number, size: number): Uint8Array => new Uint8Array(size).fill(byte)
        for (const [m, t, p] of [[32, 3, 4], [64, 1, 1], [256, 4, 1], [1031, 2, 3]] as const) {
            const [given, salt, key] = [filled(1, 32), filled(2, 16), filled(3, 8)]
            const found = await argon2id({
                password: given, salt, secret: key, parallelism: p, iterations: t, memorySize: m, hashLength: 32, outputType: "hex",
            })
            assert.equal(found, hex(reference(given, salt, { m, t, p, key, dkLen: 32 })))
        }
    })

    it("computes nothing that is too cheap or too costly, whoever asks", async () => {
        const { stretcher: one, started } = stretcher()
        for (const { memory, passes, code } of costs.filter((each) => each.code !== null)) {
            await assert.rejects(one.stretch("x", { ...password.kdf, memory, passes }), { name: "KeyslotRefused", code })
        }
        await assert.rejects(one.stretch("", password.kdf), KeyslotRefused)
        assert.ok(started.every(({ ended }) => ended()))
    })

    it("that stops is an error, and not a wait", async () => {
        const { stretcher: one, started } = stretcher("throw new Error('no memory')")
        await assert.rejects(one.stretch("x", password.kdf), WorkerFailed)
        assert.deepEqual(started.map(({ ended }) => ended()), [true])
    })

    it("is asked for what a reader accepts, with a fresh salt each time", () => {
        const [first, second] = [newPasswordKdf(), newPasswordKdf()]
        checkCost(first)
        assert.notEqual(first.salt, second.salt)
        assert.equal(fromHex(password.secret).length, 32)
    })

    it("has no way to a network, and nothing but it has WebAssembly", async () => {
        assert.match(bundle, /WebAssembly/)
        assert.doesNotMatch(bundle, /\bfetch\(|XMLHttpRequest|importScripts|\beval\(|new Function/)
        assert.doesNotMatch(await bundleOf("worker"), /WebAssembly/)
    })
})
