/** The compose pane: keeps a draft, its view and Outlook's item in step, and sends. */

import { isAddress, type Members, type Person, readerWords, say, sayList, shortName } from "@letterlock/kit"
import { type Editor, write } from "@letterlock/kit/editor/editor"
import { type Desk, type Files, type Me, Place } from "@letterlock/kit/writing/index"

import { waitWords } from "./choosing.ts"
import { Draft, type Drafts, furnish, type Store } from "./draft.ts"
import { Face } from "./face.ts"
import { follow, type News, newsOf } from "./follow.ts"
import { goOn, type TakenUp } from "./going-on.ts"
import { emptyItem, hasOwnText, lookOver } from "./item.ts"
import type { Demand } from "./least.ts"
import { type Missing, missingIn } from "./missing.ts"
import type { OutlookItem } from "./office.ts"
import type { PeopleField } from "./people-field.ts"
import { inStep, MOST, type Role, withKnown, without, withTyped } from "./recipients.ts"
import { isUnchanged, type Taken } from "./takeover.ts"
import { sendingTrouble } from "./trouble.ts"
import * as view from "./view.ts"

/** The parts that the page's own script makes; the pane drives them. */
export interface Parts {
    readonly editor: Editor
    readonly to: PeopleField
    readonly hidden: PeopleField
    readonly subject: HTMLInputElement
    /** Adds to the row of a reader who was looked up. */
    readonly compare: view.Chips["compare"]
    /** A notice is in doubt, and its sender must be asked. */
    readonly inDoubt: () => void
    /** A letter has gone that waits for keys. */
    readonly waits: () => void
    /** What the firm demands of a letter to these. */
    readonly demand: (recipients: Draft["recipients"]) => Demand | null
    readonly refused: (error: unknown) => void
    /** A letter went that was taken over from this message. Sentences on what became of it in Outlook. */
    readonly finish: (item: OutlookItem, taken: Taken) => Promise<readonly string[]>
}

export class Pane {
    readonly #drafts: Drafts
    readonly #parts: Parts
    readonly #face: Face
    #draft: Draft
    #desk: Desk | null = null

    constructor(drafts: Drafts, draft: Draft, parts: Parts) {
        this.#drafts = drafts
        this.#draft = draft
        this.#parts = parts
        this.#face = new Face({
            editor: parts.editor, current: () => this.#draft, me: () => this.#me, chips: { remove: (address) => { this.remove(address) }, compare: parts.compare },
            choice: { changed: (on) => { this.#choose(on) }, announce: view.announce },
        })
    }

