/** A look-up and what the log says of it, checked together (docs/spec/log.md section 8). */

import { fromBase64url, toBase64url } from "../bytes.ts"
import type { Lookup } from "../lookup.ts"
import { checkAnswer, hasKeys, type Seen } from "./answer.ts"
import { checkSuccessor, parseEvent } from "./event.ts"
import { parseNoteKey } from "./note.ts"
import { LogRefused } from "./refusals.ts"

/** A checkpoint of a log as it is kept; the root is base64url of 32 bytes. */
export interface KeptCheckpoint {
    readonly size: number
    readonly root: string
}

/** What the server said of a look-up, and what the reader kept before she asked. */
export interface Looking {
    /** A look-up that has passed `verifyLookup`. */
    readonly lookup: Lookup
    readonly text: string
    readonly signature: unknown
    /** Texts of events; empty unless the look-up is about a key that was replaced. */
    readonly history: readonly string[]
    /** Base64url of 32 bytes, from the page itself. */
    readonly directoryKey: string
    /** The log's verifier key, from the page itself. */
    readonly logKey: string
    readonly kept: KeptCheckpoint | null
    readonly known: Seen | null
}

/** What to keep from now on. */
export interface Looked {
    readonly checkpoint: KeptCheckpoint
    readonly seen: Seen
}

/**
 * Check that the keys of a look-up stand in the log, and the log itself.
 *
 * @throws {@link LogRefused}; MalformedKey if the page's key of the log is none.
 */
export async function checkLooked(looking: Looking): Promise<Looked> {
    const { lookup, text, signature, directoryKey, known } = looking
    const log = parseNoteKey(looking.logKey)
    const kept = looking.kept === null ? null : { origin: log.name, size: looking.kept.size, root: fromBase64url(looking.kept.root) }
    const { checkpoint, seen } = await checkAnswer(text, signature, {
        address: lookup.address, keys: lookup.until === null ? lookup : null, directoryKey,
        trust: { log, witnesses: [], quorum: 0 }, kept, known,
    })
    if (lookup.until !== null) checkHistory([...looking.history, seen.event], lookup, lookup.until)
    return { checkpoint: { size: checkpoint.size, root: toBase64url(checkpoint.root) }, seen }
}

/** A key that was replaced: its event, those after it without a gap, and when it was replaced. */
function checkHistory(events: readonly string[], lookup: Lookup, until: number): void {
    for (const [at, event] of events.entries()) {
        if (at > 0) checkSuccessor(events[at - 1] ?? null, event)
    }
    const [first, next] = events.map(parseEvent)
    if (first === undefined || !hasKeys(first, lookup)) throw new LogRefused("key-not-logged")
    if (next === undefined || until > next.time) throw new LogRefused("event-chain")
}
