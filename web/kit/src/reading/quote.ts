/** The letter that an answer quotes, inside the seal. */

import { element } from "../dom.ts"
import { longDate } from "../dates.ts"
import { sanitise } from "../sanitise.ts"
import { say } from "../words.ts"
import type { OpenLetter } from "./open.ts"

/** Html as it goes into a body, and the same without markup. */
export interface Quote {
    readonly html: string
    readonly text: string
}

/** The letter under the answer: who wrote when, then what. */
export function quoteOf({ body, senderName }: OpenLetter): Quote {
    const intro = say("reply.wrote", { name: senderName, date: longDate(new Date(body.sent_at * 1000)) })
    const holder = element("div")
    const block = element("blockquote")
    block.append(sanitise(body.html))
    holder.append(element("p", {}, intro), block)
    return { html: holder.innerHTML, text: `${intro}\n${body.text.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}` }
}

/** An answer with what it quotes; null quotes nothing. */
export function withQuote<Written extends Quote>(written: Written, quote: Quote | null): Quote {
    if (quote === null) return { html: written.html, text: written.text }
    return { html: written.html + quote.html, text: `${written.text}\n\n${quote.text}` }
}

/** A kept answer taken apart again: what was written, and whether it quoted. */
export function withoutQuote(html: string): { readonly html: string; readonly quoted: boolean } {
    const holder = element("div")
    holder.append(sanitise(html))
    const last = holder.lastElementChild
    if (last?.tagName !== "BLOCKQUOTE") return { html, quoted: false }
    last.previousElementSibling?.remove()
    last.remove()
    return { html: holder.innerHTML, quoted: true }
}
