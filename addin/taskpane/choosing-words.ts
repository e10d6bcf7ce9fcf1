/** What is said of choosing "End-to-end" for a letter, and of who waits for it. English only for now. */

import { sayList } from "@letterlock/kit"

const have = (who: readonly string[]): string => `${sayList(who)} ${who.length === 1 ? "has" : "have"}`

export const WORDS = {
    label: "End-to-end",
    /** On, and somebody waits. */
    on: (who: readonly string[]) => `${have(who)} no key yet. When it appears, your pane adds them; their mailbox alone vouches that it is theirs. Until then nobody can open it for them, the firm's server neither.`,
    /** On, and nobody needs to wait. */
    ready: "Everybody in To and Cc has a key of their own.",
    off: (who: readonly string[]) => `${have(who)} no key of their own, so the firm's server keeps one. Switch this on to let the letter wait for theirs.`,
    hidden: (who: readonly string[]) => `A hidden copy cannot wait, and ${have(who)} no key of their own. Put them in To or Cc, take them out, or switch End-to-end off.`,
    managed: "Only the holder of a key of their own can send end-to-end.",
    how: "Make yours at the portal",
    undone: "End-to-end was chosen for this letter, and the firm's server keeps your key by now. Make your own key, or switch this off.",
    switched: (on: boolean, level: string) => on ? `End-to-end is on. The letter is: ${level}.` : `End-to-end is off. The letter is: ${level}.`,
    reader: "waits for their key",
    /** Once the letter has gone. */
    sent: (who: readonly string[], until: string) =>
        `${have(who)} no key yet, so the letter waits, until ${until} at most. When a key appears, your pane gives it; with the pane closed you get a mail.`,
} as const
