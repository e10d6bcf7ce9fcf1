/** The smallest parts of the bar. */

import { element, icon } from "../../dom.ts"

/** The field class of the room that the page is. */
export const fieldClass = (): string => document.body.dataset["room"] === "office" ? "flu" : "inp"

/** A button with a drawing; its words are its name and its tip. */
export function iconButton(drawing: string, words: string, act: () => void): HTMLButtonElement {
    const button = element("button", { class: "btn ic", type: "button", "aria-label": words, title: words }, icon(drawing))
    button.addEventListener("mousedown", (event) => { event.preventDefault() })   // keeps the selection
    button.addEventListener("click", act)
    return button
}

export function textButton(words: string, act: () => void): HTMLButtonElement {
    const button = element("button", { class: "btn", type: "button" }, words)
    button.addEventListener("click", act)
    return button
}

/** One stop for Tab, arrow keys inside (WAI-ARIA toolbar pattern). */
export function roam(bar: HTMLElement): void {
    const buttons = [...bar.querySelectorAll("button")]
    const stopAt = (chosen: HTMLButtonElement | undefined): void => {
        for (const button of buttons) button.tabIndex = button === chosen ? 0 : -1
    }
    stopAt(buttons[0])
    bar.addEventListener("keydown", (event) => {
        const at = buttons.findIndex((button) => button === document.activeElement)
        const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
        if (at < 0 || next === undefined) return
        event.preventDefault()
        const button = buttons.at(next % buttons.length)
        stopAt(button)
        button?.focus()
    })
}
