/** At which level a message is shown, and what is said of it (docs/spec/levels.md). */

import { CryptoError } from "./errors.ts"
import type { GrantRole } from "./grant.ts"
import { LEVELS, type Level, weakest } from "./level.ts"
import type { Custody } from "./lookup.ts"
import type { Role } from "./statement.ts"

export const LEVEL_REFUSALS = {
    "level-sender": "The letter does not name exactly one copy of its sender.",
    "level-custody": "The sender's key is kept by the firm's server, so the letter cannot be end-to-end.",
    "level-claimed": "The letter claims a higher level than one of its readers has.",
    "level-waiting": "A waiting reader was given a weaker key than the letter was signed for.",
    "level-below": "A reader's level is below the least that the firm allows.",
} as const

export type LevelRefusal = keyof typeof LEVEL_REFUSALS

/** Show no level: what is claimed does not hold. */
export class LevelRefused extends CryptoError {
    override readonly name = "LevelRefused"
    declare readonly code: LevelRefusal

    constructor(code: LevelRefusal) {
        super(code, LEVEL_REFUSALS[code])
    }
}

/** What is known of a message here; members as in docs/spec/levels.md section 4. */
export interface Leveled {
    readonly custody: Custody
    readonly stated: Level | null
    readonly readers: readonly { readonly role: Role; readonly level: Level; readonly waiting: boolean }[]
    readonly grants: readonly { readonly role: GrantRole; readonly level: Level }[]
    readonly now: Level | null
}

export type Note = "level.own-copy" | "level.waiting" | "level.lowered" | "level.since"

/** Keys of sentences, and the level that they are about. */
export interface Shown {
    readonly level: Level
    readonly words: `level.${Level}`
    readonly signed: "signed.device" | "signed.server"
    readonly notes: readonly Note[]
}

/** The least level of a firm's messages; `domains` in lower case, as A-labels. */
export interface Minimum {
    readonly least: Level
    readonly domains: Readonly<Record<string, Level>>
}

/**
 * The level to show, and the sentences that go with it.
 *
 * @throws {@link LevelRefused} every code but `level-below`, in the order of docs/spec/levels.md section 4.
 */
export function levelOf(letter: Leveled): Shown {
    const { custody, stated, readers, grants } = letter
    const own = readers.filter(({ role }) => role === "sender")
    if (own.length !== 1) throw new LevelRefused("level-sender")
    if (custody === "managed" && own[0]?.level === "self-held") throw new LevelRefused("level-custody")
    const listed = weakest(readers.map(({ level }) => level))
    if (stated !== null && rank(stated) > rank(listed)) throw new LevelRefused("level-claimed")
    const finished = grants.filter(isFinishing)
    if (stated !== null && finished.some((grant) => rank(grant.level) < rank(stated))) throw new LevelRefused("level-waiting")
    const level = weakest([stated ?? listed, ...grants.map((grant) => grant.level)])
    return {
        level, words: `level.${level}`, signed: custody === "managed" ? "signed.server" : "signed.device", notes: notesOf(letter, level),
    }
}

/** The least level for one address, in lower case. */
export function leastFor({ least, domains }: Minimum, address: string): Level {
    const labels = address.slice(address.lastIndexOf("@") + 1).split(".")
    const suffixes = labels.map((_, at) => labels.slice(at).join("."))
    const found = suffixes.find((suffix) => Object.hasOwn(domains, suffix))
    const own = found === undefined ? least : (domains[found] ?? least)
    return rank(own) > rank(least) ? own : least
}

/**
 * Refuse readers, or grants, below what the firm allows.
 *
 * @throws {@link LevelRefused} `level-below`.
 */
export function checkMinimum(minimum: Minimum, readers: readonly { readonly address: string; readonly level: Level }[]): void {
    const below = readers.some(({ address, level }) => rank(level) < rank(leastFor(minimum, address)))
    if (below) throw new LevelRefused("level-below")
}

function notesOf({ readers, grants, stated, now }: Leveled, shown: Level): Note[] {
    const waiting = readers.filter((reader) => reader.waiting).length > grants.filter(isFinishing).length
    const notes: readonly (readonly [Note, boolean])[] = [
        ["level.own-copy", readers.some(({ role, level }) => role === "sender" && level === "managed")],
        ["level.waiting", waiting],
        ["level.lowered", stated !== null && rank(shown) < rank(stated)],
        ["level.since", now === "self-held" && shown !== "self-held"],
    ]
    return notes.filter(([, holds]) => holds).map(([note]) => note)
}

/** Given to a listed reader who waited. */
function isFinishing({ role }: { readonly role: GrantRole }): boolean {
    return role === "to" || role === "cc"
}

function rank(level: Level): number {
    return LEVELS.indexOf(level)
}
