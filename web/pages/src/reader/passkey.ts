/** "Open with your passkey": one touch signs in and unlocks, where this browser knows the passkey. */

import { CryptoError } from "@letterlock/crypto"
import { find, Problem, say } from "@letterlock/kit"
import { enterByPasskey, forgetHint, getHint, NoSlot } from "@letterlock/kit/own/index"
import { PasskeyRefused } from "@letterlock/kit/webauthn"

import { busy, excuse, type Page, trouble } from "./page.ts"

export class PasskeyEntry {
    readonly #page: Page
    readonly #form = find("#passkey", HTMLFormElement)
    readonly #ask = find("#ask", HTMLFormElement)

    /** @param entered - Called when the session has begun; resolves when the letter is open, or something else is shown. */
    constructor(page: Page, entered: () => Promise<void>) {
        this.#page = page
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(this.#form, () => this.#enter(entered))
        })
        find("#by-code", HTMLButtonElement).addEventListener("click", () => {
            this.#offer(false)
            find("input:not([hidden])", HTMLInputElement, this.#ask).focus()
        })
    }

    /** Show what somebody who is not signed in begins with: the passkey that is known here, or a code. */
    show(): void { this.#offer(this.isKnown) }

    /** Somebody else reads, or it is not at hand. */
    hide(): void { this.#offer(false) }

    get isKnown(): boolean {
        return "PublicKeyCredential" in globalThis && getHint(this.#page.ownDesk.rp) !== null
    }

    #offer(passkey: boolean): void {
        this.#form.hidden = !passkey
        this.#ask.hidden = passkey
        trouble(this.#form, null)
    }

    async #enter(entered: () => Promise<void>): Promise<void> {
        trouble(this.#form, null)
        try {
            await enterByPasskey(this.#page.ownDesk)
        } catch (error) {
            // Signed in, and the key did not open by it: the letter itself says what does.
            if (error instanceof CryptoError || error instanceof NoSlot) await entered()
            else this.#explain(error)
            return
        }
        await entered()
    }

    #explain(error: unknown): void {
        if (error instanceof PasskeyRefused) trouble(this.#form, error.sentence)
        else if (error instanceof Problem && error.code === "passkey-refused") {
            forgetHint()
            this.#offer(false)
            trouble(this.#ask, say("unlock.refused"))
        } else trouble(this.#form, excuse(this.#page.letter, error))
    }
}
