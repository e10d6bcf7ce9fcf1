/** "Unlock your key": by whatever of hers opens it, in the place that parts/unlock.html has on a page. */

import { find, Problem, say } from "@letterlock/kit"
import { fetchOwn, type OwnDesk, type OwnState, unlock, type Unlocking } from "@letterlock/kit/own/index"

import { isForStaff } from "./audience.ts"
import { busy, fault, note } from "./forms.ts"
import { unlockWords } from "./words.ts"

/** What the page around it does. */
export interface UnlockHost {
    readonly announce: (words: string) => void
    /** The key is open. Resolves when the page has gone on. */
    readonly opened: () => Promise<void>
    /** The session is over. */
    readonly over: () => void
    /** The sentence for a call that failed. */
    readonly excuse: (error: unknown) => string
}

const KINDS = ["passkey", "password", "recovery-code"] as const
const BUSY = { "passkey": "unlock.touch", "password": "unlock.stretching", "recovery-code": "unlock.trying" } as const

export class Unlock {
    readonly #desk: OwnDesk
    readonly #host: UnlockHost
    readonly #progress = find("#unlock-progress", HTMLElement)
    readonly #passkey = find("#unlock-passkey", HTMLFormElement)
    readonly #password = find("#unlock-password", HTMLFormElement)
    readonly #more = find("#unlock-more", HTMLDetailsElement)
    readonly #code = find("#unlock-code", HTMLFormElement)

    constructor(desk: OwnDesk, host: UnlockHost) {
        this.#desk = desk
        this.#host = host
        this.#listen(this.#passkey, () => ({ kind: "passkey" }))
        this.#listen(this.#password, (password) => ({ kind: "password", password }), "unlock.password.missing")
        this.#listen(this.#code, (code) => ({ kind: "recovery-code", code }), "unlock.code.missing")
    }

    /** Ask what she has, and show that. @param address - hers, for her password manager; may be empty. */
    async begin(address: string): Promise<void> {
        this.clear()
        find("[autocomplete=username]", HTMLInputElement, this.#password).value = address
        this.#say(say("unlock.looking"))
        try {
            this.#show(await fetchOwn(this.#desk))
        } catch (error) {
            if (isOver(error)) this.#host.over()
            else this.#say(unlockWords(error, "passkey")?.words ?? this.#host.excuse(error), true)
        }
    }

    /** Nothing that was typed stays on the page. */
    clear(): void {
        for (const form of this.#forms) {
            note(form, null)
            const field = fieldOf(form)
            if (field !== null) {
                field.value = ""
                fault(field, null)
            }
        }
        for (const part of [this.#passkey, this.#password, this.#more]) part.hidden = true
        this.#say("")
    }

    get #forms(): readonly HTMLFormElement[] { return [this.#passkey, this.#password, this.#code] }

    #show({ slots }: OwnState): void {
        const kinds = KINDS.filter((kind) => slots.some((slot) => slot.kind === kind))
        const touch = "PublicKeyCredential" in globalThis
        const [passkey, password] = [kinds.includes("passkey") && touch, kinds.includes("password")]
        this.#passkey.hidden = !passkey
        this.#password.hidden = !password
        find("button", HTMLButtonElement, this.#password).classList.toggle("pri", !passkey)
        this.#more.hidden = !kinds.includes("recovery-code")
        this.#more.open = !passkey && !password
        this.#say(kinds.length === 0 ? say(isForStaff() ? "staff.unlock.nothing" : "unlock.nothing") : kinds.includes("passkey") && !touch ? say("unlock.passkey.none") : "", kinds.length === 0)
    }

    #listen(form: HTMLFormElement, by: (typed: string) => Unlocking, missing?: "unlock.password.missing" | "unlock.code.missing"): void {
        const field = fieldOf(form)
        field?.addEventListener("input", () => { fault(field, null) })
        form.addEventListener("submit", (event) => {
            event.preventDefault()
            note(form, null)
            if (field !== null && missing !== undefined && field.value.trim() === "") this.#refuse(field, say(missing))
            else void busy(form, () => this.#open(form, by(field?.value ?? "")))
        })
    }

    async #open(form: HTMLFormElement, by: Unlocking): Promise<void> {
        this.#say(say(BUSY[by.kind]))
        try {
            await unlock(this.#desk, by)
        } catch (error) {
            this.#say("")
            this.#failed(form, error, by)
            return
        }
        this.clear()
        this.#host.announce(say("unlock.done"))
        await this.#host.opened()
    }

    #failed(form: HTMLFormElement, error: unknown, by: Unlocking): void {
        if (isOver(error)) {
            this.#host.over()
            return
        }
        const said = unlockWords(error, by.kind) ?? { words: this.#host.excuse(error), typed: false }
        const field = fieldOf(form)
        if (said.typed && field !== null) {
            this.#refuse(field, said.words)
            return
        }
        note(form, said.words)
        this.#host.announce(said.words)
    }

    #refuse(field: HTMLInputElement, words: string): void {
        fault(field, words)
        this.#host.announce(words)
        field.focus()
    }

    #say(words: string, care = false): void {
        this.#progress.hidden = words === ""
        this.#progress.textContent = words
        if (care) this.#host.announce(words)
    }
}

const fieldOf = (form: HTMLFormElement): HTMLInputElement | null => form.querySelector("input:not([autocomplete=username])")

const isOver = (error: unknown): boolean => error instanceof Problem && error.status === 401
