/** "Enter your code": one field, shown 4-4, and another code after a minute. */

import { clock, find, isWhole, newKey, Problem, say, sayTriesLeft, showCode } from "@letterlock/kit"

import { shapeCode } from "../unlock/code-field.ts"
import type { Asked } from "./ask.ts"
import { forget, remember } from "./asked.ts"
import { announce, busy, excuse, fault, type Page, showStage, trouble } from "./page.ts"

const PAUSE = 60_000   // milliseconds before another code may be asked for

/** The stage of one code; `begin` starts it anew for each code that was sent. */
export class CodeEntry {
    readonly #page: Page
    readonly #entered: () => Promise<void>
    readonly #form = find("#enter", HTMLFormElement)
    readonly #field = find("#code", HTMLInputElement)
    readonly #error = find("#code-e", HTMLElement)
    readonly #again = find("#again", HTMLButtonElement)
    #asked: Asked | null = null
    #timer: ReturnType<typeof setTimeout> | undefined

    /** @param entered - Called when the session has begun; resolves when the letter is open or refused. */
    constructor(page: Page, entered: () => Promise<void>) {
        this.#page = page
        this.#entered = entered
        this.#field.addEventListener("input", () => { this.#show() })
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(this.#form, () => this.#submit())
        })
        this.#again.addEventListener("click", () => { void busy(this.#form, () => this.#sendAnother()) })
    }

    begin(asked: Asked): void {
        this.#reset(asked)
        showStage("code", this.#field)
    }

    #reset(asked: Asked): void {
        this.#asked = asked
        remember(this.#page.letter.id, asked)
        const text = say("code.sent", { address: asked.address, from: this.#page.letter.codeFrom })
        find("#code-sent", HTMLElement).textContent = text
        announce(text)
        this.#field.value = ""
        fault(this.#field, this.#error, null)
        trouble(this.#form, null)
        find("#code-until", HTMLElement).textContent = say("code.until", { time: clock(asked.expires) })
        this.#offerAnother(PAUSE)
    }

    /** After `pause` milliseconds; until then say from when. */
    #offerAnother(pause: number): void {
        clearTimeout(this.#timer)
        const hint = find("#code-again-h", HTMLElement)
        this.#again.hidden = pause > 0 || this.#asked?.again === null
        if (this.#asked?.again === null) {
            hint.textContent = say("code.again.typed")
            return
        }
        const from = new Date(Date.now() + pause + 59_999)   // the clock shows minutes: never a minute too early
        hint.textContent = pause > 0 ? say("code.again.from", { time: clock(from) }) : say("code.again.now")
        if (pause > 0) this.#timer = setTimeout(() => { this.#offerAnother(0) }, pause)
    }

    /** Shape what is typed without moving the cursor off its character. */
    #show(): void {
        shapeCode(this.#field)
        fault(this.#field, this.#error, null)
    }

    async #submit(): Promise<void> {
        trouble(this.#form, null)
        if (!isWhole(this.#field.value)) {
            this.#refuse(say("code.short"))
            return
        }
        try {
            await this.#page.api.post("/sessions", { body: { code: showCode(this.#field.value) }, key: newKey() })
        } catch (error) {
            this.#explain(error)
            return
        }
        this.#field.value = ""
        forget(this.#page.letter.id)
        await this.#entered()
    }

    #explain(error: unknown): void {
        if (error instanceof Problem && error.code === "wrong-code") {
            const left = Number(error.facts["tries_left"])
            if (left > 0) {
                this.#refuse(sayTriesLeft(left))
                return
            }
        }
        if (error instanceof Problem && (error.code === "wrong-code" || error.code === "code-gone")) {
            this.#refuse(say("code.gone"))
            forget(this.#page.letter.id)
            this.#offerAnother(0)
        } else trouble(this.#form, excuse(this.#page.letter, error))
    }

    #refuse(text: string): void {
        fault(this.#field, this.#error, text)
        announce(text)
        this.#field.focus()
        this.#field.select()
    }

    async #sendAnother(): Promise<void> {
        const again = this.#asked?.again ?? null
        if (again === null) return
        try {
            this.#reset(await again())
            this.#field.focus()
        } catch (error) {
            trouble(this.#form, excuse(this.#page.letter, error))
        }
    }
}
