/** A code by mail within the step that needs it: what changes a key asks for the mailbox again. */

import { clock, find, isWhole, members, moment, Problem, say, sayTriesLeft, showCode } from "@letterlock/kit"

import { shapeCode } from "../unlock/code-field.ts"
import { busy, excuse, fault, type KeyPage, trouble } from "./page.ts"

const PAUSE = 60_000   // milliseconds before another code may be asked for

/** What makes a session fresh (enrolment.md section 1), in the step that needs it. */
export interface Fresh {
    /** Before anything is made: whether the steps may begin. If not, `place` says what comes first. */
    readonly first: (place: HTMLElement) => Promise<boolean>
    /** Ask in `place`; resolves when it was proved. Nothing else of the page is touched. */
    readonly prove: (place: HTMLElement, signal: AbortSignal) => Promise<void>
}

/** The one form of the page; it stands in the step that waits for it. */
export class FreshCode implements Fresh {
    readonly #page: KeyPage
    readonly #form = find("#fresh", HTMLFormElement)
    readonly #field = find("#fresh-code", HTMLInputElement)
    readonly #send = find("#fresh-send", HTMLButtonElement)
    readonly #typing = find("#fresh-typing", HTMLElement)
    readonly #home = find("#fresh-home", HTMLElement)
    #proved: (() => void) | null = null
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(page: KeyPage) {
        this.#page = page
        this.#field.addEventListener("input", () => {
            shapeCode(this.#field)
            fault(this.#field, null)
        })
        this.#send.addEventListener("click", () => { void busy(this.#send, () => this.#ask()) })
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(this.#form, () => this.#submit())
        })
    }

    /** A code is typed in the midst of any step. */
    first = (): Promise<boolean> => Promise.resolve(true)

    async prove(place: HTMLElement, signal: AbortSignal): Promise<void> {
        signal.throwIfAborted()
        this.#reset(place)
        try {
            await new Promise<void>((resolve, reject) => {
                this.#proved = resolve
                signal.addEventListener("abort", () => { reject(signal.reason as Error) }, { once: true })
            })
        } finally {
            clearTimeout(this.#timer)
            this.#proved = null
            this.#form.hidden = true
            this.#home.append(this.#form)
        }
    }

    #reset(place: HTMLElement): void {
        place.append(this.#form)
        this.#form.hidden = false
        this.#typing.hidden = true
        this.#send.hidden = false
        this.#field.value = ""
        trouble(this.#form, null)
        find("#fresh-why", HTMLElement).textContent = say("key.fresh.why", { address: this.#page.address })
        this.#form.scrollIntoView({ block: "center" })
        this.#send.focus()
    }

    async #ask(): Promise<void> {
        trouble(this.#form, null)
        try {
            const expires = moment(members(await this.#page.api.post("/sessions/current/codes")), "expires")
            const { address, codeFrom: from } = this.#page
            find("#fresh-why", HTMLElement).textContent = say("key.fresh.sent", { address, from, time: clock(expires) })
            this.#typing.hidden = false
            this.#send.hidden = true
            this.#field.value = ""
            fault(this.#field, null)
            this.#field.focus()
            this.#timer = setTimeout(() => { this.#offerAnother() }, PAUSE)
        } catch (error) {
            const many = error instanceof Problem && error.code === "too-many"
            trouble(this.#form, many ? say("key.fresh.many") : excuse(error))
        }
    }

    #offerAnother(): void {
        clearTimeout(this.#timer)
        this.#send.hidden = false
    }

    async #submit(): Promise<void> {
        trouble(this.#form, null)
        if (this.#typing.hidden) return
        if (!isWhole(this.#field.value)) {
            fault(this.#field, say("code.short"))
            return
        }
        try {
            await this.#page.api.post("/sessions/current/code", { body: { code: showCode(this.#field.value) } })
            this.#proved?.()
        } catch (error) {
            this.#explain(error)
        }
    }

    #explain(error: unknown): void {
        const code = error instanceof Problem ? error.code : ""
        const left = error instanceof Problem ? Number(error.facts["tries_left"]) : 0
        if (code === "wrong-code" && left > 0) {
            fault(this.#field, sayTriesLeft(left))
        } else if (code === "wrong-code" || code === "code-gone") {
            fault(this.#field, say("key.fresh.gone"))
            this.#offerAnother()
        } else trouble(this.#form, excuse(error))
    }
}
