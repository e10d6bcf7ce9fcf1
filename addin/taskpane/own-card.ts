/** The card that brings one's own key into a pane, and the quiet line that says it is there. Decides nothing of keys. */

import { find, focusOn, shortDate } from "@letterlock/kit"

import { openInBrowser } from "./office.ts"
import { type Why, WORDS } from "./own-words.ts"

/** A pairing that waits for the browser. */
export interface Offer {
    /** Eight characters, 4-4. */
    readonly code: string
    readonly link: string
    readonly expires: Date
    /** Resolves when the key is here. */
    readonly paired: Promise<void>
}

export interface CardWish {
    /** Letters are begun here, and what is written stays meanwhile. */
    readonly writes: boolean
    readonly announce: (words: string) => void
    readonly begin: (signal: AbortSignal) => Promise<Offer>
    /** The key is kept already, and its other half could not be fetched: once more. */
    readonly retry: () => Promise<void>
    readonly forget: () => Promise<void>
    /** The sentence for what a pairing ended with. */
    readonly trouble: (error: unknown) => string
}

/** What the quiet line says. `paired`: null where nothing is kept. */
export interface Here {
    readonly who: string
    readonly paired: Date | null
}

/** Of the one button, where it does not pair. */
const LABELS: Partial<Record<Why, string>> = { away: WORDS.retry, managed: WORDS.forget }
const TICK = 10_000   // milliseconds between two looks at the time that is left
const A_MINUTE = 60_000

export class OwnCard {
    readonly #wish: CardWish
    readonly #host = find("#own", HTMLElement)
    readonly #pair = find("#own-pair", HTMLButtonElement)
    readonly #stop = find("#own-stop", HTMLButtonElement)
    readonly #link = find("#own-link", HTMLAnchorElement)
    readonly #here = find("#own-here", HTMLDetailsElement)
    #why: Why = "new"
    #over: AbortController | null = null
    #back: (() => void) | null = null

    constructor(wish: CardWish) {
        this.#wish = wish
        put("#own-first", WORDS.first)
        put("#own-second", WORDS.second)
        put("#own-link", WORDS.open)
        put("#own-copy", WORDS.copy)
        put("#own-stop", WORDS.stop)
        put("#own-forget", WORDS.forget)
        put("#own-here summary span", WORDS.here)
        find("#own-address", HTMLInputElement).setAttribute("aria-label", WORDS.address)
        this.#pair.addEventListener("click", () => { void this.#press() })
        this.#stop.addEventListener("click", () => { this.#end("") })
        this.#link.addEventListener("click", (event) => { if (openInBrowser(this.#link.href)) event.preventDefault() })
        find("#own-copy", HTMLButtonElement).addEventListener("click", () => { void this.#copy() })
        find("#own-forget", HTMLButtonElement).addEventListener("click", () => { void this.#wish.forget() })
    }

    get isShown(): boolean { return !this.#host.hidden }

    /** The key is not here. `forgets`: this program keeps nothing. */
    show(why: Why, forgets: boolean): void {
        this.#over?.abort()
        this.#why = why
        this.#here.hidden = true
        put("#own-h span", WORDS.heading[why])
        put("#own-why", WORDS.why[why])
        put("#own-means", this.#wish.writes ? WORDS.writing : "")
        put("#own-forgets", forgets ? WORDS.forgets : "")
        find("#own-forgets", HTMLElement).hidden = !forgets
        this.#host.hidden = false
        this.#settle("")
    }

    /** The key is needed now: the person is led here, and by `back` to what she was doing, once it is there. */
    ask(back: () => void): void {
        this.#back = back
        focusOn(find("#own-h", HTMLElement))
        this.#host.scrollIntoView({ block: "start" })
    }

    /** The key is here. Where somebody was led to the card, she is led back. */
    done(here: Here): void {
        const had = this.isShown && (this.#back !== null || this.#host.contains(document.activeElement))
        this.#over?.abort()
        this.#host.hidden = true
        this.#here.hidden = false
        put("#own-since", here.paired === null ? WORDS.untilClosed(here.who) : WORDS.since(here.who, shortDate(here.paired)))
        const back = this.#back
        this.#back = null
        if (back !== null) back()
        else if (had) focusOn(find("main", HTMLElement))
    }

    say(words: string): void { put("#own-said", words) }

    /** Nobody here holds a key of her own. */
    hide(): void { this.#host.hidden = this.#here.hidden = true }

    async #press(): Promise<void> {
        if (this.#pair.getAttribute("aria-disabled") === "true") return
        this.#pair.setAttribute("aria-disabled", "true")
        put("#own-said", WORDS.beginning)
        const over = this.#over = new AbortController()
        try {
            if (this.#why === "away") await this.#wish.retry()
            else if (this.#why === "managed") await this.#wish.forget()
            else await this.#pairing(over)
        } catch (error) {
            if (!over.signal.aborted) this.#end(this.#wish.trouble(error))
        } finally {
            this.#pair.removeAttribute("aria-disabled")
        }
    }

    async #pairing(over: AbortController): Promise<void> {
        const { code, link, expires, paired } = await this.#wish.begin(over.signal)
        over.signal.throwIfAborted()
        this.#offer(code, link)
        const timer = setInterval(() => { this.#tell(expires) }, TICK)
        this.#tell(expires)
        over.signal.addEventListener("abort", () => { clearInterval(timer) })
        await paired.finally(() => { clearInterval(timer) })
    }

    #offer(code: string, link: string): void {
        this.#link.href = link
        find("#own-address", HTMLInputElement).value = link
        put("#own-code", code)
        put("#own-said", WORDS.waiting)
        find("#own-pairing", HTMLElement).hidden = this.#stop.hidden = false
        this.#pair.hidden = true
        this.#link.focus()
    }

    #tell(expires: Date): void {
        const left = expires.getTime() - Date.now()
        if (left <= 0) this.#end(WORDS.ranOut)
        else put("#own-left", WORDS.left(Math.max(1, Math.round(left / A_MINUTE))))
    }

    /** The pairing is over without a key; `words` say why. */
    #end(words: string): void {
        this.#over?.abort()
        const had = this.#host.contains(document.activeElement)
        this.#settle(words, words === "" || this.#why in LABELS ? undefined : WORDS.anew)
        if (had) this.#pair.focus()
    }

    /** As before a pairing began; nothing of one stays on the page. */
    #settle(words: string, label: string = LABELS[this.#why] ?? WORDS.pair): void {
        this.#link.removeAttribute("href")
        const address = find("#own-address", HTMLInputElement)
        address.value = ""
        address.hidden = true
        put("#own-code", "")
        put("#own-said", words)
        put("#own-pair", label)
        find("#own-pairing", HTMLElement).hidden = this.#stop.hidden = true
        this.#pair.hidden = false
    }

    async #copy(): Promise<void> {
        try {
            await navigator.clipboard.writeText(this.#link.href)
            put("#own-said", WORDS.copied)
        } catch {
            const address = find("#own-address", HTMLInputElement)
            address.hidden = false
            address.select()
            put("#own-said", WORDS.copyFailed)
        }
    }
}

function put(selector: string, words: string): void { find(selector, HTMLElement).textContent = words }
