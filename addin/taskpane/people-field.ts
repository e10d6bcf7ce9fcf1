/** The field To: addresses are taken on Enter, comma, semicolon, when it is left, and when a list is pasted. */

import { find, parseAddresses, type Person, say } from "@letterlock/kit"

export interface PeopleWish {
    readonly add: (people: readonly Person[]) => void
    readonly removeLast: () => void
}

export class PeopleField {
    readonly #wish: PeopleWish
    readonly #input = find("#to", HTMLInputElement)
    readonly #fault = find("#to-fault", HTMLElement)

    constructor(wish: PeopleWish) {
        this.#wish = wish
        this.#input.addEventListener("keydown", (event) => { this.#press(event) })
        this.#input.addEventListener("input", () => { this.#say("") })
        this.#input.addEventListener("blur", () => { this.take() })
        this.#input.addEventListener("paste", (event) => { this.#paste(event) })
    }

    /** Take what is typed, as on Enter. Whether nothing is left that could not be read. */
    take(): boolean {
        const { people, refused } = parseAddresses(this.#input.value)
        if (people.length > 0) this.#wish.add(people)
        this.#input.value = refused.join("; ")
        this.#say(refused.length === 0 ? "" : say("pane.to.invalid", { text: refused.join("; ") }))
        return refused.length === 0
    }

    clear(): void {
        this.#input.value = ""
        this.#say("")
    }

    focus(): void {
        this.#input.focus()
    }

    #press(event: KeyboardEvent): void {
        const input = this.#input
        if (event.isComposing || input.readOnly) return
        if (event.key === "Enter" || event.key === "," || event.key === ";") {
            if (event.key !== "Enter" && insideQuotes(input)) return
            event.preventDefault()
            this.take()
        } else if (event.key === "Backspace" && input.value === "") this.#wish.removeLast()
    }

    #paste(event: ClipboardEvent): void {
        const pasted = event.clipboardData?.getData("text/plain") ?? ""
        if (this.#input.readOnly || parseAddresses(pasted).people.length === 0) return
        event.preventDefault()
        this.#input.value = [this.#input.value, pasted].filter((one) => one.trim() !== "").join("; ")
        this.take()
    }

    #say(text: string): void {
        this.#fault.textContent = text
        if (text === "") this.#input.removeAttribute("aria-invalid")
        else this.#input.setAttribute("aria-invalid", "true")
    }
}

/** "Okafor, Maya" <…>: a comma inside quotes belongs to the name. */
const insideQuotes = (input: HTMLInputElement): boolean =>
    (input.value.slice(0, input.selectionStart ?? input.value.length).split('"').length - 1) % 2 === 1
