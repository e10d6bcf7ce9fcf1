/** Levels: who could open a message besides its reader; weakest first (docs/spec/levels.md section 1). */
export const LEVELS = ["managed", "passphrase", "self-held"] as const
export type Level = (typeof LEVELS)[number]

/** The weakest of some levels; the strongest there is, of none. */
export function weakest(levels: readonly Level[]): Level {
    return LEVELS.find((level) => levels.includes(level)) ?? "self-held"
}
