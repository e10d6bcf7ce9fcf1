/** Which links a letter may hold: the same rule when it is written and when it is shown. */

/** Anything else, script and data above all, loses its link and keeps its words. */
export const LINK = /^(?:https?:\/\/|mailto:)[^\s]/iu

/** What every link carries, whatever the letter said: a tab of its own that learns nothing of ours. */
export const LINK_ATTRIBUTES = { rel: "noopener noreferrer", target: "_blank" } as const

/** The link as it goes into a letter, or null. A bare host gets https. */
export function linkFrom(text: string): string | null {
    const typed = text.trim()
    const whole = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/?#]|$)/iu.test(typed) ? `https://${typed}` : typed
    if (!LINK.test(whole) || !URL.canParse(whole)) return null
    return whole
}
