/**
 * Make a letter's html safe to show.
 *
 * The sender's pane writes clean html, but a reader's browser trusts nobody: whoever holds the
 * sender's key could have signed anything. What is left here still goes into a frame without script.
 */

import DOMPurify, { type Config } from "dompurify"

import { LINK, LINK_ATTRIBUTES } from "./links.ts"

/** Marks, lists, links and tables; nothing that loads, runs, styles, or takes a name in the page. */
export const RULES = {
    ALLOWED_TAGS: [
        "p", "br", "div", "span", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "pre", "code", "hr",
        "h1", "h2", "h3", "h4", "ul", "ol", "li", "a",
        "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    ],
    ALLOWED_ATTR: ["href", "start", "colspan", "rowspan", "scope", "lang", "dir"],
    ALLOWED_URI_REGEXP: LINK,
    ADD_URI_SAFE_ATTR: ["start", "colspan", "rowspan", "scope", "lang", "dir"],   // else held against the line above
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
} satisfies Config

/** `html` cut down to {@link RULES}. In a browser only; its Trusted Types policy is `dompurify`. */
export function sanitise(html: string): DocumentFragment {
    // Null for a letter that begins with a frameset: such a page has no body, whatever DOMPurify's types say.
    const cleaned = DOMPurify.sanitize(html, { ...RULES, RETURN_DOM_FRAGMENT: true }) as DocumentFragment | null
    const clean = cleaned ?? document.createDocumentFragment()
    for (const link of clean.querySelectorAll("a[href]")) {
        for (const [name, value] of Object.entries(LINK_ATTRIBUTES)) link.setAttribute(name, value)
    }
    return clean
}
