/** The frame that holds a letter's text: same origin, so that it can be measured and printed; never a script. */

import { element, find } from "@letterlock/kit"
import { sanitise } from "@letterlock/kit/sanitise"

const EMPTY = "/frame"

/** What stands above the text on paper only. */
export interface Printed {
    readonly firm: string
    readonly line: string
    readonly subject: string
}

/** Put a letter into the frame, and let the frame grow with it. Returns how to stop. */
export async function fillFrame(html: string, printed: Printed): Promise<() => void> {
    const { frame, inner } = await emptyFrame()
    const letter = element("div", { class: "letter" })
    letter.append(sanitise(html))
    const head = element("div", { class: "printed" },
        element("div", {}, printed.firm), element("div", {}, printed.line), element("h1", {}, printed.subject))
    inner.body.replaceChildren(inner.adoptNode(head), inner.adoptNode(letter))
    inner.documentElement.lang = document.documentElement.lang
    return grow(frame, inner)
}

/** Take the letter out of the frame and of the page's memory. */
export function blankFrame(): void {
    find("#frame", HTMLIFrameElement).contentDocument?.body.replaceChildren()
    newFrame(null)
}

/** The frame's document: the house's empty page, with its own style sheet and no script. */
async function emptyFrame(): Promise<{ frame: HTMLIFrameElement; inner: Document }> {
    const frame = newFrame(EMPTY)
    await new Promise<void>((resolve) => { frame.addEventListener("load", () => { resolve() }, { once: true }) })
    const inner = frame.contentDocument
    if (inner === null || new URL(inner.URL).pathname !== EMPTY) throw new Error("the frame did not load")
    return { frame, inner }
}

/** Another frame in the place of the one there is: one that goes to a second address leaves a step for Back. */
function newFrame(src: string | null): HTMLIFrameElement {
    const old = find("#frame", HTMLIFrameElement)
    old.removeAttribute("style")
    const frame = old.cloneNode() as HTMLIFrameElement
    if (src === null) frame.removeAttribute("src")
    else frame.src = src
    old.replaceWith(frame)
    return frame
}

function grow(frame: HTMLIFrameElement, inner: Document): () => void {
    const fit = (): void => { frame.style.height = `${String(Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2)}px` }
    const watch = new ResizeObserver(fit)
    watch.observe(inner.documentElement)
    fit()
    return () => { watch.disconnect() }
}
