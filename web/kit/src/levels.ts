/** How well a letter is closed, in the words that are the same everywhere. */

import { type Custody, type Level, levelOf } from "@letterlock/crypto"

import { say } from "./words.ts"

export { LEVELS, type Level } from "@letterlock/crypto"

export const levelWords = (level: Level): string => say(`level.${level}`)
export const levelMeaning = (level: Level): string => say(`level.${level}.means`)

/** Of one reader's own envelope: that his key is his alone does not make the letter end-to-end. */
export const readerWords = (level: Level): string => level === "self-held" ? say("level.reader.self-held") : levelWords(level)

/** At which level a letter would go out now: the writer's own copy counts like any other. */
export function levelToBe(own: { readonly custody: Custody; readonly level: Level }, readers: readonly Level[]): Level {
    const listed = readers.map((level) => ({ role: "to", level, waiting: false }) as const)
    const mine = { role: "sender", level: own.level, waiting: false } as const
    return levelOf({ custody: own.custody, stated: null, readers: [...listed, mine], grants: [], now: null }).level
}
