/** C2SP signed notes, with Ed25519 and with cosignatures (docs/spec/log.md section 5). */

import { sha256 } from "@noble/hashes/sha2.js"
import { base64, hex } from "@scure/base"

import { concat, encodeText, equal, ownBytes, type Bytes } from "../bytes.ts"
import { isWellFormed } from "../canonical.ts"
import { bestEd25519 } from "../ed25519.ts"
import { MalformedKey } from "../errors.ts"
import { LogRefused } from "./refusals.ts"

/** How a key signs: the text itself, or as a witness the time and the text. */
export const KINDS = { ed25519: 1, cosignature: 4 } as const
export type Kind = (typeof KINDS)[keyof typeof KINDS]

/** A key that is known; `id` is the four bytes that stand before its signatures. */
export interface NoteKey {
    readonly name: string
    readonly kind: Kind
    readonly publicKey: Bytes
    readonly id: Bytes
}

/** A signature line. */
export interface NoteSignature {
    readonly name: string
    readonly id: Bytes
    readonly value: Bytes
}

/** A note taken apart; nothing of it may be believed before {@link verifyNote}. */
export interface Note {
    readonly text: string
    readonly signatures: readonly NoteSignature[]
}

/** A key whose signature verified; a cosignature's time in seconds since 1970 UTC. */
export interface Signed {
    readonly key: NoteKey
    readonly time: number | null
}

const MAX_NOTE = 131_072
const ID_SIZE = 4
const TIME_SIZE = 8
const YEAR_10000 = 253_402_300_800n
/** Unicode's White_Space, written out: languages differ on what they call a space. */
const NAME = /^[^+\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/
// eslint-disable-next-line no-control-regex -- which is what must not stand in a note
const CONTROL = /[\0-\x09\x0b-\x1f]/
const LINE = /^— ([^ ]+) ([^ ]+)$/

/**
 * A key of its text, `name+id+base64`.
 *
 * @throws {@link MalformedKey} if it is none, of another kind, or its id is not its own.
 */
export function parseNoteKey(text: string): NoteKey {
    const [name = "", id = "", ...rest] = text.split("+")
    const raw = decode(rest.join("+"))
    const kind = Object.values(KINDS).find((each) => each === raw?.[0])
    if (raw?.length !== 33 || kind === undefined || !NAME.test(name)) throw new MalformedKey("not a verifier key")
    const own = ownBytes(sha256(concat(encodeText(`${name}\n`), raw)).slice(0, ID_SIZE))
    if (hex.encode(own) !== id) throw new MalformedKey("not a verifier key")
    return { name, kind, publicKey: raw.slice(1), id: own }
}

/**
 * Take a signed note apart.
 *
 * @throws {@link LogRefused} `note-malformed`.
 */
export function parseNote(source: string): Note {
    const blank = source.lastIndexOf("\n\n")
    const isFit = isWellFormed(source) && encodeText(source).length <= MAX_NOTE && !CONTROL.test(source)
    if (!isFit || blank < 0 || !source.endsWith("\n")) throw new LogRefused("note-malformed")
    const lines = source.slice(blank + 2, -1).split("\n")
    return { text: source.slice(0, blank + 1), signatures: lines.map(parseLine) }
}

/**
 * Check each signature that is by one of `keys`, and leave out those by unknown keys.
 *
 * @throws {@link LogRefused} `note-signature` if one of them does not verify, or there is none.
 */
export async function verifyNote({ text, signatures }: Note, keys: readonly NoteKey[]): Promise<readonly Signed[]> {
    const found: Signed[] = []
    for (const { name, id, value } of signatures) {
        const key = keys.find((each) => each.name === name && equal(each.id, id))
        if (key !== undefined) found.push({ key, time: await verifiedTime(key, text, value) })
    }
    if (found.length === 0) throw new LogRefused("note-signature")
    return found
}

async function verifiedTime(key: NoteKey, text: string, value: Bytes): Promise<number | null> {
    const isCosigned = key.kind === KINDS.cosignature
    const signature = isCosigned ? value.slice(TIME_SIZE) : value
    if (signature.length !== 64) throw new LogRefused("note-signature")
    const time = isCosigned ? new DataView(value.buffer, value.byteOffset).getBigUint64(0) : null
    const signed = time === null ? text : `cosignature/v1\ntime ${String(time)}\n${text}`
    const holds = await (await bestEd25519()).verify(key.publicKey, encodeText(signed), signature)
    if (!holds || (time !== null && time >= YEAR_10000)) throw new LogRefused("note-signature")
    return time === null ? null : Number(time)
}

function parseLine(line: string): NoteSignature {
    const [, name = "", text = ""] = LINE.exec(line) ?? []
    const raw = decode(text)
    if (raw === null || raw.length <= ID_SIZE || !NAME.test(name)) throw new LogRefused("note-malformed")
    return { name, id: raw.slice(0, ID_SIZE), value: raw.slice(ID_SIZE) }
}

/** Bytes of base64 in its one form, padded; null for anything else. */
export function decode(text: string): Bytes | null {
    try {
        const bytes = ownBytes(base64.decode(text))
        return base64.encode(bytes) === text ? bytes : null
    } catch {
        return null
    }
}
