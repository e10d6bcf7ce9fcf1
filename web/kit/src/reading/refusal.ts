/** Why a letter or a file stays closed, in words (statement.md section 5). */

import { CryptoError, OwnKeyRefused, type LogRefusalCode, type RefusalCode } from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { KeyNeeded } from "../own/desk.ts"
import { Unexpected } from "../shape.ts"
import { say } from "../words.ts"

const LETTER: Readonly<Record<RefusalCode, (name: string) => string>> = {
    "statement-malformed": (name) => say("refused.statement-malformed", { name }),
    "statement-signature": (name) => say("refused.statement-signature", { name }),
    "sender-key-unknown": (name) => say("refused.sender-key-unknown", { name }),
    "wrong-message": () => say("refused.wrong-message"),
    "grant-malformed": () => say("refused.grant-malformed"),
    "grant-signature": () => say("refused.grant-signature"),
    "granter-not-allowed": () => say("refused.granter-not-allowed"),
    "merge-mismatch": (name) => say("refused.merge-mismatch", { name }),
    "viewer-not-listed": (name) => say("refused.viewer-not-listed", { name }),
    "message-key-mismatch": (name) => say("refused.message-key-mismatch", { name }),
    "object-missing": (name) => say("refused.object-missing", { name }),
    "object-extra": (name) => say("refused.object-extra", { name }),
    "object-changed": (name) => say("refused.object-changed", { name }),
    "object-malformed": () => say("refused.object-malformed"),
    "file-name": () => say("refused.file-name"),
    "file-type": (name) => say("refused.file-type", { name }),
    "envelope-malformed": () => say("refused.envelope-malformed"),
}

/** What the log refuses a key for: what was seen before is gone, the key does not stand in it, or it came damaged. */
const LOG: Readonly<Record<LogRefusalCode, (name: string) => string>> = {
    "log-rolled-back": () => say("refused.log.past"),
    "log-split": () => say("refused.log.past"),
    "consistency-wrong": () => say("refused.log.past"),
    "checkpoint-origin": () => say("refused.log.past"),
    "event-rolled-back": (name) => say("refused.log.event", { name }),
    "event-chain": (name) => say("refused.log.event", { name }),
    "commitment-wrong": (name) => say("refused.log.key", { name }),
    "inclusion-wrong": (name) => say("refused.log.key", { name }),
    "key-not-logged": (name) => say("refused.log.key", { name }),
    "answer-address": (name) => say("refused.log.key", { name }),
    "note-malformed": () => say("refused.log.damaged"),
    "note-signature": () => say("refused.log.damaged"),
    "checkpoint-malformed": () => say("refused.log.damaged"),
    "witness-missing": () => say("refused.log.damaged"),
    "event-malformed": () => say("refused.log.damaged"),
    "answer-malformed": () => say("refused.log.damaged"),
    "answer-signature": () => say("refused.log.damaged"),
}

const FILE: Readonly<Record<string, (name: string) => string>> = {
    "object-missing": () => say("refused.file.object-missing"),
    "object-changed": (name) => say("refused.file.object-changed", { name }),
    "object-malformed": () => say("refused.file.object-malformed"),
    "file-type": (name) => say("refused.file.file-type", { name }),
}

/** The sentence for a letter's refusal; a code of another version gets a general one. `name` is the sender's. */
export function refusalWords(code: string, name: string): string {
    if (code === "opened-by-server") return say("refused.opened-by-server")
    if (code === "own-key-unknown") return say("unlock.given-up", { name })
    if (Object.hasOwn(LOG, code)) return LOG[code as LogRefusalCode](name)
    return Object.hasOwn(LETTER, code) ? LETTER[code as RefusalCode](name) : say("refused.other")
}

/** "We did not open this file. It is not the one Ann signed." */
export function fileRefusalWords(code: string, name: string): string {
    const why = Object.hasOwn(FILE, code) ? FILE[code]?.(name) : undefined
    return say("refused.file", { why: why ?? say("refused.file.other") })
}

/** A key of one's own is needed for it, and is not open here: no refusal, and nothing of the letter is wrong. */
export const isLocked = (error: unknown): boolean => error instanceof KeyNeeded || error instanceof OwnKeyRefused

/** Sealed to a key that its owner has given up since: none of hers opens it any more. */
export const isGivenUp = (error: unknown): boolean => error instanceof OwnKeyRefused && error.code === "own-key-unknown"

/** The code under which an error refuses a letter; null where it only could not be fetched. */
export function refusalIn(error: unknown): string | null {
    if (isLocked(error)) return null
    // A look-up that is not the directory's leaves the sender's key unknown.
    if (error instanceof CryptoError) return error.code === "lookup-refused" ? "sender-key-unknown" : error.code
    if (error instanceof Problem && typeof error.facts["refusal"] === "string") return error.facts["refusal"]
    return error instanceof Unexpected ? "envelope-malformed" : null
}
