/** What page and worker say to each other. */

import type { Bytes } from "./bytes.ts"
import type { Draft, DraftSealing, SealedDraft } from "./draft.ts"
import type { Opened } from "./envelope.ts"
import {
    BodyTooLarge, ClassicalRecipient, CryptoError, DraftDamaged, FileRefused, isFileRefusal, isRefusalCode, LookupRefused,
    NoRoom, Refusal, SealError, WorkerFailed,
} from "./errors.ts"
import type { FileDraft, Finished, PlainDraft, SealedFile } from "./files.ts"
import type { MessageKey } from "./keys.ts"
import { KeyslotRefused, type KeyslotRefusal, KEYSLOT_REFUSALS } from "./keyslotrefusals.ts"
import type { Owner } from "./keyslots.ts"
import type { Looked, Looking } from "./log/looked.ts"
import { LOG_REFUSALS, LogRefused, type LogRefusalCode } from "./log/refusals.ts"
import type { Lookup } from "./lookup.ts"
import type { OpenedMessage, Opening } from "./open.ts"
import type { OwnKey } from "./own.ts"
import type { OldKey } from "./ownkeys.ts"
import type { NewPairing, Pairing, Vouching } from "./ownpairing.ts"
import { OwnKeyRefused, OWN_REFUSALS, type OwnRefusal } from "./ownrefusals.ts"
import type { NewSlot, SlotHead, SlotSecret, SlotWay } from "./ownslots.ts"
import type { Asker } from "./pairing.ts"
import { PairingRefused, PAIRING_REFUSALS, type PairingRefusal } from "./pairingrefusals.ts"
import type { KeptOwn, PaneShare } from "./pane.ts"
import type { Party, SafetyNumber } from "./safetynumber.ts"
import type { EnvelopesDraft, ObjectsDraft, SealedEnvelope, SealedObjects } from "./seal.ts"
import type { Signature } from "./signatures.ts"
import type { FileOpening, FileResealing } from "./signedfile.ts"

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
    checkLooked: { args: Looking; result: Looked }
    newMessageKey: { args: null; result: MessageKey }
    messageKey: { args: { readonly identity: string }; result: MessageKey }
    sealObjects: { args: ObjectsDraft; result: SealedObjects }
    sealEnvelopes: { args: EnvelopesDraft; result: readonly SealedEnvelope[] }
    openMessage: { args: Opening; result: OpenedMessage }
    openEnvelope: { args: { readonly identity: string; readonly bytes: Uint8Array }; result: Opened }
    sealDraft: { args: DraftSealing; result: SealedDraft }
    openDraft: { args: { readonly draftKey: string; readonly object: Uint8Array }; result: Draft }
    sealFile: { args: FileDraft; result: SealedFile }
    openFile: { args: FileOpening & Sourced; result: Finished }
    sealPlain: { args: PlainDraft; result: Finished }
    resealFile: { args: FileResealing & Sourced; result: Finished }
    cleanTemporary: { args: null; result: null }
    newIdentity: { args: { readonly person: string }; result: OwnKey }
    newRecoveryCode: { args: null; result: { readonly code: string } }
    sealSlots: { args: Using & { readonly ways: readonly SlotWay[] }; result: readonly NewSlot[] }
    readSlots: { args: { readonly texts: readonly string[]; readonly owner: Owner }; result: readonly SlotHead[] }
    openSlot: { args: { readonly text: string; readonly given: SlotSecret; readonly owner: Owner }; result: OwnKey }
    openChallenge: { args: Using & { readonly challenge: Uint8Array }; result: { readonly bytes: Bytes } }
    unwrapOld: { args: Using & { readonly old: readonly OldKey[] }; result: OwnKey }
    wrapOld: { args: Using & { readonly to: OwnKey }; result: readonly OldKey[] }
    signEnrolment: { args: Using & { readonly slots: readonly string[] }; result: Signature }
    signStatement: { args: Using & { readonly text: string }; result: Signature }
    signGrant: { args: Using & { readonly text: string }; result: Signature }
    openOwnEnvelope: { args: Using & { readonly key: string; readonly envelope: Uint8Array }; result: Opened }
    openOwnDraftKey: { args: Using & { readonly envelope: Uint8Array }; result: { readonly draftKey: string } }
    newPairing: { args: Asker & { readonly person: string }; result: NewPairing }
    linkedPairing: { args: { readonly k: string }; result: { readonly id: string } }
    checkPairing: { args: Vouching & { readonly person: string }; result: null }
    answerPairing: { args: Using & Vouching; result: { readonly bytes: Bytes } }
    openPairing: { args: PairingOpening; result: OwnKey }
    keepOwn: { args: Using & PaneShare; result: KeptOwn }
    compareKeys: { args: { readonly own: Party; readonly other: Party }; result: SafetyNumber }
    reopenOwn: { args: { readonly kept: KeptOwn; readonly share: string }; result: OwnKey }
}

