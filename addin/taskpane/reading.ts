/** The letters of one thread in the pane: open, folded, answered, copied. */

import type { CryptoClient } from "@letterlock/crypto"
import { find, say, Unreachable } from "@letterlock/kit"
import { type CardHost, fetchThread, LetterCard, type OpenLetter, Seen } from "@letterlock/kit/reading/index"
import { type Desk, listDrafts } from "@letterlock/kit/writing/index"

import { Copying } from "./copying.ts"
import { Helpdesk } from "./helpdesk.ts"
import { Replying } from "./replying.ts"
import { announce } from "./view.ts"

/** What of the page it needs. */
export interface Around {
    /** Address of the offline reader, for a copy. */
    readonly reader: string
    /** Address of the part that is loaded for a letter of one's own (afterwards.ts). */
    readonly afterwards: string
    /** The notice of an answer is in doubt, and its sender must be asked. */
    readonly inDoubt: () => void
    /** A letter is open: its people may be compared with. */
    readonly compare: (card: LetterCard, letter: OpenLetter) => void
    /** Whether one's own key is needed and not here; then `back` leads to where it was. */
    readonly needsKey: (back: () => void) => boolean
}

export class Reading {
    readonly #desk: Desk
    readonly #host: CardHost
    readonly #thread = find("#thread", HTMLElement)
    readonly #replying: Replying
    readonly #copying: Copying
    /** What was opened in this pane, by thread. */
    readonly #seen = new Map<string, Seen>()
    #cards: readonly LetterCard[] = []
    #id = ""

    /**
     * @param copier - Another client, for copies: they empty its temporary files.
     * @param around - What of the page it needs.
     */
    constructor(desk: Desk, crypto: CryptoClient, copier: CryptoClient, { reader, afterwards, inDoubt, needsKey, compare }: Around) {
        this.#desk = desk
        const helpdesk = new Helpdesk(desk, announce)
        const { call, log, own, me: { directoryKey, firmName } } = desk
        const opener = own === undefined ? {} : { own }
        this.#host = {
            desk: { call, crypto, directoryKey, log, files: crypto, ...opener }, firm: firmName, announce,
            answer: (card, all) => { this.#replying.begin(card, all) },
            framed: () => undefined,
            shown: (card, letter) => {
                this.#seenOf(letter).note(letter)
                helpdesk.offer(card)
                compare(card, letter)
                if (card.entry.mine || desk.me.admin) void this.#afterwards(afterwards, card, letter)
            },
            excuse: (error) => error instanceof Unreachable ? say("reach.offline", { host: location.host }) : say("reach.unexpected"),
        }
        this.#replying = new Replying(desk, { heads: (letter, recipients) => this.#seenOf(letter).heads(letter.viewer, recipients), sent: () => { void this.#list() }, inDoubt, needsKey, opener: copier })
        this.#copying = new Copying({ call, crypto: copier, directoryKey, log, ...opener }, reader)
    }

    /**
     * Show a letter and the others of its thread.
     *
     * @param wanted - Whether it is still the one to show.
     * @param ready - Called before anything is shown.
     * @throws Problem and Unreachable of the kit where there is nothing to show.
     */
    async show(id: string, wanted: () => boolean, ready: () => void): Promise<void> {
        const entries = await fetchThread(this.#desk, id)
        if (!wanted()) return
        this.#id = id
        this.#cards = entries.map((entry) => new LetterCard(this.#host, entry, entry.id === id ? "asked" : "other"))
        this.#thread.replaceChildren(...this.#cards.map(({ host }) => host))
        ready()
        this.#thread.hidden = false
        this.#copying.offer(entries)
        await this.#cards.find(({ entry }) => entry.id === id)?.open(true)   // who goes from mail to mail stays in the list of mails
        if (wanted()) await this.#takeUp()
    }

    /** Another mail is open: close the letters. What was being written is kept. */
    putAway(): void {
        this.#replying.putAway()
        this.#copying.stop()
        for (const card of this.#cards) card.close()
        this.#cards = []
        this.#thread.replaceChildren()
        this.#thread.hidden = true
    }

    save(): void { this.#replying.save() }

    /** Whether an answer is being written under one of the letters. */
    get isAnswering(): boolean { return this.#replying.isOpen }

    isAtRisk(): boolean { return this.#replying.isAtRisk() }

    /** Outlook's own window may open now, for signing in. */
    asking(): void { this.#replying.asking() }

    /** An answer that was begun before stands under its letter again. */
    async #takeUp(): Promise<void> {
        const shown = new Map(this.#cards.map((card) => [card.entry.id, card]))
        const kept = await listDrafts(this.#desk).catch(() => [])
        const mine = kept.find(({ replyTo }) => replyTo !== null && shown.has(replyTo))
        const card = shown.get(mine?.replyTo ?? "")
        if (mine === undefined || card === undefined) return
        if (card.letter === null) await card.open(true)
        await this.#replying.takeUp(card, mine)
    }

    /** Letters that came to the thread since: an answer of one's own. */
    async #list(): Promise<void> {
        const entries = await fetchThread(this.#desk, this.#id).catch(() => [])
        const known = new Set(this.#cards.map(({ entry }) => entry.id))
        const fresh = entries.filter(({ id }) => !known.has(id)).map((entry) => new LetterCard(this.#host, entry, "other"))
        this.#cards = [...this.#cards, ...fresh]
        this.#thread.append(...fresh.map(({ host }) => host))
        this.#copying.offer(entries)
    }

    /** What can be done with a sent letter comes after the letter, and is no reason not to read it. */
    async #afterwards(script: string, card: LetterCard, letter: OpenLetter): Promise<void> {
        try {
            const { Afterwards } = await (import(script) as Promise<typeof import("./afterwards.ts")>)
            await new Afterwards(this.#desk, announce).offer(card, letter)
        } catch {
            announce(say("help.failed"))
        }
    }

    #seenOf({ statement: { thread_id: thread } }: OpenLetter): Seen {
        const seen = this.#seen.get(thread) ?? new Seen()
        this.#seen.set(thread, seen)
        return seen
    }
}
