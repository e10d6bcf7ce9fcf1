/** The compose pane: keeps a draft, its view and Outlook's item in step, and sends. */

import { type Level, levelWords, type Members, type Person, say, sayList, shortName, weakest } from "@letterlock/kit"
import type { Editor } from "@letterlock/kit/editor/editor"

import { Draft, type Drafts, isBlank } from "./draft.ts"
import { follow, type News, newsOf } from "./follow.ts"
import { emptyItem, hasOwnText, lookOver } from "./item.ts"
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

/** What a draft says outside its fields. */
type Words = "status" | "reason" | "problem" | "keptOpen" | "ownText"

/** What a letter lacks, as a key of the words. */
type Missing = "pane.to.mend" | "pane.blocked" | "pane.nobody" | "pane.empty"

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
        view.showLost([])
        this.#refresh(draft)
    }

    /** Put what stands in the fields into the draft. */
    keep(): void {
        this.#draft.subject = this.#parts.subject.value
        this.#draft.text = this.#parts.editor.save()
    }

    /** Bring a letter that is being written in step with Outlook's item. */
    async readItem(draft: Draft = this.#draft): Promise<void> {
        if (draft.phase !== "writing") return
        await this.#takeItem(draft, "writing").catch(() => undefined)   // read again before anything is sent
        await this.#lookUp(draft)
    }

    /** Take To, Cc and the subject from Outlook's item, and see what of it stands in the way. @throws OfficeFailed */
    async #takeItem(draft: Draft, phase: view.Phase): Promise<void> {
        if (draft.item === null) return
        const seen = await lookOver(draft.item)
        if (draft.phase !== phase) return   // out of date: a send reads for itself
        void this.#drafts.remember(draft)
        draft.blockers = seen.blockers
        const left = new Set([...draft.removed, this.#me?.address ?? ""])
        if (!draft.subjectTyped && seen.subject !== "") this.#setSubject(draft, seen.subject)
        this.#change(draft, inStep(draft.recipients, seen.people, left))
    }

    /** Add people to To. False, and nobody is added, when they would be too many. */
    add(people: readonly Person[]): boolean {
        const draft = this.#draft
        const others = people.filter(({ address }) => address !== this.#me?.address)
        const all = withTyped(draft.recipients, others)
        if (draft.phase !== "writing" || all.length >= MOST) return false
        this.#say(draft, { problem: others.length < people.length ? say("pane.to.self") : "" })
        for (const { address } of others) draft.removed.delete(address)
        this.#change(draft, all)
        void this.#lookUp(draft)
        return true
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
        const [session, me] = [this.#session, this.#me]
        if (draft.phase !== "writing" || session === null || me === null) return
        const allTaken = this.#parts.field.take()
        this.keep()
        const written = this.#parts.editor.written()
        this.#say(draft, { problem: "", status: "" })
        this.#setPhase(draft, "sending")
        try {
            await this.#takeItem(draft, "sending")
            const missing = missingIn(draft, allTaken)
            if (missing !== null) {
                this.#stop(draft, say(missing))
                if (draft === this.#draft) this.#focusOn(missing)
                return
            }
            draft.sending ??= new Sending(session, me)
            session.onAsking = () => { this.#say(draft, { status: say("pane.asking") }) }
            const letter = { recipients: draft.recipients, subject: draft.subject.trim(), written }
            const { id, earlier } = await draft.sending.send(letter, (step) => { this.#say(draft, { status: say(step) }) })
            await this.#accepted(draft, session, id, earlier)
        } catch (error) {
            this.#stop(draft, sendingTrouble(error))
            void this.readItem(draft)
        }
    }

    /** Back to writing, with a sentence that says why. */
    #stop(draft: Draft, problem: string): void {
        this.#setPhase(draft, "writing")
        this.#say(draft, { status: "", problem })
    }

    /** A fresh letter in the same pane. */
    async another(): Promise<void> {
        const old = this.#draft
        old.over.abort()
        const fresh = new Draft(old.item)
        this.#drafts.replace(old, fresh)
        this.show(fresh)
        this.#parts.field.focus()
        await old.emptied
        await this.readItem(fresh)
    }

    /** Whether Outlook's own message holds what the letter does not; if so, the pane says what becomes of it. */
    async lookForOwnText(draft: Draft = this.#draft): Promise<boolean> {
        await draft.emptied
        const found = draft.item !== null && await hasOwnText(draft.item)
        this.#say(draft, { ownText: found })
        return found
    }

    #focusOn(missing: Missing): void {
        if (missing === "pane.to.mend" || missing === "pane.nobody") this.#parts.field.focus()
        else if (missing === "pane.empty") this.#parts.editor.focus()
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
        const emptying = draft.item === null ? Promise.resolve(true) : emptyItem(draft.item)
        draft.emptied = emptying.then((done) => { this.#say(draft, { keptOpen: done ? "" : say("pane.kept-open") }) })
        void this.lookForOwnText(draft)
        const tell = (answer: Members | null, age: number): boolean => {
            const news: News = answer === null ? { text: say("pane.unknown"), settled: false } : newsOf(answer, who, age)
            this.#say(draft, { status: news.text + after, reason: news.reason ?? "" })
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

    #say(draft: Draft, words: Partial<Pick<Draft, Words>>): void {
        Object.assign(draft, words)
        if (draft === this.#draft) this.#words(draft)
    }

    #words(draft: Draft): void {
        view.showStatus(draft.status)
        view.showProblem(draft.problem)
        view.showReason(draft.reason)
        view.showKeptOpen(draft.keptOpen)
        view.showOwnText(draft.ownText)
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

function missingIn(draft: Draft, allTaken: boolean): Missing | null {
    if (!allTaken) return "pane.to.mend"
    if (draft.blockers.length > 0) return "pane.blocked"
    if (draft.recipients.length === 0) return "pane.nobody"
    return draft.text === null || isBlank(draft.text) ? "pane.empty" : null
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
