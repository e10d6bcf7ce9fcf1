/**
 * Make a letter's html safe to show (docs/spec/objects.md section 3.1).
 *
 * The sender's pane writes clean html, but a reader's browser trusts nobody: whoever holds the
 * sender's key could have signed anything. What is left here still goes into a frame without script.
 */

import DOMPurify, { type Config } from "dompurify"

import { LINK, LINK_ATTRIBUTES } from "./links.ts"
import { allowance } from "./pictures.ts"

/** Marks, lists, links, tables and pictures that stand in the text; nothing that loads, runs, styles, or takes a name in the page. */
export const RULES = {
    ALLOWED_TAGS: [
        "p", "br", "div", "span", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "pre", "code", "hr",
        "h1", "h2", "h3", "h4", "ul", "ol", "li", "a", "img",
        "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    ],
    ALLOWED_ATTR: ["href", "start", "colspan", "rowspan", "scope", "lang", "dir", "src", "alt"],
    ALLOWED_URI_REGEXP: LINK,
    ADD_URI_SAFE_ATTR: ["start", "colspan", "rowspan", "scope", "lang", "dir"],   // else held against the line above
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
} satisfies Config

/** `html` cut down to {@link RULES}, its pictures to those of the rule. In a browser only; its Trusted Types policy is `dompurify`. */
export function sanitise(html: string): DocumentFragment {
    const clean = cut(html)
    pictures(clean, allowance())
    return clean
}

/** The same of another program's html: each picture becomes its words, since nobody drew it anew. Whether there was one. */
export function wordsOnly(html: string): { readonly clean: DocumentFragment; readonly pictures: boolean } {
    const clean = cut(html)
    const found = clean.querySelector("img") !== null
    pictures(clean, () => false)
    return { clean, pictures: found }
}

function cut(html: string): DocumentFragment {
    // Null for a letter that begins with a frameset: such a page has no body, whatever DOMPurify's types say.
    const cleaned = DOMPurify.sanitize(html, { ...RULES, RETURN_DOM_FRAGMENT: true }) as DocumentFragment | null
    const clean = cleaned ?? document.createDocumentFragment()
    for (const link of clean.querySelectorAll("a[href]")) {
        for (const [name, value] of Object.entries(LINK_ATTRIBUTES)) link.setAttribute(name, value)
    }
    return clean
}

/** Up to here nothing was fetched: the fragment belongs to a document that nobody sees. */
function pictures(clean: DocumentFragment, mayStand: (src: string) => boolean): void {
    for (const one of clean.querySelectorAll("[src], [alt]")) {
        if (one.localName === "img") continue
        one.removeAttribute("src")
        one.removeAttribute("alt")
    }
    for (const picture of clean.querySelectorAll("img")) {
        const [src, alt] = [picture.getAttribute("src") ?? "", picture.getAttribute("alt") ?? ""]
        for (const name of picture.getAttributeNames()) picture.removeAttribute(name)
        if (mayStand(src)) {
            picture.setAttribute("src", src)
            picture.setAttribute("alt", alt)
        } else picture.replaceWith(alt)
    }
}
