/** The answer that is being written on the page, from "Reply" to "Sealed and sent". One at a time. */

import { DraftDamaged } from "@letterlock/crypto"
import { clock, find, say } from "@letterlock/kit"
import type { LetterCard, OpenLetter } from "@letterlock/kit/reading/index"
import { type Files, type Kept, keptWords, listDrafts, NotSignedIn, type Recipient, throwAway, type Tell, writingTrouble } from "@letterlock/kit/writing/index"

import { Answer, callAsClient } from "./answer.ts"
import { Attached } from "./attached.ts"
import { announce, excuse, type Page } from "./page.ts"
import { ReplyForm } from "./reply-form.ts"

/** What an answer needs of the page around it. */
export interface ReplyHost {
    /** Hashes of the thread's last letters that were opened and that all these may know of. */
    readonly heads: (writer: string, recipients: readonly Recipient[]) => readonly string[]
    readonly sent: (id: string, words: string) => void
    /** Ask for a new code; what was written stays in the window. */
    readonly signIn: () => void
}

export class Reply {
    readonly #page: Page
    readonly #host: ReplyHost
    readonly #form: ReplyForm
    readonly #attached = new Attached(announce)
    #answer: Answer | null = null
    #kept: readonly Kept[] = []
    #cards: readonly LetterCard[] = []
    #sending = false

