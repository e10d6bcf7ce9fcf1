/** One letter in the pane, from the first word to "Sent". In memory only, one for each item of Outlook. */

import type { Editor } from "@letterlock/kit/editor/editor"

import type { OutlookItem } from "./office.ts"
import type { Recipients } from "./recipients.ts"
import type { Sending } from "./sending.ts"
import type { Phase } from "./view.ts"

type Doc = ReturnType<Editor["save"]>

/** Whether nothing was written. */
export const isBlank = (text: Doc): boolean => text.textContent.trim() === ""

export class Draft {
    readonly item: OutlookItem | null
    recipients: Recipients = []
    /** Removed in the pane while Outlook still names them. */
    readonly removed = new Set<string>()
    /** Sentences about what Outlook holds and the pane cannot take. */
    blockers: readonly string[] = []
    subject = ""
    /** The person typed a subject here, so Outlook's is not taken any more. */
    subjectTyped = false
    text: Doc | null = null
    phase: Phase = "writing"
    status = ""
    problem = ""
    keptOpen = ""
    /** Why the notice did not go, as a code. */
    reason = ""
    /** Outlook's own message holds something that is not in the letter. */
    ownText = false
    /** Settled when Outlook's own fields were emptied, or could not be. */
    emptied: Promise<unknown> = Promise.resolve()
    sending: Sending | null = null
    /** Ends the watch on the notice. */
    readonly over = new AbortController()

    constructor(item: OutlookItem | null) {
        this.item = item
    }
}

/** Finds the draft of an item again when a pinned pane comes back to it. */
export class Drafts {
    readonly #byKey = new Map<string, Draft>()

    /** The draft of `item`, or a new one. An item without a key is new. */
    async of(item: OutlookItem | null): Promise<Draft> {
        const key = (await item?.key()) ?? ""
        const known = key === "" ? undefined : this.#byKey.get(key)
        const draft = new Draft(item)
        if (known === undefined) {
            if (key !== "") this.#byKey.set(key, draft)
            return draft
        }
        return known
    }

    /** Note under which key Outlook knows the draft's item by now. */
    async remember(draft: Draft): Promise<void> {
        const key = (await draft.item?.key()) ?? ""
        if (key !== "") this.#byKey.set(key, draft)
    }

    /** Another letter in the place of `old`. */
    replace(old: Draft, fresh: Draft): void {
        for (const [key, draft] of this.#byKey) if (draft === old) this.#byKey.set(key, fresh)
    }

    /** Whether any letter would be lost with the pane. */
    hasUnsent(): boolean {
        return [...this.#byKey.values()].some((draft) => draft.phase !== "done" && draft.text !== null && !isBlank(draft.text))
    }
}
