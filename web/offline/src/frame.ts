/**
 * The frame of a letter's text, as kit/src/frame.ts has it, but without a server: its document stands in the page
 * (reader.html), with a policy of its own under the page's. web/build.mjs puts this file in the place of the kit's.
 */

import { element, find } from "@letterlock/kit/dom"
import { fitTables, letterText } from "@letterlock/kit/letter"

type LetterFrame = import("@letterlock/kit/frame").LetterFrame
type Printed = import("@letterlock/kit/frame").Printed

/** As `fillFrame` of the kit. */
export async function fillFrame(place: HTMLElement, title: string, html: string, printed: Printed): Promise<LetterFrame> {
    const { frame, inner, window } = await emptyFrame(place, title)
    const head = element("div", { class: "printed" }, element("div", {}, printed.line), element("h1", {}, printed.subject))
    inner.body.replaceChildren(inner.adoptNode(head), inner.adoptNode(letterText(html)))
    const fit = (): void => {
        fitTables(inner)
        frame.style.height = `${String(Math.ceil(inner.documentElement.getBoundingClientRect().height) + 2)}px`
    }
    const watch = new ResizeObserver(fit)
    watch.observe(inner.documentElement)
    fit()
    return {
        window,
        print: () => { window.print() },
        close: () => {
            watch.disconnect()
            inner.body.replaceChildren()
            frame.remove()
        },
    }
}

async function emptyFrame(
    place: HTMLElement, title: string,
): Promise<{ frame: HTMLIFrameElement; inner: Document; window: Window }> {
    // A copy keeps `srcdoc` as it stands in the page; writing one is what Trusted Types forbid.
    const frame = find("iframe", HTMLIFrameElement, find("#letter-frame", HTMLTemplateElement).content).cloneNode() as HTMLIFrameElement
    frame.title = title
    const loaded = new Promise<void>((resolve) => { frame.addEventListener("load", () => { resolve() }, { once: true }) })
    place.replaceChildren(frame)
    await loaded
    const { contentDocument: inner, contentWindow: window } = frame
    if (inner?.URL !== "about:srcdoc" || window === null) throw new Error("the frame did not load")
    return { frame, inner, window }
}
