/**
 * The firm's rules for mail that leaves by Outlook's own Send.
 *
 * They come by two ways (docs/adr/0021-where-the-guard-has-its-rules.md). What is no secret is
 * written into the script as the firm's add-in host serves it. The lists, which name clients, come
 * only to who has signed in: the pane puts them into the mailbox's roaming settings.
 */

import { type Kind, KINDS } from "../detect/index.ts"

/** `ask`: the person may send it all the same. `stop`: not while the rule holds. */
export type Action = "ask" | "stop"

/** What anybody may know who can load the script. */
export interface OpenRules {
    /** When the firm last changed its rules, in milliseconds. */
    readonly at: number
    /** Every mail to somebody outside the firm. */
    readonly outside: Action | "off"
    /** Files to somebody outside the firm. */
    readonly files: Action | "off"
    /** Numbers of people and accounts, in subject, text or a file's name. */
    readonly found: { readonly kinds: readonly Kind[], readonly action: Action }
    /** Whether the firm has lists. */
    readonly lists: boolean
    /** When the rules or the mail cannot be known. */
    readonly unsure: Action | "send"
}

export interface Lists {
    /** Mail domains, with all below them. */
    readonly domains: { readonly names: readonly string[], readonly action: Action }
    /** Words and phrases, whatever their capitals. */
    readonly words: { readonly phrases: readonly string[], readonly action: Action }
}

/** What the script knows of its firm. */
export interface Firm {
    /** The add-in's origin: the rules of another firm's are not taken. */
    readonly origin: string
    /** The firm's own mail domains. */
    readonly domains: readonly string[]
    readonly rules: OpenRules
}

/** All that holds now; `lists` is null when there are some and they are not here. */
export interface Rules extends OpenRules {
    readonly own: readonly string[]
    readonly known: Lists | null
}

/** Name of the roaming setting. */
export const SETTING = "letterlock.guard"
const NO_LISTS: Lists = { domains: { names: [], action: "ask" }, words: { phrases: [], action: "ask" } }

type Members = Readonly<Record<string, unknown>>

const members = (value: unknown): Members => typeof value === "object" && value !== null ? value as Members : {}
const texts = (value: unknown): readonly string[] | null =>
    Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null
const action = (value: unknown): Action | null => value === "ask" || value === "stop" ? value : null

function openRules(value: unknown): OpenRules | null {
    const { at, outside, files, found, lists, unsure } = members(value)
    const kinds = texts(members(found)["kinds"])
    const does = action(members(found)["action"])
    if (typeof at !== "number" || kinds === null || does === null || typeof lists !== "boolean") return null
    const mail = outside === "off" ? outside : action(outside)
    const attached = files === "off" ? files : action(files)
    const doubt = unsure === "send" ? unsure : action(unsure)
    if (mail === null || attached === null || doubt === null) return null
    return { at, outside: mail, files: attached, found: { kinds: KINDS.filter((kind) => kinds.includes(kind)), action: does }, lists, unsure: doubt }
}

function listsOf(value: unknown): Lists | null {
    const { domains, words } = members(value)
    const [names, phrases] = [texts(members(domains)["names"]), texts(members(words)["phrases"])]
    const [toThem, withThem] = [action(members(domains)["action"]), action(members(words)["action"])]
    if (names === null || phrases === null || toThem === null || withThem === null) return null
    return { domains: { names, action: toThem }, words: { phrases, action: withThem } }
}

/** The firm as its host wrote it into the script; null in a script that nobody's host served. */
export function firmOf(given: unknown): Firm | null {
    const { origin, domains, rules } = members(given)
    const own = texts(domains)
    const open = openRules(rules)
    return typeof origin === "string" && own !== null && open !== null ? { origin, domains: own, rules: open } : null
}

/** What the pane puts into the roaming setting. `answer` is the server's, as it came. */
export const kept = (origin: string, answer: unknown): object => ({ origin, rules: answer })

/**
 * The rules that hold: of script and mailbox what is newer, and the lists of the mailbox.
 *
 * @param setting - The roaming setting, whatever stands there.
 */
export function rulesOf(firm: Firm, setting: unknown): Rules {
    const { origin, rules } = members(setting)
    const own = origin === firm.origin ? openRules(rules) : null
    const lists = own === null ? null : listsOf(rules)
    const open = own !== null && own.at > firm.rules.at ? own : firm.rules
    return Object.assign({}, open, { own: firm.domains, known: lists ?? (open.lists ? null : NO_LISTS) })
}

/** Whether there is nothing to look for. */
export const isOff = (rules: Rules): boolean =>
    rules.outside === "off" && rules.files === "off" && rules.found.kinds.length === 0 && !rules.lists
