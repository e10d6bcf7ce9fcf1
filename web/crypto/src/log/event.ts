/** Key events, the leaves of the log, and whom they are about (docs/spec/log.md section 1). */

import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"

import { encodeText, fromBase64url, toBase64url, type Bytes } from "../bytes.ts"
import { parseCanonical } from "../canonical.ts"
import { CUSTODIES, LEVELS, type Custody, type Level } from "../lookup.ts"
import { count, hash, literal, nullable, oneOf, record, ShapeError, time, type Check } from "../shape.ts"
import { LogRefused, refusing } from "./refusals.ts"
import { leafHash } from "./tree.ts"

export const REASONS = ["first", "self-held", "rotated", "recovered", "revoked"] as const
export type Reason = (typeof REASONS)[number]

/** One change of one person's keys, as it stands in the log; all four are null where they were revoked. */
export interface KeyEvent {
    readonly v: 1
    readonly person: string
    readonly version: number
    readonly previous: string | null
    readonly reason: Reason
    readonly time: number
    /** Fingerprint of the recipient. */
    readonly key: string | null
    /** Ed25519 public key, base64url of 32 bytes; null also for who never signed. */
    readonly signing_key: string | null
    readonly level: Level | null
    readonly custody: Custody | null
}

/** 32 bytes in their one base64url form. */
export const digest: Check<string> = (value) => {
    const given = hash(value)
    fromBase64url(given)
    return given
}

const eventShape: Check<KeyEvent> = record({
    v: literal(1),
    person: digest,
    version: count,
    previous: nullable(digest),
    reason: oneOf(REASONS),
    time,
    key: nullable(digest),
    signing_key: nullable(digest),
    level: nullable(oneOf(LEVELS)),
    custody: nullable(oneOf(CUSTODIES)),
})

/**
 * Read an entry.
 *
 * @throws {@link LogRefused} `event-malformed`.
 */
export function parseEvent(text: string): KeyEvent {
    return refusing("event-malformed", () => {
        const event = eventShape(parseCanonical(text))
        const isFirst = event.version === 1
        const isPlaced = event.version > 0 && isFirst === (event.previous === null) && isFirst === (event.reason === "first")
        const needed = [event.key, event.level, event.custody]
        const hasKeys = event.reason === "revoked"
            ? [...needed, event.signing_key].every((each) => each === null)
            : needed.every((each) => each !== null)
        if (!isPlaced || !hasKeys) throw new ShapeError()
        return event
    })
}

/** The leaf hash of an entry's text, 32 bytes. */
export function eventHash(text: string): Bytes {
    return leafHash(encodeText(text))
}

/**
 * The commitment under which a person stands in the log, base64url.
 *
 * @param address - In lower case and ASCII.
 * @param salt - 32 bytes, the same for all events of this person.
 */
export function commit(address: string, salt: Uint8Array): string {
    return toBase64url(hmac(sha256, salt, encodeText(`letterlock/person/v1\0${address}`)))
}

/**
 * Check that an entry is the next of its person, and give it back.
 *
 * @param before - Text of the person's entry before; null for the first.
 * @throws {@link LogRefused} `event-chain`; `event-malformed` if one of them is none.
 */
export function checkSuccessor(before: string | null, text: string): KeyEvent {
    const event = parseEvent(text)
    if (!(before === null ? event.version === 1 : follows(before, event))) throw new LogRefused("event-chain")
    return event
}

function follows(text: string, event: KeyEvent): boolean {
    const before = parseEvent(text)
    const isNext = event.person === before.person && event.version === before.version + 1
    return isNext && event.previous === toBase64url(eventHash(text)) && event.time >= before.time
}
