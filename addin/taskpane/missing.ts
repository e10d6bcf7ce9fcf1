/** What a letter lacks before it can go. */

import type { Draft } from "./draft.ts"

/** As a key of the words. */
export type Missing = "pane.to.mend" | "pane.blocked" | "pane.nobody" | "writing.empty"

export function missingIn(draft: Draft, allTaken: boolean): Missing | null {
    if (!allTaken) return "pane.to.mend"
    if (draft.blockers.length > 0) return "pane.blocked"
    if (draft.recipients.length === 0) return "pane.nobody"
    return draft.isUnwritten() ? "writing.empty" : null
}
