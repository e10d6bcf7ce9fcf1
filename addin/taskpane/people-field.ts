/** The fields To and Bcc: addresses are taken on Enter, comma, semicolon, when it is left, and when a list is pasted. */

import { find, isForeign, parseAddresses, type Person, say } from "@letterlock/kit"

export interface PeopleWish {
    /** False when they are too many: then nobody was added. */
    readonly add: (people: readonly Person[]) => boolean
    readonly removeLast: () => void
}

export class PeopleField {
    readonly #wish: PeopleWish
    /** What is typed into. */
    readonly input: HTMLInputElement
    readonly #fault: HTMLElement

    /** @param id - Of the input; its line for what was not taken is `<id>-fault`. */
    constructor(id: string, wish: PeopleWish) {
        this.#wish = wish
        this.input = find(`#${id}`, HTMLInputElement)
        this.#fault = find(`#${id}-fault`, HTMLElement)
        this.input.addEventListener("keydown", (event) => { this.#press(event) })
        this.input.addEventListener("input", () => { this.#say("") })
        this.input.addEventListener("blur", () => { this.take() })
        this.input.addEventListener("paste", (event) => { this.#paste(event) })
    }

    /** Take what is typed, as on Enter. Whether nothing is left that could not be read. */
    take(): boolean {
        return this.#take(this.input.value)
    }

    #take(text: string): boolean {
        if (this.input.readOnly) return text === ""
        const { people, refused } = parseAddresses(text)
        const tooMany = people.length > 0 && !this.#wish.add(people)
        this.input.value = tooMany ? text.replace(/[\r\n]+/gu, "; ") : refused.join("; ")
        this.#say(tooMany ? say("pane.to.many") : refusedWords(refused))
        return !tooMany && refused.length === 0
    }

    clear(): void {
        this.input.value = ""
        this.#say("")
    }

    focus(): void {
        this.input.focus()
    }

    #press(event: KeyboardEvent): void {
        const input = this.input
        if (event.isComposing || input.readOnly) return
        if (event.key === "Enter" || event.key === "," || event.key === ";") {
            if (event.key !== "Enter" && insideQuotes(input)) return
            event.preventDefault()
            this.take()
        } else if (event.key === "Backspace" && input.value === "") this.#wish.removeLast()
    }

    #paste(event: ClipboardEvent): void {
        const pasted = event.clipboardData?.getData("text/plain") ?? ""
        const isList = /[\r\n]/u.test(pasted.trim()) || parseAddresses(pasted).people.length > 0
        if (this.input.readOnly || !isList) return
        event.preventDefault()
        // Parsed before it stands in the field, which drops line ends.
        this.#take([this.input.value, pasted].filter((one) => one.trim() !== "").join("\n"))
    }

    #say(text: string): void {
        this.#fault.textContent = text
        if (text === "") this.input.removeAttribute("aria-invalid")
        else this.input.setAttribute("aria-invalid", "true")
    }
}

const GLANCE = 60   // characters of a refused text that are repeated

/** What was not taken and why; empty when all was. */
export function refusedWords(refused: readonly string[]): string {
    if (refused.length === 0) return ""
    const characters = Array.from(refused.join("; "))
    const text = characters.length > GLANCE ? `${characters.slice(0, GLANCE - 1).join("")}…` : characters.join("")
    return say(refused.every(isForeign) ? "pane.to.foreign" : "pane.to.invalid", { text })
}

/** "Okafor, Maya" <…>: a comma inside quotes belongs to the name. */
const insideQuotes = (input: HTMLInputElement): boolean =>
    (input.value.slice(0, input.selectionStart ?? input.value.length).split('"').length - 1) % 2 === 1
