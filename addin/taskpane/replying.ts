/** Answers in the pane: one form, which stands under the letter that is answered; each letter keeps its own answer. */

import {
    clock, element, fact, find, focusOn, icon, type Level, levelToBe, type Members, say, sayList, shortName,
} from "@letterlock/kit"
import type { Editor } from "@letterlock/kit/editor/editor"
import { type LetterCard, type OpenLetter, quoteLead } from "@letterlock/kit/reading/index"
import {
    answerTo, type Desk, type DraftContent, FileList, hasOthers, type Kept, keptWords, Place, replySubject,
} from "@letterlock/kit/writing/index"

import { Advising, type Open } from "./advising.ts"
import { Draft, furnish, type Store } from "./draft.ts"
import { goOn, type Opener, takeUp } from "./going-on.ts"
import { follow, type News, newsOf } from "./follow.ts"
import { letterEditor } from "./letter.ts"
import { Paper } from "./paper.ts"
import { type Recipients, withKnown, withTyped } from "./recipients.ts"
import { sendingTrouble } from "./trouble.ts"
import * as view from "./view.ts"

interface Wish {
    /** What an answer to this letter follows. */
    readonly heads: (letter: OpenLetter, recipients: Recipients) => readonly string[]
    /** An answer has joined the thread. */
    readonly sent: () => void
    /** A notice is in doubt, and its sender must be asked. */
    readonly inDoubt: () => void
    /** Opens files of an answer that was kept. */
    readonly opener: Opener
    /** Whether one's own key is needed and not here; then `back` leads to where it was. */
    readonly needsKey: (back: () => void) => boolean
}

/** One answer that is being written. */
interface Answer {
    readonly letter: OpenLetter
    readonly draft: Draft
    all: boolean
}

export class Replying {
    readonly #desk: Desk
    readonly #wish: Wish
    readonly #form = find("#reply", HTMLElement)
    readonly #home = find("#reply-home", HTMLElement)
    readonly #subject = find("#subject", HTMLInputElement)
    readonly #editor: Editor
    readonly #advising: Advising
    readonly #paper: Paper
    readonly #files = new FileList(view.fileParts())
    /** By the id of the letter that is answered. */
    readonly #answers = new Map<string, Answer>()
    #open: Answer | null = null

