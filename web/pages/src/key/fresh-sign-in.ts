/**
 * Somebody of the firm proves anew who she is, to Microsoft.
 *
 * Before anything is made it happens in this window. Once something is, a redirect would lose it:
 * she signs in in a window of her own, and this one goes on with the new session.
 */

import { find, say } from "@letterlock/kit"

import { addressOf, awaitSignedIn, freshUntil, goSignIn, here, takeAgain } from "../staff/signing-in.ts"
import type { Fresh } from "./fresh.ts"
import { announce, busy, excuse, trouble } from "./page.ts"

const LEAST = 5 * 60_000   // milliseconds that one needs for the steps, with a page to print
const RENEWED = 9 * 60_000   // milliseconds; Microsoft's page is good for ten minutes

export class FreshSignIn implements Fresh {
    readonly #card = find("#fresh", HTMLElement)
    readonly #first = find("#fresh-first", HTMLElement)
    readonly #meanwhile = find("#fresh-meanwhile", HTMLElement)
    readonly #window = find("#fresh-window", HTMLAnchorElement)
    readonly #on = find("#fresh-on", HTMLButtonElement)
    readonly #comesBack = takeAgain()
    #proved: (() => void) | null = null

    constructor() {
        const here = find("#fresh-here", HTMLButtonElement)
        here.addEventListener("click", () => { void busy(here, () => this.#go()) })
        this.#on.addEventListener("click", () => { void busy(this.#on, () => this.#look()) })
    }

    async first(place: HTMLElement): Promise<boolean> {
        const until = await freshUntil()
        const enough = until !== null && (this.#comesBack || until.getTime() - Date.now() > LEAST)
        if (enough) return true
        this.#show(place, false)
        if (this.#comesBack) trouble(this.#card, say("staff.fresh.silent"))
        return false
    }

    async prove(place: HTMLElement, signal: AbortSignal): Promise<void> {
        signal.throwIfAborted()
        this.#show(place, true)
        const waits = new AbortController()
        const renewed = setInterval(() => { void this.#offer() }, RENEWED)
        awaitSignedIn(() => { this.#heard() }, waits.signal)
        try {
            await this.#offer()
            this.#window.focus()
            await new Promise<void>((resolve, reject) => {
                this.#proved = resolve
                signal.addEventListener("abort", () => { reject(signal.reason as Error) }, { once: true })
            })
        } finally {
            clearInterval(renewed)
            waits.abort()
            this.#proved = null
            this.#card.hidden = true
            find("#fresh-home", HTMLElement).append(this.#card)
        }
    }

    #show(place: HTMLElement, meanwhile: boolean): void {
        place.append(this.#card)
        this.#card.hidden = false
        this.#first.hidden = meanwhile
        this.#meanwhile.hidden = !meanwhile
        trouble(this.#card, null)
        const words = say(meanwhile ? "staff.fresh.meanwhile" : "staff.fresh.first")
        find("#fresh-why", HTMLElement).textContent = words
        if (!meanwhile) return
        this.#leadOn(false)
        announce(words)
        this.#card.scrollIntoView({ block: "center" })
    }

    async #go(): Promise<void> {
        trouble(this.#card, null)
        try {
            await goSignIn(here(), true)
        } catch (error) {
            trouble(this.#card, excuse(error))
        }
    }

    /** A link, and no window that script opens: no browser holds that back. */
    async #offer(): Promise<void> {
        try {
            this.#window.href = await addressOf(true)
        } catch (error) {
            trouble(this.#card, excuse(error))
        }
    }

    #heard(): void {
        trouble(this.#card, null)
        find("#fresh-why", HTMLElement).textContent = say("staff.fresh.done")
        announce(say("staff.fresh.done"))
        this.#leadOn(true)
        this.#on.focus()
    }

    /** Which of the two is the next step. */
    #leadOn(signedIn: boolean): void {
        this.#window.classList.toggle("pri", !signedIn)
        this.#on.classList.toggle("pri", signedIn)
    }

    async #look(): Promise<void> {
        trouble(this.#card, null)
        try {
            if (await freshUntil() !== null) this.#proved?.()
            else trouble(this.#card, say("staff.fresh.not"))
        } catch (error) {
            trouble(this.#card, excuse(error))
        }
    }
}
