/** The firm's looks: the form, and a preview in shades that the server has worked out. */

import { type Api, find, members, say, text } from "@letterlock/kit"

import { fault } from "./form.ts"
import { type Looks, LOOKS } from "./state.ts"

const COLOUR = /^#[\da-f]{6}$/iu
const SHADES = {
    "1": "firm_1", "2": "firm_2", fill: "fill", on: "on", edge: "edge", text: "text",
    "fill-dark": "fill_dark", "on-dark": "on_dark", "text-dark": "text_dark",
} as const

export class Brand {
    readonly #api: Api
    #asked = ""

    constructor(api: Api) {
        this.#api = api
        for (const number of [1, 2]) this.#join(input(`firm_${String(number)}`), input(`pick_${String(number)}`))
        input("name").addEventListener("input", () => { showName(input("name").value) })
    }

    /** Fill the form, unless somebody is in it. */
    show(looks: Looks, done: boolean): void {
        if (find("#brand", HTMLElement).contains(document.activeElement)) return
        for (const name of LOOKS) control(name).value = looks[name]
        if (!done) control("zone").value = ownZone() ?? looks.zone
        for (const number of ["1", "2"]) input(`pick_${number}`).value = input(`firm_${number}`).value
        showName(looks.name)
        void this.#preview()
    }

    /** What stands in the form; null if a colour is none, which is then said. */
    read(): Looks | null {
        for (const name of LOOKS) if (name !== "zone") fault(name, null)
        for (const name of ["firm_2", "firm_1"]) {
            if (!COLOUR.test(input(name).value)) {
                fault(name, say("set-up.field.colour"))
                return null
            }
        }
        return Object.fromEntries(LOOKS.map((name) => [name, control(name).value])) as Looks
    }

    #join(typed: HTMLInputElement, picked: HTMLInputElement): void {
        picked.addEventListener("input", () => {
            typed.value = picked.value
            void this.#preview()
        })
        typed.addEventListener("input", () => {
            if (!COLOUR.test(typed.value)) return
            fault(typed.id, null)
            picked.value = typed.value.toLowerCase()
            void this.#preview()
        })
    }

    async #preview(): Promise<void> {
        const [first, second] = [input("firm_1").value, input("firm_2").value]
        if (!COLOUR.test(first) || !COLOUR.test(second)) return
        const query = new URLSearchParams({ firm_1: first, firm_2: second }).toString()
        this.#asked = query
        const shades = members(await this.#api.get(`/shades?${query}`).catch(() => null) ?? {})
        if (this.#asked !== query || !("fill" in shades)) return   // overtaken, or not reached: the form still says all
        const { style } = find("#preview", HTMLElement)
        for (const [name, key] of Object.entries(SHADES)) style.setProperty(`--p-${name}`, text(shades, key))
        find("#shades", HTMLElement).textContent = shadeWords(first.toLowerCase(), (key) => text(shades, key))
    }
}

function shadeWords(first: string, shade: (key: string) => string): string {
    const [fill, words, lit, dark] = [shade("fill"), shade("text"), shade("fill_dark"), shade("text_dark")]
    const same = [fill, words].every((one) => one === first)
    return same ? say("set-up.shades.same") : say("set-up.shades.other", { fill, text: words, lit, dark })
}

function showName(name: string): void {
    for (const line of document.querySelectorAll("#preview .name")) line.textContent = name
}

const input = (name: string): HTMLInputElement => find(`#${name}`, HTMLInputElement)

function control(name: string): HTMLInputElement | HTMLSelectElement {
    return name === "zone" ? find("#zone", HTMLSelectElement) : input(name)
}

/** The browser's own zone, if it is on the list. */
function ownZone(): string | null {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    const known = [...find("#zone", HTMLSelectElement).options].some(({ value }) => value === timeZone)
    return known ? timeZone : null
}
