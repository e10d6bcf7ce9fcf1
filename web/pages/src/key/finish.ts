/** The third step's form: the slip, two groups of it typed back, a password once more, the box, "Finish". */

import { find, say } from "@letterlock/kit"

import { announce, fault, progress, trouble } from "./page.ts"
import { clearPassword, startShowing } from "./password.ts"
import type { Slip } from "./slip.ts"
import { type Run, until } from "./waiting.ts"

export class Finish {
    readonly #slip: Slip
    readonly #form = find("#finish", HTMLFormElement)
    readonly #button = find("#finish button[type=submit]", HTMLButtonElement)
    readonly #box = find("#understood", HTMLInputElement)
    readonly #again = find("#again", HTMLInputElement)
    #asksPassword = false
    #pressed: (() => void) | null = null

    constructor(slip: Slip) {
        this.#slip = slip
        startShowing(this.#again)
        this.#form.addEventListener("input", () => { this.#shape() })
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault()
            if (this.#pressed !== null && this.#isWhole()) this.#pressed()
        })
    }

    /** Show the code; resolves when "Finish" was pressed and all is there. */
    async keep(run: Run, code: string, asksPassword: boolean): Promise<void> {
        this.#asksPassword = asksPassword
        find("#again-fld", HTMLElement).hidden = !asksPassword
        this.#box.checked = false
        clearPassword(this.#again)
        fault(this.#again, null)
        this.#slip.show(code, this.#form)
        this.#shape()
        await this.#next(run)
    }

    /** The password as it was typed once more; asked again where it was not the same. */
    async password(run: Run, tries: number): Promise<string> {
        if (tries > 1) {
            progress(run.place, "")
            clearPassword(this.#again)
            fault(this.#again, say("key.password.other"))
            await this.#next(run)
        }
        return this.#again.value
    }

    /** Nothing of code or password stays on the page. */
    clear(): void {
        this.#pressed = null
        this.#slip.clear()
        clearPassword(this.#again)
    }

    async #next(run: Run): Promise<void> {
        this.#hold(false)
        await until<undefined>(run, (resolve) => { this.#pressed = () => { resolve(undefined) } })
        this.#pressed = null
        this.#hold(true)
        trouble(run.place, null)
        progress(run.place, say("key.trying"))
    }

    /** While it is at work nothing of the form can be changed. */
    #hold(held: boolean): void {
        for (const field of this.#form.querySelectorAll("input")) field.readOnly = held
        this.#box.disabled = held
        this.#shape()
    }

    #shape(): void {
        const ready = this.#slip.isTyped && this.#box.checked && (!this.#asksPassword || this.#again.value !== "") && !this.#box.disabled
        if (ready) this.#button.removeAttribute("aria-disabled")
        else this.#button.setAttribute("aria-disabled", "true")
        find("#finish-h", HTMLElement).hidden = ready || this.#box.disabled
    }

    /** Whether all is there; else the first that is not says so. */
    #isWhole(): boolean {
        this.#slip.fault(null)
        fault(this.#again, null)
        if (!this.#slip.isTyped) this.#slip.refuse()
        else if (this.#asksPassword && this.#again.value === "") fault(this.#again, say("key.password.again"))
        else if (!this.#box.checked) {
            announce(say("key.code.tick"))
            this.#box.focus()
        } else return true
        return false
    }
}
