/** What is said of the least level that the firm allows. English only for now. */

import { sayList } from "@letterlock/kit"

const have = (who: readonly string[]): string => `${sayList(who)} ${who.length === 1 ? "has" : "have"}`
/** `domains` are those that demand it; none where all letters must. */
const why = (firm: string, domains: readonly string[]): string => domains.length === 0
    ? `${firm} writes end-to-end only.` : `${firm} writes to ${sayList(domains)} end-to-end only.`

export const WORDS = {
    why,
    /** Before a press of "Send securely", to who cannot. */
    managed: (firm: string, domains: readonly string[]) => `${why(firm, domains)} The firm's server keeps your key, so this letter cannot go yet. Your text stays here meanwhile.`,
    how: "Make your own key at the portal",
    /** After it. */
    stopped: (firm: string, domains: readonly string[]) => `${why(firm, domains)} For that you need a key of your own. Nothing has gone out, and your text is still here.`,
    hidden: (who: readonly string[]) => `A hidden copy cannot wait, and ${have(who)} no key of their own. Put them in To or Cc, or take them out.`,
    hiddenStopped: "Nothing has gone out, and your text is still here.",
    /** What the server found. */
    below: (who: readonly string[]) => `Your firm writes to these readers end-to-end only, and ${have(who)} no key of their own. Nothing has gone out, and your text is still here.`,
} as const
