/** The opened letter among the others of its thread, and all that ends when it is closed. */

import { find, say } from "@letterlock/kit"
import { type CardHost, type Entry, entryOf, fetchThread, LetterCard, type OpenLetter, Seen } from "@letterlock/kit/reading/index"
import type { Recipient } from "@letterlock/kit/writing/index"

import { offerComparing } from "./comparing.ts"
import { type Watch, watchIdle } from "./idle.ts"
import { announce, excuse, type Page, showStage } from "./page.ts"
import type { Reply } from "./reply.ts"

const IDLE = 30 * 60_000   // milliseconds; the session ends after as long (http.md section 5)

export class Conversation {
    readonly #page: Page
    readonly #reply: Reply
    readonly #watch: Watch
    readonly #seen = new Seen()
    #cards: LetterCard[] = []

    /** @param away - Nobody has touched the page for half an hour. */
    constructor(page: Page, reply: Reply, away: () => void) {
        this.#page = page
        this.#reply = reply
        this.#watch = watchIdle(IDLE, away)
    }

    /** What an answer by `writer` follows. */
    heads(writer: string, recipients: readonly Recipient[]): readonly string[] { return this.#seen.heads(writer, recipients) }

    /**
     * Show the thread with the letter that was asked for open, and focus on its subject.
     *
     * @param listed - Null when the thread could not be listed.
     */
    async show(listed: readonly Entry[] | null, letter: OpenLetter): Promise<void> {
        const entries = listed?.some(({ id }) => id === letter.id) === true ? listed : [entryOf(letter)]
        this.#cards = entries.map((entry) => new LetterCard(this.#host(), entry, entry.id === letter.id ? "asked" : "other"))
        const asked = this.#cards.find(({ entry }) => entry.id === letter.id)
        if (asked === undefined) return
        find("#thread", HTMLElement).replaceChildren(...this.#cards.map(({ host }) => host))
        asked.more.replaceChildren(find("#own", HTMLElement))
        this.#count(listed === null)
        this.#offerKey(letter)
        const shown = asked.show(letter)
        showStage("opened", find("h1", HTMLElement, asked.host))
        await shown
        if (this.#cards.length > 1) asked.focus()
        announce(say("open.done", { name: letter.senderName }))
        await this.#reply.arrive(this.#cards)
    }

    /** An answer was sent: it joins the thread, folded, and the page says so. */
    async sent(id: string, words: string): Promise<void> {
        const note = find("#sent", HTMLElement)
        find("p", HTMLElement, note).textContent = words
        note.hidden = false
        note.focus()
        announce(words)
        const entries = await fetchThread(this.#page.desk, id).catch(() => [])
        const known = new Set(this.#cards.map(({ entry }) => entry.id))
        const fresh = entries.filter((entry) => !known.has(entry.id)).map((entry) => new LetterCard(this.#host(), entry, "other"))
        this.#cards.push(...fresh)
        find("#thread", HTMLElement).append(...fresh.map(({ host }) => host))
        this.#count(false)
    }

    /** Take everything of the letters off the page. */
    end(): void {
        this.#watch.stop()
        for (const card of this.#cards) card.close()
        this.#cards = []
        find("[data-stage=opened]", HTMLElement).append(find("#own", HTMLElement))
        find("#thread", HTMLElement).replaceChildren()
        for (const id of ["sent", "hold"]) find(`#${id}`, HTMLElement).hidden = true
        find("#thread-count", HTMLElement).hidden = true
    }

    #host(): CardHost {
        const { letter, desk } = this.#page
        return {
            desk, announce, firm: letter.firm,
            answer: (card, all) => { void this.#reply.begin(card, all) },
            framed: (frame) => { this.#watch.also(frame) },
            shown: (card, letter) => {
                this.#seen.note(letter)
                offerComparing(this.#page, card, letter)
                void this.#reply.opened(card)
            },
            excuse: (error) => excuse(letter, error),
        }
    }

    /** To hold her own key, or to see what opens it; colleagues read here and have no key at the portal. */
    #offerKey({ now, viewer }: OpenLetter): void {
        const domain = (address: string): string => address.slice(address.lastIndexOf("@") + 1)
        find("#held", HTMLElement).hidden = now !== "self-held"
        find("#hold", HTMLElement).hidden = now === "self-held" || domain(viewer) === domain(this.#page.letter.codeFrom)
    }

    #count(failed: boolean): void {
        const n = this.#cards.length
        const line = find("#thread-count", HTMLElement)
        line.hidden = n < 2 && !failed
        line.textContent = failed ? say("thread.more") : say("thread.many", { n })
    }
}
