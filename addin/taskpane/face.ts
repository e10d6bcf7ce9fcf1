/** Shows a draft: only the one that is open, and all that hangs together of it at once. */

import type { Editor } from "@letterlock/kit/editor/editor"
import { FileList, keptWords, type Me } from "@letterlock/kit/writing/index"

import { Choice, type ChoiceWish, standing } from "./choosing.ts"
import type { Draft } from "./draft.ts"
import * as view from "./view.ts"

/** What a draft says outside its fields. */
export type Words = Partial<Pick<Draft, "status" | "reason" | "problem" | "keptOpen" | "ownText" | "left" | "waitsFor">>

/** What the face needs to know, and whom a press on it is told. */
export interface FaceParts {
    readonly editor: Editor
    readonly current: () => Draft
    readonly me: () => Me | null
    readonly chips: view.Chips
    readonly choice: ChoiceWish
}

/** Before anybody is signed in nothing better is known. */
const UNKNOWN = { custody: "managed", level: "managed" } as const

export class Face {
    readonly #parts: FaceParts
    readonly #files = new FileList(view.fileParts())
    readonly #choice: Choice

    constructor(parts: FaceParts) {
        this.#parts = parts
        this.#choice = new Choice(parts.choice)
    }

    say(draft: Draft, words: Words): void {
        Object.assign(draft, words)
        if (draft === this.#parts.current()) this.#words(draft)
    }

    /** Files and what is kept; called often. */
    progress(draft: Draft): void {
        if (draft !== this.#parts.current()) return
        this.#files.show(draft.store?.files ?? null, draft.phase !== "writing")
        view.showKept(keptWords(draft.kept), draft.kept.state, this.#parts.me()?.lookup.level ?? "managed", () => { draft.store?.place.renew() })
    }

    refresh(draft: Draft): void {
        if (draft !== this.#parts.current()) return
        const me = this.#parts.me()
        const own = me === null ? null : { address: me.address, level: me.lookup.level }
        const now = standing(draft, me?.lookup ?? UNKNOWN)
        view.showRecipients(now.recipients, this.#parts.chips)
        view.showReaders(now.recipients, now.level, own)
        this.#choice.show(draft, now, me)
        view.showBlockers(draft.blockers, draft.asides)
        view.showPhase(draft.phase)
        this.#parts.editor.lock(draft.phase !== "writing")
        this.#words(draft)
        this.progress(draft)
    }

    #words(draft: Draft): void {
        view.showStatus(draft.status)
        view.showProblem(draft.problem)
        view.showReason(draft.reason)
        view.showKeptOpen(draft.keptOpen)
        view.showOwnText(draft.ownText)
        view.showLeft(draft.left)
        view.showWaitsFor(draft.waitsFor)
    }
}
