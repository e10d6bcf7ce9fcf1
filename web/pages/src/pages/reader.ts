/** The reader's page `/m/<id>`: who are you, code, open, read, answer, close. All of it on one address. */

import { find, localise, Problem, say } from "@letterlock/kit"
import { cleanExports } from "@letterlock/kit/export/index"
import { fetchOwn, forgetOwn, getOwn, isSame, KeyNeeded } from "@letterlock/kit/own/index"
import { fetchThread, isGivenUp, isLocked, openLetter, refusalIn } from "@letterlock/kit/reading/index"

import { recallAsked, startAsking } from "../reader/ask.ts"
import { forget } from "../reader/asked.ts"
import { Conversation } from "../reader/conversation.ts"
import { CodeEntry } from "../reader/enter.ts"
import { announce, busy, excuse, type Page, readPage, showStage, trouble } from "../reader/page.ts"
import { PasskeyEntry } from "../reader/passkey.ts"
import { showRefusal } from "../reader/refusal.ts"
import { Reply } from "../reader/reply.ts"
import { showWaiting, wireWaiting } from "../reader/waiting.ts"
import { Unlock } from "../unlock/unlock.ts"

class ReaderPage {
    readonly #page: Page
    readonly #reply: Reply
    readonly #passkey: PasskeyEntry
    readonly #unlock: Unlock
    #conversation: Conversation | null = null

