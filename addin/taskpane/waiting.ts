/** "Letters that wait" in the pane. What is ready is given at once, by whichever pane is open. Loaded for who holds her own key. */

import { element, find, icon, shortDate, shortName } from "@letterlock/kit"
import { fetchWaiting, type Wait } from "@letterlock/kit/waiting/index"
import type { Desk } from "@letterlock/kit/writing/index"

import { type ActWish, give, troubleOf, waitActs, whatOf } from "./waiting-acts.ts"
import { WORDS } from "./waiting-words.ts"

export class Waiting {
    readonly #desk: Desk
    readonly #announce: (words: string) => void
    readonly #host = find("#waiting", HTMLElement)
    readonly #list = find("#waiting-list", HTMLUListElement)
    readonly #said = find("#waiting-said", HTMLElement)
    /** What stands in the list, so that it is drawn anew only where it has changed. */
    #shown = ""
    /** Tried by itself already: from then on by a press. */
    readonly #tried = new Set<string>()
    #work: Promise<void> = Promise.resolve()

    constructor(desk: Desk, announce: (words: string) => void) {
        this.#desk = desk
        this.#announce = announce
        find("#waiting-h", HTMLElement).textContent = WORDS.heading
    }

    /** Look, show, and give what is ready; one look at a time. Whether there is anything to look for again. Never throws. */
    look(): Promise<boolean> {
        const found = this.#work.then(() => this.#look())
        this.#work = found.then(() => undefined)
        return found
    }

    /** Her key has left this pane. */
    hide(): void { this.#host.hidden = true }

    async #look(): Promise<boolean> {
        const waits = await fetchWaiting(this.#desk.call).catch(() => null)
        if (waits === null) return true   // what is shown stays
        this.#show(waits)
        for (const one of waits.filter(({ state }) => state === "ready")) await this.#give(one)
        return waits.some(({ state }) => state === "waiting" || state === "ready")
    }

    #show(waits: readonly Wait[]): void {
        const now = JSON.stringify(waits)
        this.#host.hidden = waits.length === 0 && this.#said.textContent === ""
        if (now === this.#shown) return
        this.#shown = now
        this.#list.replaceChildren(...waits.map((one) => this.#row(one)))
    }

    async #give(one: Wait): Promise<void> {
        const id = `${one.message} ${one.address}`
        if (this.#tried.has(id)) return
        this.#tried.add(id)
        try {
            await give(this.#desk, one, { said: (words) => { this.#say(words) }, done: (words) => this.#done(words) })
        } catch (error) {
            if (error instanceof Error && error.name === "Unreachable") this.#tried.delete(id)   // by itself again, at the next look
            this.#say(troubleOf(error))
        }
    }

    #row(one: Wait): HTMLLIElement {
        const wish: ActWish = {
            said: (words) => { this.#say(words) },
            done: async (words) => {
                const had = this.#list.contains(document.activeElement)
                await this.#done(words)
                if (had) find("#waiting-h", HTMLElement).focus()   // the button that had focus is gone
            },
        }
        const drawing = icon(one.state === "ready" ? "key" : one.state === "waiting" ? "waiting" : "about")
        return element("li", { class: "note", "data-reader": one.address, "data-state": one.state },
            drawing, element("div", { class: "stack tight" }, element("p", {}, sentenceOf(one)), waitActs(this.#desk, one, wish)))
    }

    async #done(words: string): Promise<void> {
        const waits = await fetchWaiting(this.#desk.call).catch(() => null)
        this.#say(words)
        if (waits !== null) this.#show(waits)
    }

    #say(words: string): void {
        this.#said.textContent = words
        this.#host.hidden = false
        this.#announce(words)
    }
}

function sentenceOf(one: Wait): string {
    const [who, what] = [shortName(one), whatOf(one)]
    switch (one.state) {
        case "ready":
            return WORDS.ready(who, what)
        case "waiting":
            return WORDS.waiting(who, what, shortDate(one.until))
        case "key-replaced":
            return WORDS.replaced(who, what)
        case "cancelled":
            return WORDS.cancelled(who, what)
        case "expired":
            return WORDS.expired(who, what)
    }
}
