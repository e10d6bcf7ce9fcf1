/** One letter in the pane, from the first word to "Sent", one for each item of Outlook. */

import { type Editor, isBlank, write } from "@letterlock/kit/editor/editor"
import { beforeEnding } from "@letterlock/kit/editor/fields"
import {
    type DraftContent, DraftKeeper, Files, type KeptState, type Letter, type Place, Sending,
} from "@letterlock/kit/writing/index"

import type { Demand } from "./least.ts"
import type { OutlookItem } from "./office.ts"
import type { Recipients, Role } from "./recipients.ts"
import type { Taken } from "./takeover.ts"
import type { Phase } from "./view.ts"

type Doc = ReturnType<Editor["save"]>

export { isBlank }

/** What a letter has once somebody is signed in. */
export interface Store {
    readonly place: Place
    readonly files: Files
    readonly keeper: DraftKeeper
    readonly sending: Sending
}

export class Draft {
    readonly item: OutlookItem | null
    recipients: Recipients = []
    /** Removed in the pane while Outlook still names them. */
    readonly removed = new Set<string>()
    /** Sentences about what Outlook holds and the pane cannot take. */
    blockers: readonly string[] = []
    /** Sentences about Outlook that stop nothing. */
    asides: readonly string[] = []
    subject = ""
    /** The subject that an answer began with: as long as it stands, the server names the public one. */
    suggested: string | null = null
    /** The person typed a subject here, so Outlook's is not taken any more. */
    subjectTyped = false
    text: Doc | null = null
    /** What was put under it by itself, null for nothing; undefined before it was looked what that is. */
    ending: Doc | null | undefined = undefined
    /** Words in double braces that are meant as they stand. */
    readonly meant = new Set<string>()
    phase: Phase = "writing"
    status = ""
    problem = ""
    keptOpen = ""
    /** Why the notice did not go, as a code. */
    reason = ""
    /** Outlook's own message holds something that is not in the letter. */
    ownText = false
    /** What was taken over from Outlook's own message. */
    taken: Taken | null = null
    /** It waits for To and Cc readers who have no key of their own. */
    waits = false
    /** The firm demands that it does, whatever was chosen. */
    demand: Demand | null = null
    /** The sentence on who does, once it has gone. */
    waitsFor = ""
    /** What became of it there, as sentences. */
    left: readonly string[] = []
    /** Settled when Outlook's own fields were emptied, or could not be. */
    emptied: Promise<unknown> = Promise.resolve()
    kept: KeptState = { state: "none" }
    store: Store | null = null
    /** Ends the watch on the notice. */
    readonly over = new AbortController()

    constructor(item: OutlookItem | null) {
        this.item = item
    }

    /** Whether nothing was written but what stands under every letter. */
    isUnwritten(): boolean {
        if (this.text === null || isBlank(this.text)) return true
        const own = this.ending === null || this.ending === undefined ? null : beforeEnding(this.text, this.ending)
        return own !== null && isBlank(own)
    }

    /** Whether nothing was written or added; whom Outlook names does not count. */
    isBlank(): boolean {
        return this.isUnwritten() && (this.store?.files.rows.length ?? 0) === 0
    }

    /** Whether closing the pane would lose something. */
    isAtRisk(): boolean {
        return this.phase !== "done" && !this.isBlank() && (this.store?.keeper.isSaved() !== true || this.store.files.unsafe > 0)
    }

    /** As it is kept; null while there is nothing worth keeping. */
    content(): DraftContent | null {
        if (this.phase === "done" || (this.isBlank() && this.kept.state === "none")) return null
        const people = (role: Role): { readonly address: string; readonly name: string }[] =>
            this.recipients.flatMap(({ address, name, role: own }) => own === role ? [{ address, name }] : [])
        return {
            to: people("to"), cc: people("cc"), hidden: people("hidden"), subject: this.subject,
            html: this.text === null ? "" : write(this.text).html, files: this.store?.files.ready ?? [],
            ...(this.waits && { level: "self-held" as const }),
        }
    }

    /** As it is sent. `parents`: the heads that an answer follows. */
    letter(files: Letter["files"], parents: Letter["parents"] = []): Letter {
        if (this.text === null) throw new Error("nothing was written")
        const subject = this.subject.trim()
        const publicSubject = subject === this.suggested ? "" : subject
        return { recipients: this.recipients, subject, publicSubject, written: write(this.text), files, parents, waits: this.waits || this.demand !== null }
    }
}

/** Give a letter its place at the server. `changed` is called when its files change or it was saved. */
export function furnish(draft: Draft, place: Place, read: () => DraftContent | null, changed: () => void): Store {
    const keeper = new DraftKeeper(place, read, (kept) => {
        draft.kept = kept
        changed()
    })
    const files = new Files(place, () => {
        keeper.changed()
        changed()
    })
    draft.store = { place, files, keeper, sending: new Sending(place) }
    return draft.store
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
        return [...this.#byKey.values()].some((draft) => draft.isAtRisk())
    }
}