    constructor(page: Page) {
        this.#page = page
        this.#reply = new Reply(page, {
            heads: (writer, recipients) => this.#conversation?.heads(writer, recipients) ?? [],
            sent: (id, words) => { void this.#conversation?.sent(id, words) },
            signIn: () => { this.#end(this.#words("open.session")) },
        })
        this.#passkey = new PasskeyEntry(page, () => this.open())
        this.#unlock = new Unlock(page.ownDesk, {
            announce, over: () => { this.#sessionOver() }, excuse: (error) => excuse(page.letter, error),
            opened: () => this.open(),
        })
        this.#wire()
    }

    #wire(): void {
        const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
        press("to-lost", () => { showStage("lost") })
        press("to-unlock", () => { showStage("unlock") })
        press("given-up-close", () => { this.#end(this.#words("open.closed")) })
        const notMe = (): void => {
            this.signOut()
            this.askWho(null)
        }
        for (const id of ["not-me", "unlock-not-me"]) press(id, notMe)
        wireWaiting(this.#page.letter, { again: () => { void this.open() }, notMe })
        find("#close", HTMLButtonElement).addEventListener("click", () => { void this.#close() })
        find("#close-anyway", HTMLButtonElement).addEventListener("click", () => {
            void this.#reply.forget()
            this.#end(this.#words("open.closed"))
        })
    }

    /** Open the letter for whoever is signed in; each way it can end has its own stage. */
    async open(): Promise<void> {
        const { letter, desk } = this.#page
        showStage("opening")
        const progress = find("#progress", HTMLElement)
        const slow = setTimeout(() => { progress.textContent = say("open.fetching", { name: letter.first }) }, 1000)
        const conversation = new Conversation(this.#page, this.#reply, () => { void this.#away() })
        this.#conversation = conversation
        try {
            const checking = (): void => { progress.textContent = say("open.checking") }
            // A thread that cannot be listed keeps no letter closed.
            const thread = fetchThread(desk, letter.id).catch(() => null)
            const opened = await openLetter(desk, letter.id, checking)
            const entries = await thread
            await conversation.show(entries, opened)
        } catch (error) {
            conversation.end()
            this.#fail(error)
        } finally {
            clearTimeout(slow)
            progress.textContent = ""
        }
    }

    /** Ask anew who reads, with a sentence that says why. */
    askWho(sentence: string | null): void {
        const note = find("#away", HTMLElement)
        note.hidden = sentence === null
        find("p", HTMLParagraphElement, note).textContent = sentence ?? ""
        find("#known", HTMLFormElement).hidden = true
        this.#unlock.clear()
        if (sentence === null) this.#passkey.hide()
        else this.#passkey.show()
        showStage("who")
        if (sentence !== null) announce(sentence)
    }

    /** End the session at the server. That it might not end, for want of a connection, changes nothing here: the key is gone. */
    signOut(): void {
        void forgetOwn()
        this.#page.api.delete("/sessions/current").catch(() => undefined)
    }

    /** Files that were checked on their way to the disk leave nothing behind. */
    cleanUp(): void {
        this.#page.files.cleanTemporary().catch(() => undefined)
        cleanExports({ own: true }).catch(() => undefined)
    }

    /** Nobody is signed in: what was kept of a key is over too. */
    begin(): void {
        void forgetOwn()
        this.#passkey.show()
    }

    #fail(error: unknown): void {
        const refusal = refusalIn(error)
        if (isLocked(error)) void this.#locked(error)
        else if (refusal !== null) showRefusal(this.#page.letter, refusal)
        else if (error instanceof Problem && error.code === "recalled") location.reload()   // the page itself says by whom
        else if (showWaiting(error)) return
        else if (error instanceof Problem && error.status === 404) showStage("gone")
        else if (error instanceof Problem && error.status === 401) this.#sessionOver()
        else this.#offerOpenAgain(excuse(this.#page.letter, error))
    }

    /** Her own key is not open here, or it is another that was. */
    async #locked(error: unknown): Promise<void> {
        if (isGivenUp(error) && await this.#isOpen()) {
            showStage("given-up")
            return
        }
        await forgetOwn()
        showStage("unlock")
        await this.#unlock.begin(error instanceof KeyNeeded ? error.address : "")
    }

    /** Whether the key that is open here is the one that the server knows as hers today. */
    async #isOpen(): Promise<boolean> {
        const own = await getOwn()
        const state = own === null ? null : await fetchOwn(this.#page.ownDesk).catch(() => null)
        return own !== null && state !== null && isSame(own, state)
    }

    #sessionOver(): void {
        void forgetOwn()
        this.askWho(this.#words("open.session"))
    }

    async #close(): Promise<void> {
        const began = this.#reply.isBegun
        if (await this.#reply.save()) {
            await this.#reply.forget()
            this.#end(began ? `${this.#words("open.closed")} ${say("reply.kept")}` : this.#words("open.closed"))
            return
        }
        find("#unsaved", HTMLElement).hidden = false
        find("#close", HTMLButtonElement).hidden = true
        const anyway = find("#close-anyway", HTMLButtonElement)
        anyway.hidden = false
        anyway.focus()
        announce(find("#unsaved p", HTMLElement).textContent)
    }

    async #away(): Promise<void> {
        if (await this.#reply.save()) await this.#reply.forget()
        this.#end(this.#words("open.idle"))
    }

    /** Why it is closed, and what opens it here. */
    #words(key: "open.session" | "open.idle" | "open.closed"): string {
        return this.#passkey.isKnown ? say(`${key}.own`) : say(key)
    }

    /** Everything leaves the page; an answer that could not be saved stays in the window, out of sight. */
    #end(sentence: string): void {
        this.#reply.putAway()
        this.#conversation?.end()
        this.#conversation = null
        find("#unsaved", HTMLElement).hidden = true
        find("#close", HTMLButtonElement).hidden = false
        find("#close-anyway", HTMLButtonElement).hidden = true
        this.signOut()
        this.cleanUp()
        this.askWho(sentence)
    }

    /** Signed in, but the letter could not be fetched: one button tries again. */
    #offerOpenAgain(sentence: string): void {
        const known = find("#known", HTMLFormElement)
        known.hidden = false
        find(".hint", HTMLElement, known).hidden = true
        find("#ask", HTMLFormElement).hidden = true
        find("#passkey", HTMLFormElement).hidden = true
        showStage("who")
        trouble(known, sentence)
    }
}

function start(): void {
    const page = readPage()
    localise(document)
    const reader = new ReaderPage(page)
    reader.cleanUp()
    const entry = new CodeEntry(page, () => reader.open())
    startAsking(page, (asked) => { entry.begin(asked) })
    const known = find("#known", HTMLFormElement)
    if (known.hidden) reader.begin()
    const asked = known.hidden ? recallAsked(page) : null
    if (asked !== null) entry.begin(asked)
    find("button[type=submit]", HTMLButtonElement, known).disabled = false
    known.addEventListener("submit", (event) => {
        event.preventDefault()
        trouble(known, null)
        void busy(known, () => reader.open())
    })
    for (const button of document.querySelectorAll("[data-go=who]")) {
        button.addEventListener("click", () => {
            forget(page.letter.id)
            reader.askWho(null)
        })
    }
}

start()
