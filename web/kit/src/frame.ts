/** The frame that holds a letter's text: same origin, so that it can be measured and printed; never a script. */

import { element, find } from "./dom.ts"
import { fitTables, letterText } from "./letter.ts"

const EMPTY = "/frame"

/** What stands above the text on paper only. */
export interface Printed {
    readonly firm: string
    readonly line: string
    readonly subject: string
}

export interface LetterFrame {
    /** Where signs of life come from too. */
    readonly window: Window
    readonly print: () => void
    /** Take the letter off the page and out of its memory. */
    readonly close: () => void
}

/**
 * Put a letter into the frame that the template has in `place`; it grows with its text.
 *
 * @param title - Names the frame to screen readers.
 */
export async function fillFrame(place: HTMLElement, title: string, html: string, printed: Printed): Promise<LetterFrame> {
    const { frame, inner, window } = await emptyFrame(place, title)
    const head = element("div", { class: "printed" },
        element("div", {}, printed.firm), element("div", {}, printed.line), element("h1", {}, printed.subject))
    inner.body.replaceChildren(inner.adoptNode(head), inner.adoptNode(letterText(html)))
    inner.documentElement.lang = document.documentElement.lang
    inner.body.dataset["room"] = document.body.dataset["room"] ?? "portal"   // the pane's paper is Outlook's
    const stop = grow(frame, inner)
    return {
        window,
        print: () => { window.print() },
        close: () => {
            stop()
            inner.body.replaceChildren()
            newFrame(place, null)
        },
    }
}

interface Empty { readonly frame: HTMLIFrameElement; readonly inner: Document; readonly window: Window }

/** The frame's document: the house's empty page, with its own style sheet and no script. */
async function emptyFrame(place: HTMLElement, title: string): Promise<Empty> {
    const frame = newFrame(place, EMPTY)
    frame.title = title
    await new Promise<void>((resolve) => { frame.addEventListener("load", () => { resolve() }, { once: true }) })
    const { contentDocument: inner, contentWindow: window } = frame
    if (inner === null || window === null || new URL(inner.URL).pathname !== EMPTY) throw new Error("the frame did not load")
    return { frame, inner, window }
}

/** Another frame in the place of the one there is: one that goes to a second address leaves a step for Back. */
function newFrame(place: HTMLElement, src: string | null): HTMLIFrameElement {
    const old = find("iframe", HTMLIFrameElement, place)
    const frame = old.cloneNode() as HTMLIFrameElement
    for (const name of ["style", "src", "title"]) frame.removeAttribute(name)
    if (src !== null) frame.src = src
    old.replaceWith(frame)
    return frame
}

function grow(frame: HTMLIFrameElement, inner: Document): () => void {
    const fit = (): void => {
        fitTables(inner)
        frame.style.height = `${String(Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2)}px`
    }
    const watch = new ResizeObserver(fit)
    watch.observe(inner.documentElement)
    fit()
    return () => { watch.disconnect() }
}
