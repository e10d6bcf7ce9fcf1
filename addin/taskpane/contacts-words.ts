/** What is said under To and Bcc while somebody is looked for. English only for now. */

import type { Source } from "./matching.ts"

export const SOURCE: Readonly<Record<Source, string>> = {
    here: "in Outlook's message",
    colleague: "of the firm",
    known: "you have written before",
    contacts: "from your contacts",
}

export const WORDS = {
    ask: "Look in my contacts",
    asks: "Microsoft may ask you once. What you type then goes to Microsoft 365, not to us.",
    looking: "Looking in your contacts.",
    found: (n: number) => n === 1 ? "1 person found. Arrow keys choose." : `${String(n)} people found. Arrow keys choose.`,
    twin: (other: string) => `Same name as ${other}. Look at the address.`,
    nobody: "Nobody found. Type the whole address.",
    denied: "Your contacts stay closed: you or your firm have not agreed to it. Type the address.",
    busy: "Microsoft 365 asks us to wait a moment. Type the address, or go on in a while.",
    away: "Microsoft 365 does not answer, so your contacts were not looked through. Type the address.",
} as const
