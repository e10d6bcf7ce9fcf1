/** The letters to choose from: all ticked, oldest first. */

import { element, find, say, shortDate } from "@letterlock/kit"
import type { Entry } from "@letterlock/kit/reading/thread"

/** List them; `asked` is the letter from which the person came. */
export function showChoice(entries: readonly Entry[], asked: string): void {
    find("#letters", HTMLUListElement).replaceChildren(...entries.map((entry) => row(entry, asked)))
    find("#letters", HTMLUListElement).addEventListener("change", () => { sayNone(false) })
}

/** Ids of the ticked letters, in their order; with none it says so. */
export function chosenLetters(): string[] {
    const boxes = [...document.querySelectorAll<HTMLInputElement>("#letters input:checked")]
    sayNone(boxes.length === 0)
    if (boxes.length === 0) document.querySelector<HTMLInputElement>("#letters input")?.focus()
    return boxes.map(({ value }) => value)
}

function row({ id, sender, sentAt, mine }: Entry, asked: string): HTMLLIElement {
    const box = element("input", { type: "checkbox", value: id, checked: "", "aria-describedby": "none" })
    const name = mine ? say("thread.mine") : sender.name
    const who = element(id === asked ? "b" : "span", {}, name)
    const when = element("span", { class: "when" }, shortDate(sentAt))
    return element("li", {}, element("label", {}, box, element("span", {}, who, when)))
}

function sayNone(none: boolean): void {
    const error = find("#none", HTMLElement)
    error.hidden = !none
    find("span", HTMLSpanElement, error).textContent = none ? say("export.none") : ""
}
