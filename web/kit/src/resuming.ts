/**
 * Large objects go up in parts, and a cut connection goes on where the server says that it stopped
 * (docs/spec/http.md section 6).
 */

import type { Moved } from "./transfer.ts"

/** Larger objects go in parts: a proxy on the way may pass a part on only when it has it whole. */
export const WHOLE = 1024 * 1024
export const PART = 4 * 1024 * 1024

const PAUSES = [400, 1200, 3000, 6000, 10_000, 10_000] as const   // milliseconds; begun anew whenever something got through

export interface Part {
    readonly bytes: Blob
    readonly headers: Readonly<Record<string, string>>
    /** Of this part. */
    readonly onProgress: (done: number) => void
}

/** How the server answered: where it is, or "busy" where another try may help, "elsewhere" where we were wrong. */
export type Told = { readonly offset: number; readonly whole: boolean; readonly text: string } | "busy" | "elsewhere"

export interface Line {
    readonly send: (part: Part) => Promise<Told>
    readonly ask: () => Promise<Told>
    readonly wait: (ms: number) => Promise<void>
    /** What to throw when nothing gets through any more. */
    readonly lost: () => Error
}

/**
 * Send all of `body`.
 *
 * @param onProgress - Never told less than before.
 * @returns The text of the last answer; empty if it got lost and the server says that all has come.
 */
export async function sendInParts(line: Line, body: Blob, onProgress?: Moved): Promise<string> {
    let [offset, shown, failures, isSure] = [0, 0, 0, true]
    const show = (done: number): void => {
        shown = Math.max(shown, done)
        onProgress?.(shown, body.size)
    }
    for (;;) {
        const told = isSure ? moved(await line.send(partAt(body, offset, show)), offset) : await line.ask()
        if (typeof told === "string") {
            const pause = PAUSES[failures]
            if (pause === undefined) throw line.lost()
            failures += 1
            isSure = false
            await line.wait(told === "busy" ? pause : 0)
            continue
        }
        if (told.whole) {
            show(body.size)
            return told.text
        }
        if (told.offset > offset) failures = 0
        offset = told.offset
        isSure = true
        show(offset)
    }
}

/** A part after which the server stands where it stood is no success. */
const moved = (told: Told, before: number): Told =>
    typeof told === "string" || told.whole || told.offset > before ? told : "busy"

function partAt(body: Blob, offset: number, show: (done: number) => void): Part {
    const end = Math.min(offset + PART, body.size)
    return {
        bytes: body.slice(offset, end),
        headers: {
            "content-type": "application/partial-upload", "upload-offset": String(offset),
            "upload-length": String(body.size), "upload-complete": end === body.size ? "?1" : "?0",
        },
        onProgress: (done) => { show(Math.min(offset + done, body.size)) },
    }
}
