/** Keeps a letter that is being written, sealed to its writer: a moment after each pause, and only what changed. */

import { canonical, type Draft } from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { toBase64 } from "../bytes.ts"
import { members, moment } from "../shape.ts"
import { listDrafts, openKept } from "./drafts.ts"
import type { Place } from "./place.ts"

/** What is kept: the draft without version and time. */
export type DraftContent = Omit<Draft, "v" | "saved">

export type KeptState =
    /** Nothing to keep, or nothing kept yet. */
    | { readonly state: "none" }
    | { readonly state: "saved"; readonly at: Date }
    /** `why` is what was thrown. What was written is in the window only; it is tried again. */
    | { readonly state: "failed"; readonly why: unknown }
    /** The letter was sent, not from here; or another window has saved it since. Nothing more is saved before the place is renewed. */
    | { readonly state: "sent" }
    | { readonly state: "changed" }

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
    /** Nothing can be saved where the letter is now. */
    #barred = false
    /** When the draft was saved that is known here, in seconds. */
    #before: number | null = null
    /** What was handed over without an answer yet. */
    readonly #tried = new Set<string>()
    /** Counts the places that the letter had. */
    #turn = 0

    /**
     * @param read - What stands in the fields now; null when that is not worth keeping.
     * @param tell - Hears each new state.
     */
    constructor(place: Place, read: () => DraftContent | null, tell: (state: KeptState) => void, pauses: Pauses = PAUSES) {
        this.#place = place
        this.#read = read
        this.#tell = tell
        this.#pauses = pauses
        place.onRenewed(() => { this.#begin() })
    }

    /** What stands in the fields now came from the server, where it was saved at `at`. */
    restored(at: Date): void {
        this.#kept = JSON.stringify(this.#read())
        this.#before = at.getTime() / 1000
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

    /** Nothing of it is kept in its new place yet. */
    #begin(): void {
        this.#turn += 1
        this.#kept = ""
        this.#before = null
        this.#barred = false
        this.#tried.clear()
        this.changed()
    }

    async #save(again = true): Promise<boolean> {
        const content = this.#read()
        const text = JSON.stringify(content)
        if (this.#stopped || content === null || text === this.#kept) return true
        if (this.#paused || this.#barred) return false
        const turn = this.#turn
        try {
            const at = await this.#put(content)
            if (turn !== this.#turn) return await this.#save()
            this.#kept = text
            this.#before = at.getTime() / 1000
            this.#tried.clear()
            this.#say({ state: "saved", at })
            return true
        } catch (why) {
            if (again && (turn !== this.#turn || await this.#isOwn(why))) return this.#save(false)
            return this.#failed(why)
        }
    }

    /** Whether what another window seems to have saved is what was handed over here, its answer lost. */
    async #isOwn(why: unknown): Promise<boolean> {
        if (!isProblem(why, "draft-changed")) return false
        try {
            const { id } = await this.#place.where()
            const kept = (await listDrafts(this.#place.desk)).find((one) => one.id === id)
            if (kept === undefined || !this.#tried.has(sameText((await openKept(this.#place.desk, kept)).content))) return false
            this.#before = kept.saved.getTime() / 1000
            return true
        } catch {
            return false
        }
    }

    async #put(content: DraftContent): Promise<Date> {
        const { desk } = this.#place
        desk.requireOwn?.()
        const saved = Math.floor(Date.now() / 1000)
        const { identity } = await this.#place.key()
        const before = this.#before
        const { object, envelope } = await desk.crypto.sealDraft({
            draft: { v: 1, ...content, saved }, messageKey: identity, recipient: desk.me.lookup.recipient,
        })
        const body = { object: toBase64(object), envelope: toBase64(envelope), before }
        this.#tried.add(sameText(content))
        return moment(members(await this.#place.at((api, path) => api.put(`${path}/draft`, { body }))), "saved")
    }

    #failed(why: unknown): boolean {
        const [sent, changed] = [isProblem(why, "already-sent"), isProblem(why, "draft-changed")]
        if (sent || changed) {
            this.#barred = true
            this.#say({ state: sent ? "sent" : "changed" })
            return false
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

const isProblem = (why: unknown, code: string): boolean => why instanceof Problem && why.code === code

/** The same for two drafts that say the same. */
const sameText = ({ to, cc, hidden, subject, html, files, level }: DraftContent): string =>
    canonical([to, cc, hidden, subject, html, files, level ?? null].map((part) => JSON.stringify(part)))
