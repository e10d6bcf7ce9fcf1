/** Every sentence of the guard: in Outlook's own dialog, and in the pane that it opens. */

import { KIND_WORDS } from "../detect/words.ts"
import type { Reason, Verdict, Why } from "./decide.ts"

const LONGEST = 500   // characters that Outlook shows
const MOST = 4        // reasons named

/** At most 20 characters: Outlook's limit for this button. */
export const BUTTON = "Open Letterlock"

const WHY: Readonly<Record<string, string>> = Object.assign({}, KIND_WORDS, {
    outside: "it leaves the firm",
    domain: "it goes to a client whose mail your firm wants sealed",
    files: "files are attached",
    word: "it names something your firm wants sealed",
    unread: "Outlook did not let us read all of it",
    "no-lists": "your firm's list is not in this mailbox yet",
    "no-rules": "your firm's rules are not here yet",
})

/** The reason in words, without anything of the mail. */
export function whyWords(why: string): string {
    const words = WHY[why]
    if (words === undefined) return "a rule of your firm"
    return why in KIND_WORDS ? `it holds ${words}` : words
}

function reasonWords({ why, what }: Reason): string {
    if (why === "domain") return `it goes to ${what}`
    return why === "word" ? `it names “${what}”` : whyWords(why)
}

/** "a", "a and b", "a, b and 3 more". */
export function listed(all: readonly string[]): string {
    const shown = all.slice(0, all.length > MOST ? MOST - 1 : MOST)
    const rest = all.length - shown.length
    const parts = rest > 0 ? [...shown, `${rest} more`] : shown
    return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1] ?? ""}`
}

/** For Outlook's dialog, at most 500 characters. `plain`: a host whose dialog has no button of ours. */
export function errorMessage(verdict: Verdict, plain: boolean): string {
    const why = listed(verdict.reasons.map(reasonWords))
    const first = verdict.hit ? `Not sent yet. Your firm wants this sealed: ${why}.` : `Not sent yet: ${why}.`
    const text = [first, nextStep(verdict, plain)].join(" ")
    return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

function nextStep({ action, hit, reasons }: Verdict, plain: boolean): string {
    const away = plain ? "Open Letterlock from the ribbon" : "Open Letterlock"
    if (!hit) {
        const again = reasons.some(({ why }) => why === "unread") ? "Try again in a moment" : `${away} once and sign in, then press Send again`
        return action === "ask" && !plain ? `${again}, or send it as it is.` : `${again}.`
    }
    return action === "ask" && !plain
        ? `${away} and send it there, or send it as it is.`
        : `${away} and send it there, or take that out and press Send again.`
}

/** For the pane: why it was opened. */
export function openedBecause(why: readonly string[]): string {
    const known = why.filter((one, at) => why.indexOf(one) === at)
    return `Outlook held this message back: ${listed(known.map(whyWords))}. What you send from here goes sealed.`
}

export type { Why }
