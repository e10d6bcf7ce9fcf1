/** The vectors that both implementations read. */

import { readFileSync } from "node:fs"

import type { Opened } from "../src/envelope.ts"
import type { RefusalCode } from "../src/errors.ts"
import type { Signature } from "../src/signatures.ts"

interface Named {
    readonly name: string
}

interface SignedText {
    readonly text: string
    readonly signature: Signature
}

export interface MessageInputs {
    readonly asked: string
    readonly viewer: { readonly address: string; readonly key: string }
    readonly opened: Opened
    readonly sender: SignedText
    readonly objects: Readonly<Record<string, string>>
}

export interface Vectors {
    "canonical.json": { write: (Named & { value: unknown; text: string })[]; refuse: (Named & { text: string })[] }
    "padme.json": {
        lengths: { n: number; padded: number }[]
        unpad: (Named & { padded: string; size: number; content: string | null })[]
    }
    "keys.json": {
        identities: { seed: string; identity: string; recipient: string; fingerprint: string }[]
        signing: { seed: string; public_key: string; fingerprint: string }[]
        refused_recipients: (Named & { text: string; reason: "classical" | "damaged" })[]
        refused_identities: (Named & { text: string })[]
    }
    "lookups.json": {
        directory_seed: string
        directory_key: string
        accept: (Named & SignedText & { address: string })[]
        refuse: (Named & SignedText & { address: string })[]
    }
    "messages.json": {
        directory_key: string
        base: MessageInputs
        statement: unknown
        statement_hash: string
        body: unknown
        cases: (Named & { code: RefusalCode; with: Partial<MessageInputs> })[]
        envelopes: {
            identity: string
            file: string
            opened: Opened
            refuse: (Named & { identity: string; file: string })[]
        }
    }
    "age.json": { files: (Named & { identity: string; content: string; file: string; opens: boolean })[] }
}

/** One file of tests/vectors. */
export function vectors<K extends keyof Vectors>(name: K): Vectors[K] {
    return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf8")) as Vectors[K]
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(Buffer.from(text, "hex"))
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(Buffer.from(text, "base64"))
}
