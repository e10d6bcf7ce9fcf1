/** The field To: addresses are taken on Enter, comma, semicolon, when it is left, and when a list is pasted. */

import { find, parseAddresses, type Person, say } from "@letterlock/kit"

export interface PeopleField {
    /** Take what is typed, as on Enter. Whether the field is empty then. */
    readonly take: () => boolean
    readonly clear: () => void
    readonly focus: () => void
}

export interface PeopleWish {
    readonly add: (people: readonly Person[]) => void
    readonly removeLast: () => void
}

export function createPeopleField(wish: PeopleWish): PeopleField {
    const input = find("#to", HTMLInputElement)
    const fault = find("#to-fault", HTMLElement)
    const say_ = (text: string): void => {
        fault.textContent = text
        if (text === "") input.removeAttribute("aria-invalid")
        else input.setAttribute("aria-invalid", "true")
    }
    const take = (): boolean => {
        const { people, refused } = parseAddresses(input.value)
        if (people.length > 0) wish.add(people)
        input.value = refused.join("; ")
        say_(refused.length === 0 ? "" : say("pane.to.invalid", { text: refused.join("; ") }))
        return refused.length === 0
    }
    input.addEventListener("keydown", (event) => {
        if (event.isComposing || input.readOnly) return
        if (event.key === "Enter" || event.key === "," || event.key === ";") {
            if (event.key !== "Enter" && insideQuotes(input)) return
            event.preventDefault()
            take()
        } else if (event.key === "Backspace" && input.value === "") wish.removeLast()
    })
    input.addEventListener("input", () => { say_("") })
    input.addEventListener("blur", () => { take() })
    input.addEventListener("paste", (event) => {
        const pasted = event.clipboardData?.getData("text/plain") ?? ""
        if (input.readOnly || parseAddresses(pasted).people.length === 0) return
        event.preventDefault()
        input.value = [input.value, pasted].filter((one) => one.trim() !== "").join("; ")
        take()
    })
    return {
        take,
        clear: () => { input.value = ""; say_("") },
        focus: () => { input.focus() },
    }
}

/** "Okafor, Maya" <…>: a comma inside quotes belongs to the name. */
const insideQuotes = (input: HTMLInputElement): boolean =>
    (input.value.slice(0, input.selectionStart ?? input.value.length).split('"').length - 1) % 2 === 1
