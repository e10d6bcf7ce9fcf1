/** The recovery code on its slip: shown, printed, copied, and two groups of it typed back. */

import { dayMonth, element, find, say } from "@letterlock/kit"
import { groupsOf, isTypedBack, pickGroups, type Picks } from "@letterlock/kit/own/index"

import { announce } from "./page.ts"

/** The one slip of the page; it stands where a code is made. */
export class Slip {
    readonly #host = find("#slip", HTMLElement)
    readonly #copied = find("#copied", HTMLElement)
    readonly #fields = [find("#group-1", HTMLInputElement), find("#group-2", HTMLInputElement)] as const
    #code = ""
    #picks: Picks = [0, 1]

    constructor() {
        find("#print", HTMLButtonElement).addEventListener("click", () => { window.print() })
        find("#copy", HTMLButtonElement).addEventListener("click", () => { void this.#copy() })
    }

    /** Put a code onto the slip, in `place`, and ask for two groups of it. */
    show(code: string, place: HTMLElement): void {
        this.#code = code
        this.#picks = pickGroups(groupsOf(code).length)
        const heading = place.querySelector("h2")
        if (heading === null) place.prepend(this.#host)
        else heading.after(this.#host)
        this.#host.hidden = false
        this.#copied.textContent = ""
        find("#slip-made", HTMLElement).textContent = say("key.code.made", { date: `${dayMonth(new Date())} ${new Date().getFullYear()}` })
        find("#slip-code", HTMLElement).replaceChildren(...groupsOf(code).map((group) => element("li", {}, group)))
        const [first, second] = this.#numbers()
        find("#groups-l", HTMLElement).textContent = say("key.code.ask", { first, second })
        for (const [at, field] of this.#fields.entries()) {
            field.value = ""
            field.setAttribute("aria-label", say("key.code.group", { n: at === 0 ? first : second }))
        }
        this.fault(null)
    }

    /** Nothing of a code stays on the page. */
    clear(): void {
        this.#code = ""
        this.#host.hidden = true
        find("#slip-code", HTMLElement).replaceChildren()
        for (const field of this.#fields) field.value = ""
    }

    /** Whether both groups are there as they stand on the slip. */
    get isTyped(): boolean {
        const [first, second] = this.#fields
        return this.#code !== "" && isTypedBack(this.#code, this.#picks, [first.value, second.value])
    }

    /** Say which group is not right, and go there. */
    refuse(): void {
        const wrong = this.#fields.map(({ value }, at) => value.replace(/[\s-]/gu, "").toUpperCase() !== groupsOf(this.#code)[this.#picks[at] ?? 0])
        const [first, second] = this.#numbers()
        this.fault(wrong[0] === wrong[1] ? say("key.code.wrong.both", { first, second }) : say("key.code.wrong", { n: wrong[0] === true ? first : second }))
        const field = wrong[0] === true ? this.#fields[0] : this.#fields[1]
        field.focus()
    }

    /** Under the two fields; null takes it away. */
    fault(words: string | null): void {
        const error = find("#groups-e", HTMLElement)
        error.hidden = words === null
        find("span", HTMLSpanElement, error).textContent = words ?? ""
        for (const field of this.#fields) {
            if (words === null) field.removeAttribute("aria-invalid")
            else field.setAttribute("aria-invalid", "true")
        }
        if (words !== null) announce(words)
    }

    #numbers(): readonly [number, number] {
        return [this.#picks[0] + 1, this.#picks[1] + 1]
    }

    async #copy(): Promise<void> {
        const copied = await navigator.clipboard.writeText(this.#code).then(() => true, () => false)
        this.#copied.textContent = say(copied ? "key.code.copied" : "key.code.uncopied")
    }
}
