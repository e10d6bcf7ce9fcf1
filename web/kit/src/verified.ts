/** With whom somebody has compared keys in this browser (docs/spec/safety-number.md section 3). It is sent to nobody. */

import { type Members, members, text } from "./shape.ts"

export interface Mark {
    /** The 60 digits that were the same. */
    readonly number: string
    readonly at: Date
}

/** The two, by address; several people may use one browser. */
export interface Pair {
    readonly own: string
    readonly other: string
}

const NAME = "letterlock.verified"
const MOST = 500

/** For a browser that lets pages keep nothing. */
let memory: string | null = null

/** Null for who was not compared with, or whose mark was taken away. */
export function markOf(pair: Pair): Mark | null {
    const kept = load()[nameOf(pair)]
    try {
        return kept === undefined ? null : markIn(members(kept))
    } catch {   // not ours: as if nothing had been kept
        return null
    }
}

/** The two have read the same number to each other. Whether the mark outlives the page. */
export function putMark(pair: Pair, { number, at }: Mark): boolean {
    const { [nameOf(pair)]: _, ...others } = load()
    const fresh = [nameOf(pair), { number, at: Math.floor(at.getTime() / 1000) }] as const
    return store(Object.fromEntries([...Object.entries(others).slice(1 - MOST), fresh]))
}

export function removeMark(pair: Pair): void {
    const { [nameOf(pair)]: _, ...others } = load()
    store(others)
}

/** An address has no space. */
const nameOf = ({ own, other }: Pair): string => `${own} ${other}`

function load(): Members {
    try {
        memory = localStorage.getItem(NAME) ?? memory
    } catch {   // storage is closed to this page: what was marked since it was loaded is all there is
    }
    try {
        return memory === null ? {} : members(JSON.parse(memory))
    } catch {
        return {}
    }
}

function store(kept: Members): boolean {
    memory = JSON.stringify(kept)
    try {
        localStorage.setItem(NAME, memory)
        return true
    } catch {   // full, or closed to this page
        return false
    }
}

function markIn(kept: Members): Mark | null {
    const [number, at] = [text(kept, "number"), kept["at"]]
    const whole = /^\d{60}$/u.test(number) && typeof at === "number" && Number.isSafeInteger(at)
    return whole ? { number, at: new Date(at * 1000) } : null
}
