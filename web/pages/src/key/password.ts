/** A new password: how good it must be, and a button that shows it. */

import { find, say, type WordKey } from "@letterlock/kit"

const LEAST = 12   // characters
const MOST = 1024   // bytes; docs/spec/keyslots.md section 3
const KINDS = 5   // different characters, at least

type Wrong = Extract<WordKey, `key.password.${string}`>

/**
 * What is wrong with a new password, or null.
 *
 * @param owner - name and address, which are no password.
 */
export function weakness(password: string, owner: { readonly name: string; readonly address: string }): Wrong | null {
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
