/** What is said of letters that a copy does not hold. */

import { shortDate } from "../dates.ts"
import { refusalWords } from "../reading/refusal.ts"
import type { Entry } from "../reading/thread.ts"
import { say } from "../words.ts"
import type { ExportRefused } from "./letter.ts"

/**
 * "1 letter was left out: it was refused.", and then which and why; empty for none.
 *
 * @param entries - The letters that were asked for.
 */
export function leftOutWords(
    refused: readonly Pick<ExportRefused, "letter" | "code">[], entries: readonly Pick<Entry, "id" | "sender" | "sentAt">[],
): string {
    const n = refused.length
    if (n === 0) return ""
    const which = refused.map(({ letter, code }) => {
        const entry = entries.find(({ id }) => id === letter)
        if (entry === undefined) return refusalWords(code, say("offline.someone"))
        const { sender: { name }, sentAt } = entry
        return say("export.left.which", { name, date: shortDate(sentAt), why: refusalWords(code, name) })
    })
    return [n === 1 ? say("export.left.one") : say("export.left.other", { n }), ...which].join(" ")
}
