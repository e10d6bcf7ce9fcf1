/** Names of files (docs/spec/objects.md section 4): they end up on a stranger's disk. */

import { encodeText } from "./bytes.ts"
import { isWellFormed } from "./canonical.ts"

/** In bytes of UTF-8; what the common file systems take. */
export const MAX_NAME_SIZE = 255

/** What is wrong with a name, in the order in which it is looked for. */
export type NameFault = "empty" | "unseen" | "characters" | "form" | "too-long" | "edges" | "device"

const CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f`
/** Marks that turn the direction of text, so that `exe.pdf` may be `fdp.exe`. */
const TURNS = String.raw`\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069`
const GAPS = String.raw`\u200b\u2028\u2029\ufeff`
const UNSEEN = new RegExp(String.raw`[${CONTROLS}${TURNS}${GAPS}\p{Surrogate}]`, "gu")
const FORBIDDEN = /[/\\:*?"<>|]/g
const EDGES = /^\s|[\s.]$/
/** Windows gives these to a device, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)/i

/** An ending that is worth keeping when a name is cut: `.docx`, not `.of the year 2026`. */
const ENDING = /\.[^.\s]{1,16}$/

/** What stands for a name of which nothing is left. */
const NAMELESS = "file"

/** What is wrong with a name, or null if a file may have it. */
export function checkName(name: string): NameFault | null {
    if (name === "") return "empty"
    if (!isWellFormed(name) || has(name, UNSEEN)) return "unseen"
    if (has(name, FORBIDDEN)) return "characters"
    if (name.normalize("NFC") !== name) return "form"
    if (byteLength(name) > MAX_NAME_SIZE) return "too-long"
    if (EDGES.test(name)) return "edges"
    return DEVICE.test(name) ? "device" : null
}

/**
 * A name that {@link checkName} accepts, as near to the given one as may be: a good name comes
 * back as it is, the ending stays.
 */
export function mendName(name: string): string {
    const visible = name.replace(UNSEEN, "").replace(FORBIDDEN, "_").normalize("NFC")
    const fitting = fit(trim(visible) || NAMELESS)
    return DEVICE.test(fitting) ? fit(`_${fitting}`) : fitting
}

/** The ending after the last dot, in lower case and without the dot; empty if there is none. */
export function endingOf(name: string): string {
    const dot = name.lastIndexOf(".")
    return dot === -1 ? "" : name.slice(dot + 1).toLowerCase()
}

function fit(name: string): string {
    if (byteLength(name) <= MAX_NAME_SIZE) return name
    const ending = ENDING.exec(name)?.[0] ?? ""
    const room = MAX_NAME_SIZE - byteLength(ending)
    let stem = ""
    let used = 0
    for (const character of name.slice(0, name.length - ending.length)) {
        used += byteLength(character)
        if (used > room) break
        stem += character
    }
    return trim(stem + ending) || NAMELESS
}

function trim(name: string): string {
    return name.replace(/^\s+/, "").replace(/[\s.]+$/, "")
}

/** Patterns with `g` remember where they were. */
function has(name: string, pattern: RegExp): boolean {
    return name.search(pattern) !== -1
}

function byteLength(text: string): number {
    return encodeText(text).length
}
