/** Elements without innerHTML: what a mail says is never markup here. */

type Child = Node | string

/** An element with properties and children; `class` and `data-`/`aria-` names are attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(
    tag: K, attributes: Readonly<Record<string, string | boolean>> = {}, ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) {
        if (value === true) made.setAttribute(name, "")
        else if (value !== false) made.setAttribute(name, value)
    }
    made.append(...children)
    return made
}

/** A button that does one thing. */
export function button(label: string, action: () => void, attributes: Readonly<Record<string, string>> = {}): HTMLButtonElement {
    const made = el("button", { type: "button", ...attributes }, label)
    made.addEventListener("click", action)
    return made
}

/** The element of an id the page is known to have. */
export function need(id: string): HTMLElement {
    const found = document.getElementById(id)
    if (found === null) throw new Error(`the page has no ${id}`)
    return found
}

/** Say something to everybody, screen readers included. */
export function announce(text: string): void {
    need("news").textContent = text
}

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" })

/** A moment, in the reader's own zone. */
export const moment = (iso: string): string => day.format(new Date(iso))
