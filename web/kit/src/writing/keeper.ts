/** Keeps a letter that is being written, sealed to its writer: a moment after each pause, and only what changed. */

import type { Draft } from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { toBase64 } from "../bytes.ts"
import type { Place } from "./place.ts"

/** What is kept: the draft without version and time. */
export type DraftContent = Omit<Draft, "v" | "saved">

export type KeptState =
    /** Nothing to keep, or nothing kept yet. */
    | { readonly state: "none" }
    | { readonly state: "saved"; readonly at: Date }
    /** `why` is what was thrown. What was written is in the window only; it is tried again. */
    | { readonly state: "failed"; readonly why: unknown }

/** How long to wait, in milliseconds. */
export interface Pauses {
    /** After the last change. */
    readonly quiet: number
    /** After a failure. */
    readonly again: number
}

const PAUSES: Pauses = { quiet: 2000, again: 15_000 }

export class DraftKeeper {
    readonly #place: Place
    readonly #read: () => DraftContent | null
    readonly #tell: (state: KeptState) => void
    readonly #pauses: Pauses
    #kept = ""
    #work: Promise<boolean> = Promise.resolve(true)
    #timer: ReturnType<typeof setTimeout> | undefined
    #stopped = false
    #paused = false

    /**
     * @param read - What stands in the fields now; null when that is not worth keeping.
     * @param tell - Hears each new state.
     */
    constructor(place: Place, read: () => DraftContent | null, tell: (state: KeptState) => void, pauses: Pauses = PAUSES) {
        this.#place = place
        this.#read = read
        this.#tell = tell
        this.#pauses = pauses
    }

    /** What stands in the fields now came from the server, where it was saved at `at`. */
    restored(at: Date): void {
        this.#kept = JSON.stringify(this.#read())
        this.#tell({ state: "saved", at })
    }

    /** Something may have changed: save after a pause. */
    changed(): void {
        if (!this.#stopped && !this.#paused) this.#in(this.#pauses.quiet)
    }

    /** Whether all that is worth keeping is kept. */
    isSaved(): boolean {
        const content = this.#read()
        return this.#stopped || content === null || JSON.stringify(content) === this.#kept
    }

    /** The letter is being sent: save nothing meanwhile. Resolves when nothing is under way. `resume` ends it. */
    async pause(): Promise<void> {
        this.#paused = true
        clearTimeout(this.#timer)
        await this.#work
    }

    /** It was not sent: go on, with saving what changed first. */
    resume(): void {
        this.#paused = false
        void this.flush()
    }

    /** Save now what has changed. Whether all is saved; never throws. */
    flush(): Promise<boolean> {
        clearTimeout(this.#timer)
        this.#work = this.#work.then(() => this.#save())
        return this.#work
    }

    /** The letter was sent or thrown away: keep nothing more of it. Resolves when nothing is under way. */
    async stop(): Promise<void> {
        this.#stopped = true
        clearTimeout(this.#timer)
        await this.#work
    }

    #in(milliseconds: number): void {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => { void this.flush() }, milliseconds)
    }

    async #save(): Promise<boolean> {
        const content = this.#read()
        const text = JSON.stringify(content)
        if (this.#stopped || content === null || text === this.#kept) return true
        if (this.#paused) return false
        try {
            const at = await this.#put(content)
            this.#kept = text
            this.#say({ state: "saved", at })
            return true
        } catch (why) {
            return this.#failed(why)
        }
    }

    async #put(content: DraftContent): Promise<Date> {
        const { desk } = this.#place
        const saved = Math.floor(Date.now() / 1000)
        const [{ id }, { identity }] = await Promise.all([this.#place.where(), this.#place.key()])
        const { object, envelope } = await desk.crypto.sealDraft({
            draft: { v: 1, ...content, saved }, messageKey: identity, recipient: desk.me.lookup.recipient,
        })
        const body = { object: toBase64(object), envelope: toBase64(envelope) }
        await desk.call((api) => api.put(`/messages/${id}/draft`, { body }))
        return new Date(saved * 1000)
    }

    #failed(why: unknown): boolean {
        if (why instanceof Problem && why.code === "already-sent") {
            this.#stopped = true
            return true
        }
        this.#say({ state: "failed", why })
        if (!this.#isStopped() && !this.#paused) this.#in(this.#pauses.again)
        return false
    }

    #say(state: KeptState): void {
        if (!this.#isStopped()) this.#tell(state)
    }

    #isStopped(): boolean { return this.#stopped }
}
