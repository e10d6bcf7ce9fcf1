/** A new password: how good it must be, and a button that shows it. */

import { fact, find, say, Unreachable, type WordKey } from "@letterlock/kit"

import { excuse, fault } from "./page.ts"

const LEAST = 12   // characters
const MOST = 1024   // bytes; docs/spec/keyslots.md section 3
const KINDS = 5   // different characters, at least
/** Guesses that a new password has to stand. */
export const GUESSES = 1e10   // a keyslot is guessed offline, one Argon2id each: years for a machine, months for ten

type Wrong = Extract<WordKey, `key.password.${string}`>

/** Whose password it is: name and address, which are no password. */
interface PasswordOwner {
    readonly name: string
    readonly address: string
}

/**
 * Whether a new password is good enough; otherwise what is wrong stands under its field.
 *
 * The lists of common ones come as a script of their own, when the first password is looked at.
 */
export async function isGood(field: HTMLInputElement, owner: PasswordOwner): Promise<boolean> {
    const { value } = field
    const words = await lookOver(value, owner).then((wrong) => wrong === null ? null : say(wrong), excuse)
    fault(field, words)
    return words === null && field.value === value
}

async function lookOver(password: string, owner: PasswordOwner): Promise<Wrong | null> {
    const wrong = weakness(password, owner)
    if (wrong !== null) return wrong
    const script = fact(find("#main", HTMLElement), "guesses")
    const { guesses } = await (import(script) as Promise<typeof import("./guesses.ts")>).catch(() => {
        throw new Unreachable("guesses.js")
    })
    return guesses(password.normalize("NFKC"), [owner.name, owner.address]) < GUESSES ? "key.password.common" : null
}

/** What can be said of a new password without lists, or null. */
export function weakness(password: string, owner: PasswordOwner): Wrong | null {
    const plain = password.normalize("NFKC")
    if (new TextEncoder().encode(plain).length > MOST) return "key.password.long"
    if (Array.from(plain.trim()).length < LEAST) return "key.password.short"
    const lower = plain.toLowerCase()
    const words = [owner.address, owner.address.split("@")[0] ?? "", owner.name].map((word) => word.toLowerCase()).filter((word) => word !== "")
    const rest = words.reduce((left, word) => left.replaceAll(word, ""), lower)
    if (Array.from(rest.trim()).length < LEAST - 4 && rest !== lower) return "key.password.own"
    return new Set(lower).size < KINDS ? "key.password.same" : null
}

/** Bring the button beside a password to life. */
export function startShowing(field: HTMLInputElement): void {
    const button = find(`[data-shows="${field.id}"]`, HTMLButtonElement)
    button.addEventListener("click", () => {
        const shown = field.type === "text"
        field.type = shown ? "password" : "text"
        button.textContent = say(shown ? "key.password.show" : "key.password.hide")
        button.setAttribute("aria-pressed", String(!shown))
    })
}

/** Empty it, and hide what is typed next. */
export function clearPassword(field: HTMLInputElement): void {
    field.value = ""
    if (field.type === "text") find(`[data-shows="${field.id}"]`, HTMLButtonElement).click()
}
