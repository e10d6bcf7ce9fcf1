/** What a reader could do to a letter, and what can be seen of it. */

const HTML = "http://www.w3.org/1999/xhtml"
const OFF_PAGE = /^(?:https?:|mailto:)/u

/** The elements of a document that fit; asked of our own, since a letter may have taken its names. */
function all(inner: Document, selector: string): Element[] {
    const walker = document.createTreeWalker(inner, NodeFilter.SHOW_ELEMENT)
    const found: Element[] = []
    while (walker.nextNode() !== null) found.push(walker.currentNode as Element)
    return found.filter((one) => one.matches(selector))
}

/** Point at, enter and press everything but ordinary links: to follow one is the reader's own act. */
export function poke(inner: Document): void {
    const view = inner.defaultView
    if (view === null) return
    for (const one of all(inner, "*")) {
        for (const kind of ["mouseover", "mousemove"]) one.dispatchEvent(new MouseEvent(kind, { bubbles: true }))
        one.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }))
        if ("focus" in one) (one as HTMLElement).focus({ preventScroll: true })
        one.scrollTop = 5
        if (isOrdinaryLink(one)) continue
        if ("click" in one) (one as HTMLElement).click()
        else one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }))
    }
}

/** A link out of the page, into a tab that learns nothing of ours. */
function isOrdinaryLink(one: Element): boolean {
    const { rel, target } = { rel: one.getAttribute("rel"), target: one.getAttribute("target") }
    return one.localName === "a" && rel === "noopener noreferrer" && target === "_blank"
        && one.getAttribute("ping") === null && OFF_PAGE.test(one.getAttribute("href") ?? "")
}

/** What of the frame's own names an element of the letter answers to now. */
export function takenFrom(inner: Document): string[] {
    const taken: string[] = []
    for (const one of all(inner, "[id], [name]")) {
        for (const name of [one.id, one.getAttribute("name") ?? ""].filter((name) => typeof name === "string" && name !== "")) {
            const places = { document: inner, window: inner.defaultView, form: one.closest("form") }
            for (const [place, holder] of Object.entries(places)) {
                if (holder !== null && answers(holder, name, one)) taken.push(`${place}.${name}`)
            }
        }
    }
    return taken
}

/** Whether `holder[name]` is `one`, its window, or a list with it. */
function answers(holder: object, name: string, one: Element): boolean {
    const found = (holder as Record<string, unknown>)[name]
    if (found === one || (one.localName === "iframe" && found === (one as HTMLIFrameElement).contentWindow)) return true
    return typeof found === "object" && found !== null && "item" in found && Array.from(found as NodeListOf<Element>).includes(one)
}

/** Elements and attributes inside the letter; of another namespace with that before them. */
export function keptOf(inner: Document): string[] {
    const kept = new Set<string>()
    for (const one of all(inner, ".letter *")) {
        const name = one.namespaceURI === HTML ? one.localName : `${one.namespaceURI ?? ""} ${one.localName}`
        kept.add(name)
        for (const attribute of one.getAttributeNames()) kept.add(`${name}[${attribute}]`)   // `attributes` may be a field of that name
    }
    return [...kept]
}
