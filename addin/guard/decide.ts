/** What becomes of one mail: a matter of the rules and of what is known of the mail, and of nothing else. */

import { detect, type Kind } from "../detect/index.ts"
import type { Action, Rules } from "./rules.ts"

/** What a mail is made of, as far as it is read. */
export type Part = "people" | "subject" | "text" | "files"

/** A mail. What stands in `missing` was not told, or not in time, or not in full. */
export interface Mail {
    /** Addresses of To, Cc and Bcc, in small letters. */
    readonly people: readonly string[]
    readonly subject: string
    readonly text: string
    /** Names of the attached files, without pictures of the text. */
    readonly files: readonly string[]
    readonly missing: readonly Part[]
}

/** Why a mail is held; no text of the mail. */
export type Why = "outside" | "domain" | "files" | "word" | "unread" | "no-lists" | "no-rules" | Kind

export interface Reason {
    readonly why: Why
    /** The rule's own domain or word, for the person's eyes only; else empty. */
    readonly what: string
}

export interface Verdict {
    readonly action: Action | "send"
    readonly reasons: readonly Reason[]
    /** Whether a rule was met, and not only something unknown. */
    readonly hit: boolean
}

export const SEND: Verdict = { action: "send", reasons: [], hit: false }

type Hit = Reason & { readonly action: Action }

/** The strictest of what the rules say. Mail that stays in the firm is nobody's matter. */
export function decide(rules: Rules, mail: Mail): Verdict {
    const outside = mail.people.filter((address) => isOutside(address, rules.own))
    if (outside.length === 0 && !mail.missing.includes("people")) return SEND
    const hits = [...byPeople(rules, outside), ...byContent(rules, mail)]
    const doubts: Reason[] = []
    if (needs(rules).some((part) => mail.missing.includes(part))) doubts.push({ why: "unread", what: "" })
    if (rules.known === null) doubts.push({ why: "no-lists", what: "" })
    const actions: (Action | "send")[] = hits.map(({ action }) => action)
    if (doubts.length > 0) actions.push(rules.unsure)
    const action = actions.includes("stop") ? "stop" : actions.includes("ask") ? "ask" : "send"
    return action === "send" ? SEND : { action, reasons: [...hits, ...doubts], hit: hits.length > 0 }
}

function byPeople(rules: Rules, outside: readonly string[]): Hit[] {
    const hits: Hit[] = []
    if (rules.outside !== "off" && outside.length > 0) hits.push({ why: "outside", what: "", action: rules.outside })
    const domains = rules.known?.domains
    for (const name of domains?.names ?? []) {
        if (outside.some((address) => isBelow(domainOf(address), name)))
            hits.push({ why: "domain", what: name, action: domains?.action ?? "stop" })
    }
    return hits
}

function byContent(rules: Rules, { subject, text, files }: Mail): Hit[] {
    const hits: Hit[] = []
    if (rules.files !== "off" && files.length > 0) hits.push({ why: "files", what: "", action: rules.files })
    const all = [subject, text, ...files].join("\n")
    const kinds = detect(all, rules.found.kinds).map(({ kind }) => kind)
    for (const kind of rules.found.kinds) {
        if (kinds.includes(kind)) hits.push({ why: kind, what: "", action: rules.found.action })
    }
    const words = rules.known?.words
    const plain = plainly(all)
    for (const word of words?.phrases ?? []) {
        if (hasWord(plain, plainly(word))) hits.push({ why: "word", what: word, action: words?.action ?? "stop" })
    }
    return hits
}

/** What must be known for the rules to be asked. */
function needs(rules: Rules): readonly Part[] {
    const looksInside = rules.found.kinds.length > 0 || (rules.known?.words.phrases.length ?? 0) > 0
    const parts: Part[] = ["people"]
    if (looksInside) parts.push("subject", "text")
    if (looksInside || rules.files !== "off") parts.push("files")
    return parts
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1)
const isBelow = (domain: string, name: string): boolean => domain === name || domain.endsWith(`.${name}`)

/** Exchange calls its own people by names without @, and those are inside. */
const isOutside = (address: string, own: readonly string[]): boolean =>
    address.includes("@") && !own.includes(domainOf(address))

const plainly = (text: string): string => text.toLowerCase().replace(/[\s\u00a0\u200b]+/g, " ").trim()
const isLetter = (char: string): boolean => char.toLowerCase() !== char.toUpperCase() || /[0-9]/.test(char)

function hasWord(text: string, word: string): boolean {
    if (word === "") return false
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
        if (!isLetter(text.charAt(at - 1)) && !isLetter(text.charAt(at + word.length))) return true
    }
    return false
}
