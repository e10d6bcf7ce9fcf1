/**
 * Entry of the Web Worker that computes Argon2id. Its own response alone may compile WebAssembly
 * (docs/adr/0031-argon2-in-the-browser.md); it has no way to a network.
 */

// hash-wasm: last release November 2026, MIT, no dependencies, hand-written WASM; five times as fast as plain script.
import { argon2id } from "hash-wasm"

import { ownBytes, type Bytes } from "./bytes.ts"
import { SECRET_SIZE, secretOfPassword, type PasswordKdf } from "./keysecrets.ts"
import { toWire } from "./protocol.ts"
import type { StretchAnswer, StretchRequest } from "./stretch.ts"

/** The DOM's types describe a window here. */
interface Scope {
    postMessage(message: StretchAnswer): void
    addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
}

async function stretch(password: Bytes, salt: Bytes, { memory, passes, lanes }: PasswordKdf): Promise<Bytes> {
    return ownBytes(await argon2id({
        password, salt, memorySize: memory, iterations: passes, parallelism: lanes, hashLength: SECRET_SIZE, outputType: "binary",
    }))
}

async function answer({ password, kdf }: StretchRequest): Promise<StretchAnswer> {
    try {
        return { ok: true, secret: await secretOfPassword(password, kdf, stretch) }
    } catch (error) {
        return { ok: false, error: toWire(error) }
    }
}

const scope = globalThis as unknown as Scope
scope.addEventListener("message", ({ data }) => {
    void answer(data as StretchRequest).then((answered) => { scope.postMessage(answered) })
})