/** Whose identity does it. */
export interface Using {
    readonly own: OwnKey
}

/** `lookup` is the person's own. */
export interface PairingOpening {
    readonly pairing: Pairing
    readonly answer: Uint8Array
    readonly lookup: Pick<Lookup, "key" | "signing_key">
}

/** Whether there is anything to read: pieces follow, as often as the worker asks for one. */
export interface Sourced {
    readonly found: boolean
}

export type Op = keyof Operations

/** Page to worker, to begin. */
export type Call = { [K in Op]: { readonly id: number; readonly op: K; readonly args: Operations[K]["args"] } }[Op]

/** Page to worker. A piece answers `pull`; null is the end. `stop` ends the call, which is still answered. */
export type Request = Call | { readonly id: number; readonly chunk: Uint8Array | null } | { readonly id: number; readonly stop: true }

export interface WireError {
    /** The class. */
    readonly name: string
    readonly code: string
    readonly message: string
}

/** Worker to page: any number of notes of progress and wishes for a piece, then one answer. */
export type Response =
    | { readonly id: number; readonly done: number; readonly total: number }
    | { readonly id: number; readonly pull: true }
    | { readonly id: number; readonly ok: true; readonly value: Operations[Op]["result"] }
    | { readonly id: number; readonly ok: false; readonly error: WireError }

/** An error as it travels. What is not ours says nothing of itself: its text may quote a secret. */
export function toWire(error: unknown): WireError {
    const { name, code, message } = error instanceof CryptoError ? error : new WorkerFailed()
    return { name, code, message }
}

/** The error of the tree in errors.ts that travelled; its `message` is kept. */
export function fromWire({ name, code, message }: WireError): CryptoError {
    return Object.defineProperty(made(name, code), "message", { value: message, configurable: true, writable: true })
}

function made(name: string, code: string): CryptoError {
    if (name === "Refusal" && isRefusalCode(code)) return new Refusal(code)
    if (name === "KeyslotRefused" && Object.hasOwn(KEYSLOT_REFUSALS, code)) return new KeyslotRefused(code as KeyslotRefusal)
    if (name === "OwnKeyRefused" && Object.hasOwn(OWN_REFUSALS, code)) return new OwnKeyRefused(code as OwnRefusal)
    if (name === "PairingRefused" && Object.hasOwn(PAIRING_REFUSALS, code)) return new PairingRefused(code as PairingRefusal)
    if (name === "LogRefused" && Object.hasOwn(LOG_REFUSALS, code)) return new LogRefused(code as LogRefusalCode)
    if (name === "FileRefused" && isFileRefusal(code)) return new FileRefused(code)
    return FACTORIES[name]?.() ?? new CryptoError(code, "")
}

const FACTORIES: Readonly<Record<string, () => CryptoError>> = {
    LookupRefused: () => new LookupRefused(""),
    SealError: () => new SealError(""),
    ClassicalRecipient: () => new ClassicalRecipient(),
    BodyTooLarge: () => new BodyTooLarge(),
    DraftDamaged: () => new DraftDamaged(),
    NoRoom: () => new NoRoom(),
    WorkerFailed: () => new WorkerFailed(),
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
