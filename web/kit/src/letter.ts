/** A letter's text as it stands in a frame: each table in a region of its own, which scrolls where it is too wide. */

import { element } from "./dom.ts"
import { sanitise } from "./sanitise.ts"
import { say } from "./words.ts"

/** The text of a letter, to be adopted by the frame's document. */
export function letterText(html: string): HTMLElement {
    const letter = element("div", { class: "letter" })
    letter.append(sanitise(html))
    for (const table of [...letter.querySelectorAll("table")]) {
        if (table.parentElement?.closest("table") != null) continue
        const region = element("figure")   // a letter cannot bring one
        table.replaceWith(region)
        region.append(table)
    }
    return letter
}

/** Regions that scroll can be reached by keys and have a name; others are no stop for Tab. Called when the frame's width changes. */
export function fitTables(inner: Document): void {
    for (const [at, region] of [...inner.querySelectorAll("figure")].entries()) {
        const scrolls = region.scrollWidth > region.clientWidth
        if (scrolls === region.hasAttribute("tabindex")) continue
        const own = { tabindex: "0", role: "region", "aria-label": say("letter.table", { n: at + 1 }) }
        for (const [name, value] of Object.entries(own)) {
            if (scrolls) region.setAttribute(name, value)
            else region.removeAttribute(name)
        }
    }
}
