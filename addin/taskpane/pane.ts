/** The compose pane: keeps a draft, its view and Outlook's item in step, and sends. */

import { type Level, levelWords, type Members, type Person, say, sayList, shortName, weakest } from "@letterlock/kit"
import type { Editor } from "@letterlock/kit/editor/editor"

import { Draft, type Drafts } from "./draft.ts"
import { follow, newsOf } from "./follow.ts"
import { lookOver, emptyItem } from "./item.ts"
import { inStep, MOST, withKnown, without, withTyped } from "./recipients.ts"
import type { PeopleField } from "./people-field.ts"
import { Sending } from "./sending.ts"
import type { Me, Session } from "./session.ts"
import { sendingTrouble } from "./trouble.ts"
import * as view from "./view.ts"

/** The parts that the page's own script makes; the pane drives them. */
export interface Parts {
    readonly editor: Editor
    readonly field: PeopleField
    readonly subject: HTMLInputElement
}

export class Pane {
    readonly #drafts: Drafts
    readonly #parts: Parts
    #draft: Draft
    #session: Session | null = null
    #me: Me | null = null

    constructor(drafts: Drafts, draft: Draft, parts: Parts) {
        this.#drafts = drafts
        this.#draft = draft
        this.#parts = parts
    }

    get draft(): Draft { return this.#draft }

    /** Signed in: readers that were typed meanwhile are looked up now. */
    async signedIn(session: Session, me: Me): Promise<void> {
        this.#session = session
        this.#me = me
        view.allowSending()
        this.#change(this.#draft, without(this.#draft.recipients, me.address))
        await this.#lookUp(this.#draft)
    }

    /** Show `draft` and keep what was there for when its item comes back. */
    show(draft: Draft): void {
        this.keep()
        this.#draft = draft
        this.#parts.subject.value = draft.subject
        this.#parts.field.clear()
        this.#parts.editor.restore(draft.text)
        this.#refresh(draft)
    }

    /** Put what stands in the fields into the draft. */
    keep(): void {
        this.#draft.subject = this.#parts.subject.value
        this.#draft.text = this.#parts.editor.save()
    }

    /** Take To, Cc and the subject from Outlook's item, and see what of it stands in the way. */
    async readItem(draft: Draft = this.#draft): Promise<void> {
        if (draft.item === null || draft.phase !== "writing") return
        const seen = await lookOver(draft.item)
        void this.#drafts.remember(draft)
        draft.blockers = seen.blockers
        const left = new Set([...draft.removed, this.#me?.address ?? ""])
        if (!draft.subjectTyped && seen.subject !== "") this.#setSubject(draft, seen.subject)
        this.#change(draft, inStep(draft.recipients, seen.people, left))
        await this.#lookUp(draft)
    }

    add(people: readonly Person[]): void {
        const draft = this.#draft
        if (draft.phase !== "writing") return
        const others = people.filter(({ address }) => address !== this.#me?.address)
        this.#say(draft, { problem: others.length < people.length ? say("pane.to.self") : "" })
        if (draft.recipients.length + others.length >= MOST) {
            this.#say(draft, { problem: say("pane.to.many") })
            return
        }
        for (const { address } of others) draft.removed.delete(address)
        this.#change(draft, withTyped(draft.recipients, others))
        void this.#lookUp(draft)
    }

    remove(address: string): void {
        const draft = this.#draft
        const one = draft.recipients.find((recipient) => recipient.address === address)
        if (one === undefined || draft.phase !== "writing") return
        draft.removed.add(address)
        this.#change(draft, without(draft.recipients, address))
        view.announce(say("pane.to.removed", { who: shortName(one) }))
        this.#parts.field.focus()
        if (one.from === "outlook") void removeFrom(draft, one.role, address)
    }

    /** Something was written: what was missing before may be there now. */
    edited(): void {
        if (this.#draft.problem !== "" && this.#draft.phase === "writing") this.#say(this.#draft, { problem: "" })
    }

    /** Whether leaving would lose something. */
    isUnsent(): boolean {
        return this.#draft.phase !== "done" && !this.#parts.editor.isEmpty()
    }

    removeLast(): void {
        const last = this.#draft.recipients.filter((one) => one.role === "to").at(-1)
        if (last !== undefined) this.remove(last.address)
    }

    /** Send what stands in the pane, or say what is missing and put focus there. */
    async send(): Promise<void> {
        const draft = this.#draft
        if (draft.phase !== "writing" || this.#session === null || this.#me === null) return
        const missing = this.#missing(draft)
        this.#say(draft, { problem: missing ?? "", status: "" })
        if (missing !== null) return
        this.keep()
        this.#setPhase(draft, "sending")
        draft.sending ??= new Sending(this.#session, this.#me)
        this.#session.onAsking = () => { this.#say(draft, { status: say("pane.asking") }) }
        const letter = { recipients: draft.recipients, subject: draft.subject.trim(), written: this.#parts.editor.written() }
        try {
            const { id, earlier } = await draft.sending.send(letter, (step) => { this.#say(draft, { status: say(step) }) })
            await this.#accepted(draft, this.#session, id, earlier)
        } catch (error) {
            this.#setPhase(draft, "writing")
            this.#say(draft, { status: "", problem: sendingTrouble(error) })
        }
    }

    /** A fresh letter in the same pane. */
    another(): void {
        const old = this.#draft
        old.over.abort()
        const fresh = new Draft(old.item)
        this.#drafts.replace(old, fresh)
        this.show(fresh)
        this.#parts.field.focus()
    }

    #missing(draft: Draft): string | null {
        if (!this.#parts.field.take()) {
            this.#parts.field.focus()
            return say("pane.to.mend")
        }
        if (draft.blockers.length > 0) return say("pane.blocked")
        if (draft.recipients.length === 0) {
            this.#parts.field.focus()
            return say("pane.nobody")
        }
        if (this.#parts.editor.isEmpty()) {
            this.#parts.editor.focus()
            return say("pane.empty")
        }
        return null
    }

    async #accepted(draft: Draft, session: Session, id: string, earlier: boolean): Promise<void> {
        const who = draft.recipients.map(shortName)
        const after = earlier ? ` ${say("pane.sent.earlier")}` : ""
        draft.text = null
        this.#say(draft, { status: say("pane.queued") })
        this.#setPhase(draft, "done")
        if (draft === this.#draft) {
            this.#parts.editor.restore(null)
            view.focusOnDone()
        }
        const emptied = draft.item === null ? Promise.resolve(true) : emptyItem(draft.item)
        void emptied.then((done) => { this.#say(draft, { keptOpen: done ? "" : say("pane.kept-open") }) })
        const tell = (answer: Members | null, age: number): boolean => {
            const news = answer === null ? { text: say("pane.unknown"), settled: false } : newsOf(answer, who, age)
            this.#say(draft, { status: news.text + after })
            return news.settled
        }
        await follow(session, id, tell, draft.over.signal).catch(() => { this.#say(draft, { status: say("pane.unknown") }) })
    }

    async #lookUp(draft: Draft): Promise<void> {
        const wanted = draft.recipients.filter((one) => one.level === null)
        if (wanted.length === 0 || this.#session === null || this.#me === null) return
        try {
            const found = await this.#session.lookUp(this.#me, wanted)
            const known = new Map(found.map(({ lookup, name }) => [lookup.address, { level: lookup.level, name }]))
            this.#change(draft, withKnown(draft.recipients, known))
            for (const one of draft.recipients.filter(({ address }) => known.has(address))) {
                view.announce(say("pane.to.added", { who: shortName(one), level: levelWords(one.level ?? "managed") }))
            }
        } catch {
            const who = sayList(wanted.map(shortName).slice(0, 3))
            this.#say(draft, { problem: say("pane.to.lookup", { who }) })
        }
    }

    #change(draft: Draft, recipients: Draft["recipients"]): void {
        draft.recipients = recipients
        if (draft === this.#draft) this.#refresh(draft)
    }

    #setSubject(draft: Draft, subject: string): void {
        draft.subject = subject
        if (draft === this.#draft) this.#parts.subject.value = subject
    }

    #setPhase(draft: Draft, phase: view.Phase): void {
        draft.phase = phase
        if (draft === this.#draft) this.#refresh(draft)
    }

    #say(draft: Draft, words: Partial<Pick<Draft, "status" | "problem" | "keptOpen">>): void {
        Object.assign(draft, words)
        if (draft === this.#draft) this.#words(draft)
    }

    #words(draft: Draft): void {
        view.showStatus(draft.status)
        view.showProblem(draft.problem)
        view.showKeptOpen(draft.keptOpen)
    }

    #refresh(draft: Draft): void {
        const own = this.#me === null ? null : { address: this.#me.address, level: this.#me.lookup.level }
        const levels: Level[] = draft.recipients.flatMap(({ level }) => level ?? [])
        view.showRecipients(draft.recipients, (address) => { this.remove(address) })
        view.showReaders(draft.recipients, weakest([...levels, own?.level ?? "managed"]), own)
        view.showBlockers(draft.blockers)
        view.showPhase(draft.phase)
        this.#parts.editor.lock(draft.phase !== "writing")
        this.#words(draft)
    }
}

async function removeFrom(draft: Draft, role: "to" | "cc", address: string): Promise<void> {
    const item = draft.item
    if (item === null) return
    try {
        const people = await item.people(role)
        await item.setPeople(role, people.filter((one) => one.address !== address))
        draft.removed.delete(address)
    } catch {
        // Outlook keeps the name; `draft.removed` keeps it out of the letter.
    }
}
