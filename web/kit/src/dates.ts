/** Dates as people read them, in the page's language and the reader's own time zone; a plain word for an impossible one. */

import { language, say } from "./words.ts"

/** "14:02" */
export function clock(date: Date): string {
    if (isNone(date)) return say("date.unknown")
    return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(date)
}

/** "Thu 19 Nov, 14:02"; with the year when it is not this one. */
export function shortDate(date: Date, now: Date = new Date()): string {
    if (isNone(date)) return say("date.unknown")
    const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const)
    return `${parts(date, { weekday: "short", day: "numeric", month: "short", ...year })}, ${clock(date)}`
}

/** "4 May"; with the year when it is not this one. */
export function dayMonth(date: Date, now: Date = new Date()): string {
    if (isNone(date)) return say("date.unknown")
    const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const)
    return parts(date, { day: "numeric", month: "long", ...year })
}

/** "Thursday 19 November 2026, 14:02" */
export function longDate(date: Date): string {
    if (isNone(date)) return say("date.unknown")
    const day = parts(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" })
    return `${day}, ${clock(date)}`
}

/** Put each `<time datetime>` under `root` into the reader's zone and language. */
export function localise(root: ParentNode): void {
    for (const time of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
        const date = new Date(time.dateTime)
        if (!isNone(date)) time.textContent = longDate(date)
    }
}

/** No moment that a calendar knows: formatting it would throw. */
const isNone = (date: Date): boolean => Number.isNaN(date.getTime())

function parts(date: Date, options: Intl.DateTimeFormatOptions): string {
    // Some versions write "Thursday, 19 November", some "Thursday 19 November": the comma goes.
    return new Intl.DateTimeFormat(language(), options).format(date).replace(/^([^\s,]+),/u, "$1")
}
