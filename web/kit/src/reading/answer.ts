/** Whom an answer goes to, by the verified statement alone, and the text that it quotes. */

import { element } from "../dom.ts"
import { longDate } from "../dates.ts"
import { sanitise } from "../sanitise.ts"
import { say } from "../words.ts"
import type { OpenLetter } from "./open.ts"

export interface Addressee {
    readonly address: string
    readonly role: "to" | "cc"
}

/** Html as it goes into a body, and the same without markup. */
export interface Quote {
    readonly html: string
    readonly text: string
}

type Signed = Pick<OpenLetter, "statement" | "viewer" | "viewerRole">

/** "Reply": to the sender; of one's own letter, to those it was for. */
export function replyTo({ statement, viewer }: Signed): readonly Addressee[] {
    if (statement.sender.address !== viewer) return [{ address: statement.sender.address, role: "to" }]
    return listed(statement, viewer, ["to"])
}

/** "Reply all": sender, To and Cc but for oneself; empty for a hidden reader, or where it would be the same as "Reply". */
export function replyToAll(letter: Signed): readonly Addressee[] {
    const { statement, viewer, viewerRole } = letter
    if (viewerRole === "hidden") return []
    const one = replyTo(letter)
    const others = listed(statement, viewer, ["to", "cc"]).filter(({ address }) => !one.some((first) => first.address === address))
    return others.length === 0 ? [] : [...one, ...others]
}

function listed({ readers }: OpenLetter["statement"], viewer: string, roles: readonly string[]): Addressee[] {
    const named = new Map<string, Addressee>()
    for (const { address, role } of readers) {
        // Somebody in To and Cc at once is written to once, and first.
        if (address === viewer || !roles.includes(role) || named.get(address)?.role === "to") continue
        named.set(address, { address, role: role === "cc" ? "cc" : "to" })
    }
    return [...named.values()]
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
