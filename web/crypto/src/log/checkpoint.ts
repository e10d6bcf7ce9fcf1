/** Checkpoints: what a log says of its whole self (docs/spec/log.md sections 6 and 7). */

import { equal, type Bytes } from "../bytes.ts"
import { decode, KINDS, parseNote, verifyNote, type NoteKey } from "./note.ts"
import { LogRefused } from "./refusals.ts"
import { checkConsistency, EMPTY_ROOT } from "./tree.ts"

/** The log's origin, how many entries it has, and the root over them (32 bytes). */
export interface Checkpoint {
    readonly origin: string
    readonly size: number
    readonly root: Bytes
}

/** Whom a reader believes: the log's key, the witnesses', and how many of these must have signed. */
export interface Trust {
    readonly log: NoteKey
    readonly witnesses: readonly NoteKey[]
    readonly quorum: number
}

const LINES = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/

/**
 * Read a note's text as a checkpoint; extension lines are refused.
 *
 * @throws {@link LogRefused} `checkpoint-malformed`.
 */
export function parseCheckpoint(text: string): Checkpoint {
    const [, origin = "", digits = "", encoded = ""] = LINES.exec(text) ?? []
    const [size, root] = [Number(digits), decode(encoded)]
    const isFit = origin !== "" && Number.isSafeInteger(size) && root?.length === 32
    if (!isFit || (size === 0 && !equal(root, EMPTY_ROOT))) throw new LogRefused("checkpoint-malformed")
    return { origin, size, root }
}

/**
 * Read and verify a signed checkpoint.
 *
 * @throws {@link LogRefused} `note-malformed`, `note-signature`, `checkpoint-malformed`,
 * `checkpoint-origin` or `witness-missing`.
 */
export async function openCheckpoint(source: string, { log, witnesses, quorum }: Trust): Promise<Checkpoint> {
    const note = parseNote(source)
    const signed = await verifyNote(note, [log, ...witnesses])
    if (!signed.some(({ key }) => key === log)) throw new LogRefused("note-signature")
    const point = parseCheckpoint(note.text)
    if (point.origin !== log.name) throw new LogRefused("checkpoint-origin")
    const who = signed.filter(({ key }) => key.kind === KINDS.cosignature).map(({ key }) => key.publicKey.join())
    if (new Set(who).size < quorum) throw new LogRefused("witness-missing")
    return point
}

/**
 * Decide whether `next` may take the place of the checkpoint kept; gives back which to keep.
 *
 * @param kept - The last one that was believed; null at the first visit.
 * @param next - A verified one.
 * @param proof - Consistency from `kept`; empty at the first visit.
 * @throws {@link LogRefused} `checkpoint-origin`, `log-rolled-back`, `log-split` or `consistency-wrong`.
 */
export function checkGrowth(kept: Checkpoint | null, next: Checkpoint, proof: readonly Uint8Array[]): Checkpoint {
    const before = kept ?? { origin: next.origin, size: 0, root: EMPTY_ROOT }
    if (before.origin !== next.origin) throw new LogRefused("checkpoint-origin")
    if (next.size < before.size) throw new LogRefused("log-rolled-back")
    if (next.size === before.size && !equal(next.root, before.root)) throw new LogRefused("log-split")
    checkConsistency({ old: before.size, new: next.size, oldRoot: before.root, newRoot: next.root, proof })
    return next
}
