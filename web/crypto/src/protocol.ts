/** What page and worker say to each other. */

import type { Opened } from "./envelope.ts"
import {
    BodyTooLarge, ClassicalRecipient, CryptoError, isRefusalCode, LookupRefused, Refusal, SealError, WorkerFailed,
} from "./errors.ts"
import type { Lookup } from "./lookup.ts"
import type { OpenedMessage, Opening } from "./open.ts"
import type { EnvelopesDraft, SealedEnvelope, SealedObjects } from "./seal.ts"
import type { Body } from "./body.ts"

/** Each operation of the worker: what it takes, and what it gives. */
export interface Operations {
    verifyLookup: {
        args: {
            readonly text: string
            readonly signature: unknown
            readonly directoryKey: string
            readonly address: string
        }
        result: Lookup
    }
    sealObjects: { args: { readonly body: Body }; result: SealedObjects }
    sealEnvelopes: { args: EnvelopesDraft; result: readonly SealedEnvelope[] }
    openMessage: { args: Opening; result: OpenedMessage }
    openEnvelope: { args: { readonly identity: string; readonly bytes: Uint8Array }; result: Opened }
}

export type Op = keyof Operations

/** Page to worker. */
export type Request = { [K in Op]: { readonly id: number; readonly op: K; readonly args: Operations[K]["args"] } }[Op]

export interface WireError {
    readonly code: string
    readonly message: string
}

/** Worker to page: any number of progress notes, then one answer. */
export type Response =
    | { readonly id: number; readonly done: number; readonly total: number }
    | { readonly id: number; readonly ok: true; readonly value: Operations[Op]["result"] }
    | { readonly id: number; readonly ok: false; readonly error: WireError }

/** An error as it travels. What is not ours says nothing of itself: its text may quote a secret. */
export function toWire(error: unknown): WireError {
    const known = error instanceof CryptoError ? error : new WorkerFailed()
    return { code: known.code, message: known.message }
}

/** The error of the tree in errors.ts that travelled; its `message` is kept. */
export function fromWire({ code, message }: WireError): CryptoError {
    return Object.defineProperty(ofCode(code), "message", { value: message, configurable: true, writable: true })
}

function ofCode(code: string): CryptoError {
    if (isRefusalCode(code)) return new Refusal(code)
    const make = FACTORIES[code]
    return make === undefined ? new CryptoError(code, "") : make()
}

const FACTORIES: Readonly<Record<string, () => CryptoError>> = {
    "lookup-refused": () => new LookupRefused(""),
    "seal-failed": () => new SealError(""),
    "classical-recipient": () => new ClassicalRecipient(),
    "body-too-large": () => new BodyTooLarge(),
    "worker-failed": () => new WorkerFailed(),
}

/**
 * Buffers that can be moved instead of copied: those that the view covers whole.
 * A moved buffer is empty for who sent it.
 */
export function movable(views: Iterable<Uint8Array>): ArrayBuffer[] {
    const buffers = new Set<ArrayBuffer>()
    for (const { buffer, byteLength } of views) {
        if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer)
    }
    return [...buffers]
}