    get draft(): Draft { return this.#draft }

    get editor(): Editor { return this.#parts.editor }

    /** The files of the open letter, or null while none can be added. */
    get files(): Files | null { return this.#draft.phase === "writing" ? this.#draft.store?.files ?? null : null }

    get #me(): Me | null { return this.#desk?.me ?? null }

    /** Signed in: readers that were typed meanwhile are looked up now, and what was written is kept. */
    async signedIn(desk: Desk): Promise<void> {
        this.#desk = desk
        view.allowSending()
        this.#furnish(this.#draft, desk)
        this.#change(this.#draft, without(this.#draft.recipients, desk.me.address))
        await this.readItem()
    }

    /** Show `draft` and keep what was there for when its item comes back. */
    show(draft: Draft): void {
        this.keep()
        void this.#draft.store?.keeper.flush()
        this.#draft = draft
        if (this.#desk !== null) this.#furnish(draft, this.#desk)
        this.#parts.subject.value = draft.subject
        this.#parts.to.clear()
        this.#parts.hidden.clear()
        view.showHidden(draft.recipients.some(({ role }) => role === "hidden"))
        this.#parts.editor.restore(draft.text)
        view.showLost([])
        this.#face.refresh(draft)
    }

    /** Put what stands in the fields into the draft. */
    keep(): void {
        if (this.#draft.phase === "done") return
        this.#draft.subject = this.#parts.subject.value
        this.#draft.text = this.#parts.editor.save()
    }

    /** Save what is not saved yet: the window is left. */
    save(): void {
        void this.#draft.store?.keeper.flush()
    }

    /** Whether closing the pane would lose something. */
    isAtRisk(): boolean {
        this.keep()
        return this.#draft.isAtRisk() || this.#drafts.hasUnsent()
    }

    #furnish(draft: Draft, desk: Desk, taken?: Place): Store {
        if (draft.store !== null) return draft.store
        const read = (): ReturnType<Draft["content"]> => {
            if (draft === this.#draft) this.keep()
            return draft.content()
        }
        const store = furnish(draft, taken ?? new Place(desk, null), read, () => { this.#face.progress(draft) })
        store.keeper.changed()
        return store
    }

    /** Bring a letter that is being written in step with Outlook's item. */
    async readItem(draft: Draft = this.#draft): Promise<void> {
        if (draft.phase !== "writing") return
        await this.#takeItem(draft, "writing").catch(() => undefined)   // read again before anything is sent
        await this.#lookUp(draft)
    }

    /** Take readers and subject from Outlook's item, and see what of it stands in the way. @throws OfficeFailed */
    async #takeItem(draft: Draft, phase: view.Phase): Promise<void> {
        if (draft.item === null) return
        const seen = await lookOver(draft.item, this.#me?.address ?? "")
        if (draft.phase !== phase) return   // out of date: a send reads for itself
        void this.#drafts.remember(draft)
        draft.blockers = seen.blockers
        draft.asides = seen.asides
        const left = new Set([...draft.removed, this.#me?.address ?? ""])
        if (!draft.subjectTyped && seen.subject !== "") this.#setSubject(draft, seen.subject)
        this.#change(draft, inStep(draft.recipients, seen.people, left))
    }

    /** Add people to a field. False, and nobody is added, when they would be too many. */
    add(people: readonly Person[], role: Role): boolean {
        const draft = this.#draft
        const others = people.filter(({ address }) => address !== this.#me?.address)
        const all = withTyped(draft.recipients, others, role)
        if (draft.phase !== "writing" || all.length >= MOST) return false
        this.#face.say(draft, { problem: others.length < people.length ? say("pane.to.self") : "" })
        for (const { address } of others) draft.removed.delete(address)
        this.#change(draft, all)
        void this.#lookUp(draft)
        return true
    }

    /** Add a file of the program around the pane. False where the letter takes none now. */
    addFile(file: File): boolean {
        this.files?.add([file])
        return this.files !== null
    }

    /** Put html of the program around the pane below what stands in the letter. False where it is not being written. */
    addHtml(html: string): boolean {
        this.keep()
        if (this.#draft.phase !== "writing") return false
        const { text } = this.#draft
        this.#parts.editor.restoreHtml(text === null || this.#draft.isUnwritten() ? "" : write(text).html, html)
        this.keep()
        this.edited()
        return true
    }

    /** Put what was taken from Outlook's own message into the open letter, below what stands there. */
    take(taken: Taken): void {
        const draft = this.#draft
        const known = new Set(draft.taken?.held.map(({ id }) => id))   // taken over again: what changed comes below
        const files = taken.files.filter((_, index) => !known.has(taken.held[index]?.id ?? ""))
        this.addHtml(taken.html)
        draft.taken = taken
        draft.store?.files.add(files)
    }

    remove(address: string): void {
        const draft = this.#draft
        const one = draft.recipients.find((recipient) => recipient.address === address)
        if (one === undefined || draft.phase !== "writing") return
        draft.removed.add(address)
        this.#change(draft, without(draft.recipients, address))
        view.announce(say("pane.to.removed", { who: shortName(one) }))
        this.#parts[one.role === "hidden" ? "hidden" : "to"].focus()
        if (one.from === "outlook") void removeFrom(draft, one.role, address)
    }

    removeLast(role: Role): void {
        const last = this.#draft.recipients.filter((one) => one.role === role).at(-1)
        if (last !== undefined) this.remove(last.address)
    }

    /** Whether the letter waits for who has no key of her own. */
    #choose(on: boolean): void {
        this.#draft.waits = on
        this.edited()
        this.#face.refresh(this.#draft)
    }

    /** Something was written: what was missing before may be there now. */
    edited(): void {
        if (this.#draft.problem !== "" && this.#draft.phase === "writing") this.#face.say(this.#draft, { problem: "" })
        this.#draft.store?.keeper.changed()
    }

    /** Send what stands in the pane, or say what is missing and put focus there. */
    async send(): Promise<void> {
        const [draft, desk] = [this.#draft, this.#desk]
        if (draft.phase !== "writing" || desk === null) return
        const allTaken = [this.#parts.to.take(), this.#parts.hidden.take()].every(Boolean)
        this.keep()
        this.#face.say(draft, { problem: "", status: "" })
        this.#setPhase(draft, "sending")
        try {
            await draft.item?.settled()
            await this.#takeItem(draft, "sending")
            if (draft.taken !== null && draft.item !== null && !(await isUnchanged(draft.item, draft.taken))) {
                this.#stop(draft, say("take.changed"))
                return
            }
            const missing = missingIn(draft, allTaken)
            if (missing !== null) {
                this.#stop(draft, say(missing))
                if (draft === this.#draft) this.#focusOn(missing)
                return
            }
            await this.#post(draft, this.#furnish(draft, desk), desk)
        } catch (error) {
            this.#stop(draft, sendingTrouble(error, draft.demand))
            this.#parts.refused(error)
            void this.readItem(draft)
        }
    }

    async #post(draft: Draft, { files, sending, keeper }: Store, desk: Desk): Promise<void> {
        if (files.busy > 0) this.#face.say(draft, { status: say("writing.files") })
        const up = await files.settled()
        if (up === null) {
            this.#stop(draft, say("writing.files.failed", { button: say("pane.send") }))
            return
        }
        await keeper.pause()
        const { id, earlier, waiting } = await sending.send(draft.letter(up), (step) => { this.#face.say(draft, { status: say(step) }) })
        if (earlier) {
            this.#stop(draft, say("writing.earlier"))
            return
        }
        void keeper.stop()
        draft.waitsFor = waitWords(draft.recipients, waiting)
        if (waiting.length > 0) this.#parts.waits()
        await this.#accepted(draft, desk, id)
    }

    /** Outlook's own window may open now, for signing in. */
    asking(): void {
        if (this.#draft.phase === "sending") this.#face.say(this.#draft, { status: say("pane.asking") })
    }

    /** Back to writing, with a sentence that says why. What was written is saved, if that is possible. */
    #stop(draft: Draft, problem: string): void {
        this.#setPhase(draft, "writing")
        this.#face.say(draft, { status: "", problem })
        draft.store?.keeper.resume()
    }

    /** A fresh letter in the same pane. */
    async another(): Promise<void> {
        const old = this.#draft
        old.over.abort()
        const fresh = new Draft(old.item)
        this.#drafts.replace(old, fresh)
        this.show(fresh)
        this.#parts.to.focus()
        await old.emptied
        await this.readItem(fresh)
    }

    /** Go on with a letter that was kept, in the place of the empty one that is open. */
    async takeUp(taken: TakenUp): Promise<void> {
        const desk = this.#desk
        if (desk === null || this.#draft.phase !== "writing") return
        const { place, content } = taken
        const [old, fresh] = [this.#draft, new Draft(this.#draft.item)]
        fresh.recipients = (["to", "cc", "hidden"] as const).reduce(
            (list, role) => withTyped(list, content[role], role), withTyped([], []))
        fresh.subject = content.subject
        fresh.subjectTyped = content.subject !== ""
        fresh.waits = content.level === "self-held"
        fresh.ending = null   // what it ends with was kept with it
        this.#drafts.replace(old, fresh)
        const store = this.#furnish(fresh, desk, place)
        this.show(fresh)
        this.#parts.editor.restoreHtml(content.html)
        goOn(store, taken)
        this.#parts.editor.focus()
        await this.readItem(fresh)
    }

    /** Whether Outlook's own message holds what the letter does not; if so, the pane says what becomes of it. */
    async lookForOwnText(draft: Draft = this.#draft): Promise<boolean> {
        await draft.emptied
        const found = draft.item !== null && draft.taken?.isWiped !== true && await hasOwnText(draft.item)
        this.#face.say(draft, { ownText: found })
        return found
    }

    #focusOn(missing: Missing): void {
        if (missing === "pane.to.mend" || missing === "pane.nobody") this.#parts.to.focus()
        else if (missing === "writing.empty") this.#parts.editor.focus()
    }

    async #accepted(draft: Draft, desk: Desk, id: string): Promise<void> {
        const who = draft.recipients.map(shortName)
        draft.text = null
        this.#face.say(draft, { status: say("pane.queued") })
        this.#setPhase(draft, "done")
        if (draft === this.#draft) {
            this.#parts.editor.restore(null)
            view.focusOnDone()
        }
        draft.emptied = this.#empty(draft).then((done) => { this.#face.say(draft, { keptOpen: done ? "" : say("pane.kept-open") }) })
        void this.lookForOwnText(draft)
        let asked = false
        const tell = (answer: Members | null, age: number): boolean => {
            const news: News = answer === null ? { text: say("pane.unknown"), settled: false } : newsOf(answer, who, age)
            this.#face.say(draft, { status: news.text, reason: news.reason ?? "" })
            if (news.asks === true && !asked) this.#parts.inDoubt()
            asked = news.asks === true
            return news.settled
        }
        await follow(desk.call, id, tell, draft.over.signal).catch(() => { this.#face.say(draft, { status: say("pane.unknown") }) })
    }

    /** Empty Outlook's message; of one that was taken over all of it, and first. Whether its fields are empty. */
    async #empty(draft: Draft): Promise<boolean> {
        if (draft.item === null) return true
        if (draft.taken !== null) this.#face.say(draft, { left: await this.#parts.finish(draft.item, draft.taken) })
        return emptyItem(draft.item)
    }

    async #lookUp(draft: Draft): Promise<void> {
        const wanted = draft.recipients.filter(({ level, address }) => level === null && isAddress(address))   // others are told of by a note
        if (wanted.length === 0 || this.#desk === null) return
        try {
            const found = await this.#desk.lookUp(wanted)
            const known = new Map(found.map(({ lookup, name }) => [lookup.address, { level: lookup.level, name }]))
            this.#change(draft, withKnown(draft.recipients, known))
            for (const one of draft.recipients.filter(({ address }) => known.has(address))) {
                view.announce(say("pane.to.added", { who: shortName(one), level: readerWords(one.level ?? "managed") }))
            }
        } catch {
            const who = sayList(wanted.map(shortName).slice(0, 3))
            this.#face.say(draft, { problem: say("pane.to.lookup", { who }) })
        }
    }

    /** The firm's demands are known, or others. */
    demanded(): void {
        this.#draft.demand = this.#parts.demand(this.#draft.recipients)
        this.#face.refresh(this.#draft)
    }

    #change(draft: Draft, recipients: Draft["recipients"]): void {
        draft.recipients = recipients
        draft.demand = this.#parts.demand(recipients)
        if (draft === this.#draft && recipients.some(({ role }) => role === "hidden")) view.showHidden(true)
        this.#face.refresh(draft)
        draft.store?.keeper.changed()
    }

    #setSubject(draft: Draft, subject: string): void {
        draft.subject = subject
        if (draft === this.#draft) this.#parts.subject.value = subject
    }

    #setPhase(draft: Draft, phase: view.Phase): void {
        draft.phase = phase
        this.#face.refresh(draft)
    }
}

const FIELDS = { to: "to", cc: "cc", hidden: "bcc" } as const

async function removeFrom(draft: Draft, role: Role, address: string): Promise<void> {
    const item = draft.item
    if (item === null) return
    const field = FIELDS[role]
    try {
        const people = await item.people(field)
        await item.setPeople(field, people.filter((one) => one.address !== address))
        draft.removed.delete(address)
    } catch {
        // Outlook keeps the name; `draft.removed` keeps it out of the letter.
    }
}