    constructor(page: Page, host: ReplyHost) {
        this.#page = page
        this.#host = host
        this.#form = new ReplyForm({
            changed: () => { void this.#changed() },
            files: (files) => { void this.#add((tools) => { tools.add(files) }) },
            folder: (name) => { void this.#add((tools) => { tools.refuse(name) }) },
            send: () => { void this.#send() },
        })
        this.#wire()
    }

    /** Letters are on the page: go on with what was being written, else with what the server keeps of it. */
    async arrive(cards: readonly LetterCard[]): Promise<void> {
        this.#cards = cards
        const card = cards.find(({ entry }) => entry.id === this.#answer?.to)
        const viewer = cards.find(({ letter }) => letter !== null)?.letter?.viewer
        if (card !== undefined && viewer === this.#answer?.viewer) {
            this.#form.showIn(card.after)
            this.#form.trouble(null)
            void this.#answer?.save()
            return
        }
        await this.forget()
        this.#kept = await listDrafts({ call: callAsClient(this.#page.api) }).catch(() => [])
        for (const one of cards) await this.opened(one)
    }

    /** A letter was opened: a reply to it that was begun before comes back. */
    async opened(card: LetterCard): Promise<void> {
        const kept = this.#kept.find(({ replyTo }) => replyTo === card.entry.id)
        if (this.#answer === null && card.letter !== null && kept !== undefined) await this.#takeUp(card, card.letter, kept)
    }

    /** "Reply", or with `all` "Reply all". */
    async begin(card: LetterCard, all: boolean): Promise<void> {
        const { letter } = card
        if (letter === null || this.#sending) return
        if (this.#answer?.to === letter.id) this.#address(all)
        else if (await this.#putAside()) {
            const kept = this.#kept.find(({ replyTo }) => replyTo === letter.id)
            if (kept === undefined) void this.#showReaders(this.#start(card, letter, all))
            else await this.#takeUp(card, letter, kept)
        }
        this.#form.editor.focus()
    }

    /** Whether one is being written. */
    get isBegun(): boolean { return this.#answer !== null }

    /** Whether leaving now would lose something. */
    isUnsaved(): boolean { return this.#answer?.isUnsaved() === true }

    /** Save what can be saved. Whether leaving would lose nothing. */
    async save(): Promise<boolean> { return await this.#answer?.save() ?? true }

    /** The letters leave the page; what was not saved stays in the window, out of sight. */
    putAway(): void {
        this.#cards = []
        this.#form.putAway()
    }

    /** Nothing of it stays in the window. */
    async forget(): Promise<void> {
        const answer = this.#answer
        this.#answer = null
        this.#setSending(false)
        this.#form.clear()
        this.#attached.clear()
        await answer?.stop()
    }

    #wire(): void {
        const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
        press("reply-one", () => { this.#address(false) })
        press("reply-everybody", () => { this.#address(true) })
        press("reply-quote", () => { this.#quote() })
        press("reply-discard", () => { this.#sure(true) })
        press("reply-sure-no", () => { this.#sure(false) })
        press("reply-sure-yes", () => { void this.#discard() })
        press("reply-code", () => { this.#host.signIn() })
        const flush = (): void => { void this.#answer?.tools?.keeper.flush() }
        document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush() })
        window.addEventListener("blur", flush)
        window.addEventListener("beforeunload", (event) => { if (this.isUnsaved()) event.preventDefault() })
    }

    #start(card: LetterCard, letter: OpenLetter, all: boolean): Answer {
        const { editor } = this.#form
        const answer: Answer = new Answer(letter, all, { crypto: this.#page.crypto, call: callAsClient(this.#page.api), own: this.#page.own }, {
            html: () => editor.written().html,
            isEmpty: () => editor.isEmpty(),
            filesChanged: (files) => { this.#attached.draw(files) },
            kept: (state) => {
                const barred = state.state === "sent" || state.state === "changed"
                this.#form.kept(keptWords(state), barred ? () => { answer.tools?.place.renew() } : null)
            },
        })
        this.#answer = answer
        this.#form.trouble(null)
        this.#form.phase("writing")
        this.#form.showIn(card.after)
        this.#form.heading(answer.names, answer.all, answer.hasOthers)
        return answer
    }

    async #takeUp(card: LetterCard, letter: OpenLetter, kept: Kept): Promise<void> {
        const answer = this.#start(card, letter, false)
        this.#setSending(true)
        this.#form.status(say("reply.starting"))
        try {
            const { html, anew } = await answer.takeUp(kept)
            if (this.#answer !== answer) return
            this.#form.editor.restoreHtml(html)
            if (anew) void this.#moved(answer, kept)
            else answer.tools?.keeper.restored(kept.saved)
            this.#form.restored(say("reply.restored", { time: clock(kept.saved) }))
            void this.#showReaders(answer)
            this.#setSending(false)
        } catch (error) {
            if (this.#answer !== answer) return
            await this.forget()
            if (error instanceof DraftDamaged) this.#offerAnew(card, kept)
            else announce(say("reply.restore.failed"))
        }
    }

    /** Kept anew under a key of this window; only then the draft under the other key goes. */
    async #moved(answer: Answer, kept: Kept): Promise<void> {
        if (await answer.tools?.keeper.flush() !== true) return
        await throwAway({ call: callAsClient(this.#page.api) }, kept.id).catch(() => undefined)
    }

    #offerAnew(card: LetterCard, kept: Kept): void {
        this.#form.showIn(card.after)
        this.#form.damaged(() => { void this.#anew(card, kept) })
    }

    async #anew(card: LetterCard, kept: Kept): Promise<void> {
        try {
            await throwAway({ call: callAsClient(this.#page.api) }, kept.id)
        } catch (error) {
            this.#offerAnew(card, kept)
            announce(say("reply.discard.failed", { why: excuse(this.#page.letter, error) }))
            return
        }
        this.#kept = this.#kept.filter(({ id }) => id !== kept.id)
        this.#form.clear()
        await this.begin(card, false)
    }

    /** Another letter is to be answered: what was begun is kept first. */
    async #putAside(): Promise<boolean> {
        const answer = this.#answer
        if (answer === null) return true
        if (!(await answer.save())) {
            this.#form.trouble(say("reply.other"))
            return false
        }
        await this.forget()
        this.#kept = await listDrafts({ call: callAsClient(this.#page.api) }).catch(() => this.#kept)
        return true
    }

    #address(all: boolean): void {
        const answer = this.#answer
        if (answer === null || answer.all === all || this.#sending) return
        answer.all = all
        answer.tools?.keeper.changed()
        void this.#showReaders(answer)
        announce(say("reply.to", { names: answer.names }))
    }

    async #showReaders(answer: Answer): Promise<void> {
        this.#form.heading(answer.names, answer.all, answer.hasOthers)
        const shown = await answer.readers().catch((error: unknown) => {
            if (this.#answer === answer) this.#stopped(error)
            return null
        })
        if (shown !== null && this.#answer === answer) this.#form.readers(shown)
    }

    async #changed(): Promise<void> {
        const answer = this.#answer
        if (answer === null) return
        this.#form.trouble(null)
        try {
            (await answer.ready()).keeper.changed()
        } catch (why) {
            if (this.#answer === answer) this.#form.kept(keptWords({ state: "failed", why }))
        }
    }

    async #add(work: (files: Files) => void): Promise<void> {
        const answer = this.#answer
        if (answer === null || this.#sending) return
        try {
            work((await answer.ready()).files)
        } catch (error) {
            this.#stopped(error)
        }
    }

    #quote(): void {
        if (this.#answer === null || this.#sending) return
        const { lead, html } = this.#answer.quote
        this.#form.editor.quote(lead, html)
    }

    async #send(): Promise<void> {
        const answer = this.#answer
        if (answer === null || this.#sending) return
        if (this.#form.editor.isEmpty() && (answer.tools?.files.rows.length ?? 0) === 0) {
            this.#form.trouble(say("reply.empty"))
            this.#form.editor.focus()
            return
        }
        this.#setSending(true)
        try {
            await this.#post(answer, (step) => { this.#form.status(say(step)) })
        } catch (error) {
            this.#stopped(error)
            answer.tools?.keeper.resume()
        } finally {
            this.#setSending(false)
        }
    }

    async #post(answer: Answer, tell: Tell): Promise<void> {
        const { files, keeper, sending } = await answer.ready()
        if (files.busy > 0) this.#form.status(say("writing.files"))
        const ready = await files.settled()
        if (ready === null) {
            this.#form.trouble(say("writing.files.failed", { button: say("reply.button") }))
            return
        }
        await keeper.pause()
        const { recipients, subject, names } = answer
        const written = this.#form.editor.written()
        const letter = { recipients, subject, publicSubject: "", written, files: ready, parents: this.#host.heads(answer.viewer, recipients) }
        const { id, earlier } = await sending.send(letter, tell)
        if (earlier) {
            this.#form.trouble(say("writing.earlier"))
            keeper.resume()
            return
        }
        await keeper.stop()
        this.#kept = this.#kept.filter(({ replyTo }) => replyTo !== answer.to)
        await this.forget()
        this.#host.sent(id, say("reply.sent", { names }))
    }

    #setSending(sending: boolean): void {
        this.#sending = sending
        this.#attached.locked = sending
        this.#form.phase(sending ? "sending" : "writing")
        if (sending) this.#form.trouble(null)
        else this.#form.status("")
    }

    #stopped(error: unknown): void {
        const away = error instanceof NotSignedIn
        this.#form.trouble(away ? say("reply.signed-out") : writingTrouble(error, say("reply.button")), away)
    }

    #sure(asked: boolean): void {
        if (this.#sending) return
        find("#reply-sure", HTMLElement).hidden = !asked
        find(asked ? "#reply-sure-no" : "#reply-discard", HTMLButtonElement).focus()
    }

    async #discard(): Promise<void> {
        const answer = this.#answer
        if (answer === null) return
        const card = this.#cards.find(({ entry }) => entry.id === answer.to)
        try {
            await answer.discard()
        } catch (error) {
            this.#form.trouble(say("reply.discard.failed", { why: excuse(this.#page.letter, error) }))
            return
        }
        this.#kept = this.#kept.filter(({ replyTo }) => replyTo !== answer.to)
        await this.forget()
        card?.focus()
        announce(say("reply.gone"))
    }
}
