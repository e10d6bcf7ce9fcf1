/** The forms below the list: another password, and a new recovery code that is typed back. */

import { find, focusOn, say } from "@letterlock/kit"
import type { MoreWay } from "@letterlock/kit/own/index"

import { busy, fault, type KeyPage } from "./page.ts"
import { clearPassword, isGood, startShowing } from "./password.ts"
import type { Slip } from "./slip.ts"
import { type Run, until } from "./waiting.ts"

export class More {
    readonly #page: KeyPage
    readonly #slip: Slip
    readonly #password = find("#more-password", HTMLFormElement)
    readonly #first = find("#another", HTMLInputElement)
    readonly #second = find("#another-again", HTMLInputElement)
    readonly #renew = find("#renew", HTMLFormElement)
    #taken: (() => void) | null = null

    constructor(page: KeyPage, slip: Slip) {
        this.#page = page
        this.#slip = slip
        for (const field of [this.#first, this.#second]) startShowing(field)
        this.#listen(this.#password, () => this.#isGood())
        this.#listen(this.#renew, () => {
            if (!slip.isTyped) slip.refuse()
            return Promise.resolve(slip.isTyped)
        })
        this.#renew.addEventListener("input", () => { slip.fault(null) })
    }

    /** Another password, typed twice. */
    async password(run: Run): Promise<MoreWay> {
        this.#password.hidden = false
        this.#first.focus()
        await this.#done(run)
        const password = this.#first.value
        this.#password.hidden = true
        return { kind: "password", password, name: say("key.password.name") }
    }

    /** Show a new code; resolves when two groups of it were typed back. */
    async code(run: Run, code: string): Promise<void> {
        this.#renew.hidden = false
        this.#slip.show(code, this.#renew)
        focusOn(find("h2", HTMLElement, this.#renew))
        await this.#done(run)
    }

    /** Nothing of a password or a code stays on the page. */
    clear(): void {
        this.#taken = null
        for (const form of [this.#password, this.#renew]) form.hidden = true
        for (const field of [this.#first, this.#second]) {
            clearPassword(field)
            fault(field, null)
        }
        this.#slip.clear()
    }

    async #done(run: Run): Promise<void> {
        await until<undefined>(run, (resolve) => { this.#taken = () => { resolve(undefined) } })
        this.#taken = null
    }

    #listen(form: HTMLFormElement, isFit: () => Promise<boolean>): void {
        form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(form, async () => { if (await isFit()) this.#taken?.() })
        })
    }

    async #isGood(): Promise<boolean> {
        fault(this.#second, null)
        if (!await isGood(this.#first, this.#page)) return false
        const same = this.#first.value === this.#second.value
        fault(this.#second, same ? null : say("key.password.differs"))
        return same
    }
}
