/** The vectors that both implementations read. */

import { readFileSync } from "node:fs"

import type { Draft } from "../src/draft.ts"
import type { Opened } from "../src/envelope.ts"
import type { RefusalCode } from "../src/errors.ts"
import type { Grant, Merge } from "../src/grant.ts"
import type { KeyslotRefusal } from "../src/keyslotrefusals.ts"
import type { PasswordKdf } from "../src/keysecrets.ts"
import type { Owner } from "../src/keyslots.ts"
import type { Leveled, LevelRefusal, Minimum, Shown } from "../src/levels.ts"
import type { Level } from "../src/lookup.ts"
import type { NameFault } from "../src/names.ts"
import type { OwnNames } from "../src/own.ts"
import type { PairingAsked } from "../src/pairing.ts"
import type { PairingRefusal } from "../src/pairingrefusals.ts"
import type { LogVectors } from "./log/vectors.ts"
import type { Party } from "../src/safetynumber.ts"
import type { Signature } from "../src/signatures.ts"
import type { SignedObject } from "../src/statement.ts"

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
    readonly granters?: readonly SignedText[]
    readonly objects: Readonly<Record<string, string>>
}

export interface FileInputs {
    readonly message_key: string
    readonly object: SignedObject
    readonly type: string
    readonly file: string | null
}

/** All bytes hex, but for `pane`. */
export interface KeptVector {
    readonly pane: string
    readonly names: OwnNames
    readonly half: string
    readonly share: string
    readonly nonce: string
    readonly sealed: string
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
    "grants.json": {
        directory_key: string
        base: MessageInputs
        body: unknown
        build: { merge: Merge; merge_hash: string; grant: Grant; text: string; signature: Signature }[]
        accept: (Named & { role: string; level: string; with: Partial<MessageInputs> })[]
        cases: (Named & { code: RefusalCode; with: Partial<MessageInputs> })[]
    }
    "names.json": {
        accept: string[]
        refuse: (Named & { text: string; fault: NameFault })[]
        same: [string, string][]
        different: [string, string][]
        mend: { from: string; to: string }[]
    }
    "types.json": {
        contents: (Named & { content: string; type: string })[]
        names: (Named & { type: string; fits: boolean; active: boolean })[]
    }
    "files.json": {
        base: FileInputs
        content: string
        cases: (Named & { code: RefusalCode; with: Partial<FileInputs> })[]
    }
    "drafts.json": {
        identity: string
        draft_key: string
        draft: Draft
        object: string
        envelope: string
        refuse: (Named & { object: string })[]
        refuse_envelopes: (Named & { envelope: string })[]
    }
    "keyslots.json": {
        refusals: Readonly<Record<KeyslotRefusal, string>>
        identity: { encryption: string; signing: string }
        owner: Owner
        password: { text: string; kdf: PasswordKdf; secret: string }
        recovery: { identity: string; wrong: string }
        slots: (Named & {
            text: string
            secret: string
            keys: { wrapping: string; check: string; authenticator: string | null }
        })[]
        refuse: (Named & { code: KeyslotRefusal; text: string; secret: string; owner: Owner })[]
        costs: { memory: number; passes: number; code: KeyslotRefusal | null }[]
        prf: { result: string; code: KeyslotRefusal | null }[]
        codes: { write: { secret: string; code: string }[]; read: { typed: string; secret: string }[]; refuse: string[] }
        bodies: (Named & { body: unknown; holds: boolean })[]
    }
    "pairing.json": {
        refusals: Readonly<Record<PairingRefusal, string>>
        one_time: { identity: string; recipient: string }
        person: string
        derived: { k: string; link: string; code: string; person: string; id: string; keys: { pane: string; page: string }; asked: PairingAsked }[]
        unasked: (Named & { k: string; code: string; person: string; asked: PairingAsked })[]
        links: string[]
        codes: { read: { typed: string; code: string }[]; refuse: string[] }
        answer: {
            lookup: { key: string; signing_key: string }
            content: string
            old: { key: string; seed: string }[]
            identity: { encryption: string; signing: string }
            file: string
        }
        contents: (Named & { code: PairingRefusal; content: string })[]
        kept: KeptVector & { key: string; content: string; refuse: (Named & { with: Partial<KeptVector> })[] }
    }
    "log.json": LogVectors
    "levels.json": {
        refusals: Readonly<Record<LevelRefusal, string>>
        shown: (Named & { letter: Leveled; shown: Shown })[]
        refuse: (Named & { code: LevelRefusal; letter: Leveled })[]
        minimum: Minimum
        least: { address: string; level: Level }[]
        readers: (Named & { readers: { address: string; level: Level }[]; allowed: boolean })[]
    }
    "safety_numbers.json": { pairs: (Named & { one: Party; other: Party; number: string })[] }
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
