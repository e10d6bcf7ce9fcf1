/** The offer to take over what was written in Outlook's own message, and what is said of it afterwards. */

import { find, say } from "@letterlock/kit"

import type { Draft } from "./draft.ts"
import { hasOwnText } from "./item.ts"
import type { OutlookItem } from "./office.ts"
import { Mailbox, purgeCopies } from "./purge.ts"
import { isUnchanged, NotTaken, take, type Taken, wipe } from "./takeover.ts"

/** Who takes, and into what. */
export interface Taker {
    readonly current: () => Draft
    /** Put what was taken into the letter that is open. */
    readonly put: (taken: Taken) => void
    /** A token for Graph, asked of the person where she has not agreed yet; null where nobody is signed in. */
    readonly token: (() => Promise<string>) | null
    /** The firm keeps the person's mailbox under a hold. */
    readonly isHeld: boolean
}

export class Taking {
    readonly #taker: () => Taker
    readonly #graph: string
    readonly #host = find("#take", HTMLElement)
    readonly #button = find("#take-over", HTMLButtonElement)
    readonly #said = find("#take-said", HTMLElement)
    #shown: OutlookItem | null = null

    /** @param graph - Graph's address with its version. */
    constructor(graph: string, taker: () => Taker) {
        this.#graph = graph
        this.#taker = taker
        this.#button.addEventListener("click", () => { void this.#press() })
    }

    /** Offer it where Outlook's message holds something; what was said of this very message stays. */
    async look(): Promise<void> {
        const { current, token } = this.#taker()
        const { item, phase, taken } = current()
        if (item !== this.#shown) this.#said.textContent = ""
        this.#shown = item
        if (phase !== "writing" || token === null || item === null || !item.isReadable) {
            this.#host.hidden = true
            return
        }
        const offered = taken === null ? await hasOwnText(item) : !(await isUnchanged(item, taken).catch(() => true))
        if (current().item !== item) return
        this.#button.hidden = !offered
        this.#host.hidden = !offered && this.#said.textContent === ""
    }

    /** The letter has gone: empty Outlook's message, then look for earlier copies. Sentences that say what came of it. */
    async finish(item: OutlookItem, taken: Taken): Promise<readonly string[]> {
        this.#host.hidden = true
        this.#said.textContent = ""
        const wiped = await wipe(item, taken)
        const { token } = this.#taker()
        const mailbox = new Mailbox(this.#graph, token ?? (() => Promise.reject(new Error("nobody is signed in"))))
        return [...wiped.said, ...await purgeCopies(mailbox, wiped.id, taken)]
    }

    async #press(): Promise<void> {
        const { current, token, put, isHeld } = this.#taker()
        const draft = current()
        if (draft.item === null || token === null || draft.phase !== "writing") return
        if (isHeld) {
            this.#said.textContent = say("take.held")
            return
        }
        this.#button.disabled = true
        this.#said.textContent = say("take.reading")
        try {
            const mayLook = await token().then(() => true, () => false)
            const taken = await take(draft.item, mayLook)
            if (current() !== draft) return
            put(taken)
            this.#button.hidden = true
            this.#said.textContent = await this.#doneWords(taken, token)
        } catch (error) {
            this.#said.textContent = error instanceof NotTaken ? error.message : say("take.failed")
        } finally {
            this.#button.disabled = false
        }
    }

    async #doneWords(taken: Taken, token: () => Promise<string>): Promise<string> {
        const keeps = taken.mayLook && await new Mailbox(this.#graph, token).keepsVersions() === true
        return [
            say("take.done"),
            ...(taken.held.some(({ inline }) => inline) ? [say("take.pictures")] : []),
            ...(taken.mayLook ? [] : [say("take.unsure")]),
            ...(keeps ? [say("take.versions")] : []),
        ].join(" ")
    }
}
