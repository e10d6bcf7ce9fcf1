/** Why there is no copy, in words. */

import { Problem, say, shortDate, Unreachable } from "@letterlock/kit"
import { ExportRefused, ExportTooLarge } from "@letterlock/kit/export/index"
import { refusalWords } from "@letterlock/kit/reading/refusal"
import type { Entry } from "@letterlock/kit/reading/thread"
import { sizeWords } from "@letterlock/kit/writing/kinds"

/** What the sentences need of the page. */
export interface Known {
    readonly host: string
    readonly entries: readonly Entry[]
}

export const isSessionOver = (error: unknown): boolean => error instanceof Problem && error.status === 401

/** The sentence for what ended an export before its end. */
export function troubleWords(error: unknown, known: Known): string {
    if (error instanceof ExportRefused) return refused(error, known)
    if (error instanceof ExportTooLarge) return say("export.large", { size: sizeWords(error.size) })
    if (error instanceof Unreachable) return say("reach.offline", { host: known.host })
    if (error instanceof Problem && error.status === 404) return say("export.gone")
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) return say("reach.busy")
    const name = error instanceof DOMException ? error.name : ""
    if (name === "AbortError") return say("export.cancelled")
    return name === "QuotaExceededError" ? say("export.room") : say("reach.unexpected")
}

function refused({ letter, code }: ExportRefused, { entries }: Known): string {
    const entry = entries.find(({ id }) => id === letter)
    const name = entry?.sender.name ?? say("offline.someone")
    const date = entry === undefined ? "" : shortDate(entry.sentAt)
    return say("export.refused", { name, date, why: refusalWords(code, name) })
}