    constructor(desk: Desk, wish: Wish) {
        this.#desk = desk
        this.#wish = wish
        this.#editor = letterEditor({
            edited: () => { this.#edited() },
            files: () => this.#open?.draft.phase === "writing" ? this.#open.draft.store?.files ?? null : null,
        })
        this.#advising = new Advising({ editor: () => this.#editor, open: () => this.#reading(), script: fact(find("#pane", HTMLElement), "advice"), save: () => { this.save() } })
        this.#advising.signedIn(desk)
        this.#paper = new Paper({ editor: () => this.#editor, draft: () => this.#open?.draft ?? null, isReply: () => true, send: () => { void this.#send() } })
        void this.#paper.signedIn(desk)
        const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
        press("send", () => { void this.#send() })
        press("quote", () => { this.#quote() })
        press("reply-other", () => { this.#toggle() })
        press("reply-away", () => { void this.#throwAway() })
        this.#subject.addEventListener("input", () => { this.#edited() })
        this.#form.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.#send()
        })
        view.allowSending()
    }

    /** "Reply" or "Reply all" was pressed under a letter. */
    begin(card: LetterCard, all: boolean): void {
        const { letter } = card
        if (letter === null) return
        const answer = this.#answers.get(letter.id) ?? this.#make(letter, new Place(this.#desk, letter.id))
        answer.all = all && mayAll(letter)
        this.#show(answer, card)
        this.#editor.focus()
    }

    /** Go on with an answer that the server kept. One that is written in this pane already goes before. */
    async takeUp(card: LetterCard, kept: Kept): Promise<void> {
        const { letter } = card
        if (letter === null) return
        const known = this.#answers.get(letter.id)
        if (known !== undefined) {
            this.#show(known, card)
            return
        }
        try {
            const taken = await takeUp(this.#desk, this.#wish.opener, kept)
            const { content } = taken
            const answer = this.#make(letter, taken.place)
            answer.all = mayAll(letter) && content.to.length + content.cc.length > answerTo(letter, false).length
            answer.draft.subject = content.subject
            answer.draft.ending = null   // what it ends with was kept with it
            this.#show(answer, card)
            this.#editor.restoreHtml(content.html)
            this.#paper.opened()
            if (answer.draft.store !== null) goOn(answer.draft.store, taken)
            view.announce(say("read.reply.restored", { time: clock(kept.saved) }))
        } catch {
            view.announce(say("read.reply.damaged"))
        }
    }

    /** Off the pane; what was written is kept. */
    putAway(): void {
        this.#keep()
        this.save()
        this.#open = null
        this.#form.hidden = true
        this.#home.append(this.#form)
    }

    get isOpen(): boolean { return this.#open !== null }

    save(): void { void this.#open?.draft.store?.keeper.flush() }

    isAtRisk(): boolean {
        this.#keep()
        return [...this.#answers.values()].some(({ draft }) => draft.isAtRisk())
    }

    asking(): void {
        if (this.#open?.draft.phase === "sending") this.#say(this.#open, { status: say("pane.asking") })
    }

    #make(letter: OpenLetter, place: Place): Answer {
        const draft = new Draft(null)
        draft.suggested = draft.subject = replySubject(letter.body.subject)
        const answer: Answer = { letter, draft, all: false }
        const read = (): DraftContent | null => {
            if (answer === this.#open) this.#keep()
            return draft.content()
        }
        furnish(draft, place, read, () => { this.#progress(answer) })
        this.#answers.set(letter.id, answer)
        return answer
    }

    /** What the advice reads: the answer, and the letter that it answers. */
    #reading(): ReturnType<Open> {
        const answer = this.#open
        if (answer === null) return null
        const { draft, letter, all } = answer
        return { draft, about: { subject: draft.subject, last: letter.body.text, kind: null, replyAll: all } }
    }

    #show(answer: Answer, card: LetterCard): void {
        this.#keep()
        this.#open = answer
        card.after.append(this.#form)
        this.#form.hidden = false
        this.#subject.value = answer.draft.subject
        this.#editor.restore(answer.draft.text)
        view.showLost([])
        this.#refresh(answer)
        void this.#address(answer)
        this.#advising.changed()
        this.#paper.opened()
    }

    /** Put what stands in the fields into the answer. */
    #keep(): void {
        if (this.#open === null || this.#open.draft.phase === "done") return
        this.#open.draft.subject = this.#subject.value
        this.#open.draft.text = this.#editor.save()
    }

    /** To whom it goes, and who of them holds which key. */
    async #address(answer: Answer): Promise<void> {
        const { draft, letter, all } = answer
        const before = draft.recipients
        const known = new Map(before.flatMap(({ address, name, level }) => level === null ? [] : [[address, { level, name }] as const]))
        draft.recipients = answerTo(letter, all).reduce(
            (list, person) => withTyped(list, [{ address: person.address, name: person.name }], person.role), withTyped([], []))
        draft.recipients = withKnown(draft.recipients, known)
        this.#refresh(answer)
        draft.store?.keeper.changed()
        const wanted = draft.recipients.filter(({ level }) => level === null)
        if (wanted.length === 0) return
        try {
            const found = await this.#desk.lookUp(wanted)
            draft.recipients = withKnown(draft.recipients, new Map(found.map(({ lookup, name }) => [lookup.address, { level: lookup.level, name }])))
            this.#refresh(answer)
        } catch {
            this.#say(answer, { problem: say("pane.to.lookup", { who: sayList(wanted.map(shortName).slice(0, 3)) }) })
        }
    }

    #toggle(): void {
        const answer = this.#open
        if (answer?.draft.phase !== "writing") return
        answer.all = !answer.all
        void this.#address(answer)
    }

    #quote(): void {
        if (this.#open?.draft.phase !== "writing") return
        this.#editor.quote(quoteLead(this.#open.letter), this.#open.letter.body.html)
    }

    #edited(): void {
        const answer = this.#open
        if (answer === null) return
        this.#advising.changed()
        this.#paper.edited()
        if (answer.draft.problem !== "") this.#say(answer, { problem: "" })
        answer.draft.store?.keeper.changed()
    }

    async #throwAway(): Promise<void> {
        const answer = this.#open
        const store = answer?.draft.store
        if (answer?.draft.phase !== "writing" || store === undefined || store === null) return
        store.files.stop()
        await store.keeper.pause()
        try {
            await store.place.discard()
            await store.keeper.stop()
            this.#end(answer)
            view.announce(say("pane.shelf.thrown"))
        } catch {
            store.keeper.resume()
            this.#say(answer, { problem: say("pane.shelf.not-thrown") })
        }
    }

    async #send(): Promise<void> {
        const answer = this.#open
        const store = answer?.draft.store
        if (answer?.draft.phase !== "writing" || store === undefined || store === null) return
        if (this.#wish.needsKey(view.focusOnSend)) return
        this.#keep()
        if (answer.draft.isUnwritten()) {
            this.#say(answer, { problem: say("writing.empty") })
            this.#editor.focus()
            return
        }
        const isStill = (): boolean => answer === this.#open && answer.draft.phase === "writing"
        if (this.#paper.holds() || await this.#advising.holds() || !isStill()) return
        this.#phase(answer, "sending")
        this.#say(answer, { problem: "", status: store.files.busy > 0 ? say("writing.files") : "" })
        try {
            await this.#post(answer, store)
        } catch (error) {
            this.#stop(answer, sendingTrouble(error))
        }
    }

    async #post(answer: Answer, { files, keeper, sending }: Store): Promise<void> {
        const ready = await files.settled()
        if (ready === null) {
            this.#stop(answer, say("writing.files.failed", { button: say("pane.send") }))
            return
        }
        await keeper.pause()
        const letter = answer.draft.letter(ready, this.#wish.heads(answer.letter, answer.draft.recipients))
        const { id, earlier } = await sending.send(letter, (step) => { this.#say(answer, { status: say(step) }) })
        if (earlier) {
            this.#stop(answer, say("writing.earlier"))
            this.#wish.sent()
            return
        }
        void keeper.stop()
        this.#accepted(answer, id)
    }

    #stop(answer: Answer, problem: string): void {
        this.#phase(answer, "writing")
        this.#say(answer, { status: "", problem })
        answer.draft.store?.keeper.resume()
    }

    /** The form leaves, and a line in its place tells what becomes of the notice. */
    #accepted(answer: Answer, id: string): void {
        const { draft } = answer
        const line = element("p", {}, say("pane.queued"))
        const note = element("div", { class: "note", "data-st": "ok", role: "status", tabindex: "-1" }, icon("good"), line)
        const visible = answer === this.#open
        if (visible) this.#form.after(note)
        draft.phase = "done"
        this.#end(answer)
        if (visible) focusOn(note)
        this.#wish.sent()
        const who = draft.recipients.map(shortName)
        let asked = false
        const tell = (said: Members | null, age: number): boolean => {
            const news: News = said === null ? { text: say("pane.unknown"), settled: false } : newsOf(said, who, age)
            if (news.asks === true && !asked) this.#wish.inDoubt()
            asked = news.asks === true
            if (line.textContent !== news.text) line.textContent = news.text
            return news.settled
        }
        void follow(this.#desk.call, id, tell, draft.over.signal).catch(() => { line.textContent = say("pane.unknown") })
    }

    #end(answer: Answer): void {
        this.#answers.delete(answer.letter.id)
        if (answer !== this.#open) return
        this.#open = null
        this.#editor.restore(null)
        this.#form.hidden = true
        this.#home.append(this.#form)
    }

    #phase(answer: Answer, phase: view.Phase): void {
        answer.draft.phase = phase
        this.#refresh(answer)
    }

    #say(answer: Answer, words: Partial<Pick<Draft, "status" | "problem">>): void {
        Object.assign(answer.draft, words)
        if (answer !== this.#open) return
        view.showStatus(answer.draft.status)
        view.showProblem(answer.draft.problem)
    }

    #progress(answer: Answer): void {
        if (answer !== this.#open) return
        this.#files.show(answer.draft.store?.files ?? null, answer.draft.phase !== "writing")
        view.showKept(keptWords(answer.draft.kept), answer.draft.kept.state, this.#desk.me.lookup.level, () => { answer.draft.store?.place.renew() })
    }

    #refresh(answer: Answer): void {
        if (answer !== this.#open) return
        const { draft, all, letter } = answer
        const { address, lookup } = this.#desk.me
        const levels: Level[] = draft.recipients.flatMap(({ level }) => level ?? [])
        view.showReply({ names: sayList(draft.recipients.map(shortName)), all, others: mayAll(letter), phase: draft.phase })
        view.showReaders(draft.recipients, levelToBe(lookup, levels), { address, level: lookup.level })
        this.#editor.lock(draft.phase !== "writing")
        this.#say(answer, {})
        this.#progress(answer)
    }
}

/** Whether "Reply all" is offered: nobody must learn from an answer that there is a hidden reader. */
const mayAll = (letter: OpenLetter): boolean => letter.viewerRole !== "hidden" && hasOthers(letter)
