/** Forms of a page, one thing at a time, and what is said in them. */

import { find } from "@letterlock/kit"

/** Run one thing at a time per form; its button says so meanwhile. */
export async function busy(form: HTMLFormElement, work: () => Promise<void>): Promise<void> {
    if (form.getAttribute("aria-busy") === "true") return
    form.setAttribute("aria-busy", "true")
    const button = find("button[type=submit]", HTMLButtonElement, form)
    button.setAttribute("aria-disabled", "true")
    try {
        await work()
    } finally {
        button.removeAttribute("aria-disabled")
        form.removeAttribute("aria-busy")
    }
}

/** Say in a form's own place that it did not work; null takes it away. */
export function note(form: HTMLFormElement, words: string | null): void {
    const place = find("[data-trouble]", HTMLElement, form)
    place.hidden = words === null
    find("p", HTMLParagraphElement, place).textContent = words ?? ""
}

/** Say under a field what is wrong with it; null says that nothing is. */
export function fault(field: HTMLInputElement, words: string | null): void {
    const error = find(`#${field.id}-e`, HTMLElement)
    error.hidden = words === null
    find("span", HTMLSpanElement, error).textContent = words ?? ""
    if (words === null) field.removeAttribute("aria-invalid")
    else field.setAttribute("aria-invalid", "true")
}
