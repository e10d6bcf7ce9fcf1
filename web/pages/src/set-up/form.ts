/** What the five forms share: saying what is wrong, in its place, and one thing at a time. */

import { find, Problem, say, Unreachable } from "@letterlock/kit"

export const announce = (words: string): void => { find("#said", HTMLElement).textContent = words }

/** Say in a note that something did not work; null takes it away. */
export function trouble(note: HTMLElement, words: string | null): void {
    note.hidden = words === null
    find("p", HTMLParagraphElement, note).textContent = words ?? ""
    if (words !== null) announce(words)
}

/** Say under a field what is wrong with it, and go there; null says that nothing is. */
export function fault(name: string, words: string | null): void {
    const error = find(`#${name}-e`, HTMLElement)
    const input = find(`#${name}`, HTMLInputElement)
    error.hidden = words === null
    find("span", HTMLSpanElement, error).textContent = words ?? ""
    input.ariaInvalid = words === null ? null : "true"
    if (words === null) return
    input.focus()
    announce(words)
}

/** The sentence for a call that failed. */
export function excuse(error: unknown): string {
    if (error instanceof Unreachable) return say("reach.offline", { host: location.host })
    if (!(error instanceof Problem)) return say("set-up.fault")
    if (error.status === 401) return say("set-up.session")
    return error.status < 500 && error.detail !== "" ? error.detail : say("set-up.fault")
}

/** Run one thing at a time for a control or form; what fails goes to `failed`. */
export async function busy(control: HTMLElement, work: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    if (control.ariaBusy === "true") return
    control.ariaBusy = "true"
    try {
        await work()
    } catch (error) {
        failed(error)
    } finally {
        control.ariaBusy = null
    }
}
