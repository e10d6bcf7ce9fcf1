/** How well a letter is closed, in the words that are the same everywhere. */

import { say } from "./words.ts"

/** Weakest first (statement.md section 3). */
export const LEVELS = ["managed", "passphrase", "self-held"] as const
export type Level = (typeof LEVELS)[number]

export const levelWords = (level: Level): string => say(`level.${level}`)
export const levelMeaning = (level: Level): string => say(`level.${level}.means`)

/** A letter is shown at its weakest envelope; the sender's own managed copy makes it managed. */
export function weakest(levels: readonly Level[]): Level {
    return LEVELS.find((level) => levels.includes(level)) ?? "managed"
}
