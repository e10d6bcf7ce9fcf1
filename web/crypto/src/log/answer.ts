/** What the directory answers about one address and the log (docs/spec/log.md section 8). */

import { fromBase64url } from "../bytes.ts"
import { parseCanonical } from "../canonical.ts"
import { FormatError } from "../errors.ts"
import type { Lookup } from "../lookup.ts"
import { address, count, list, literal, record, size, string, time, type Check } from "../shape.ts"
import { LOG_ANSWER_DOMAIN, signatureShape, verify } from "../signatures.ts"
import { checkGrowth, openCheckpoint, type Checkpoint, type Trust } from "./checkpoint.ts"
import { checkSuccessor, commit, digest, eventHash, parseEvent, type KeyEvent } from "./event.ts"
import { LogRefused, refusing } from "./refusals.ts"
import { checkInclusion } from "./tree.ts"

/** An answer as it is signed; hashes and salt are base64url of 32 bytes. */
export interface LogAnswer {
    readonly v: 1
    readonly address: string
    readonly asked: number
    readonly checkpoint: string
    readonly since: number
    readonly consistency: readonly string[]
    readonly event: string
    readonly index: number
    readonly proof: readonly string[]
    readonly salt: string
}

/** An event that a reader believed: its text, and where it stands in the log. */
export interface Seen {
    readonly index: number
    readonly event: string
}

/** The keys that a look-up names. */
export type NamedKeys = Pick<Lookup, "key" | "signing_key" | "level" | "custody">

/** What the reader knows: who was asked about, the keys named, whom to believe, what was kept. */
export interface Asking {
    readonly address: string
    /** Null for a key that was replaced: the caller checks the history then. */
    readonly keys: NamedKeys | null
    /** Base64url of 32 bytes, from the page itself. */
    readonly directoryKey: string
    readonly trust: Trust
    readonly kept: Checkpoint | null
    readonly known: Seen | null
}

/** What to keep from now on: the checkpoint for the log, the event for the address. */
export interface Believed {
    readonly checkpoint: Checkpoint
    readonly seen: Seen
}

const text: Check<string> = (value) => {
    const given = string(value)
    size(given.length)
    return given
}

const answerShape: Check<LogAnswer> = record({
    v: literal(1),
    address,
    asked: time,
    checkpoint: text,
    since: count,
    consistency: list(digest),
    event: text,
    index: count,
    proof: list(digest),
    salt: digest,
})

/**
 * Check an answer in the order of log.md section 8.
 *
 * @param signature - `{alg, key, value}` as it came.
 * @throws {@link LogRefused} with the code of the first check that fails.
 */
export async function checkAnswer(source: string, signature: unknown, asking: Asking): Promise<Believed> {
    if (!(await isSigned(source, signature, asking.directoryKey))) throw new LogRefused("answer-signature")
    const answer = refusing("answer-malformed", () => answerShape(parseCanonical(source)))
    if (answer.address !== asking.address) throw new LogRefused("answer-address")
    const checkpoint = await openCheckpoint(answer.checkpoint, asking.trust)
    if (answer.since !== (asking.kept?.size ?? 0)) throw new LogRefused("consistency-wrong")
    checkGrowth(asking.kept, checkpoint, answer.consistency.map(fromBase64url))
    const event = parseEvent(answer.event)
    const seen = { index: answer.index, event: answer.event }
    checkInclusion({ ...checkpoint, leaf: eventHash(seen.event), index: seen.index, proof: answer.proof.map(fromBase64url) })
    if (event.person !== commit(answer.address, fromBase64url(answer.salt))) throw new LogRefused("commitment-wrong")
    if (asking.known !== null) checkNewer(asking.known, seen, event)
    if (asking.keys !== null && !hasKeys(event, asking.keys)) throw new LogRefused("key-not-logged")
    return { checkpoint, seen }
}

async function isSigned(source: string, signature: unknown, directoryKey: string): Promise<boolean> {
    try {
        return await verify(LOG_ANSWER_DOMAIN, source, signatureShape(signature), fromBase64url(directoryKey))
    } catch (error) {
        if (error instanceof FormatError) return false
        throw error
    }
}

function checkNewer(known: Seen, seen: Seen, event: KeyEvent): void {
    if (known.index === seen.index && known.event === seen.event) return
    const before = parseEvent(known.event)
    if (seen.index <= known.index || event.version <= before.version) throw new LogRefused("event-rolled-back")
    if (event.person !== before.person) throw new LogRefused("event-chain")
    if (event.version === before.version + 1) checkSuccessor(known.event, seen.event)
}

/** Whether an event is about these keys. */
export function hasKeys(event: KeyEvent, keys: NamedKeys): boolean {
    return event.key === keys.key && event.signing_key === keys.signing_key && event.level === keys.level && event.custody === keys.custody
}
