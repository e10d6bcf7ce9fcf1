/** When a letter goes: late in the evening and at weekends it could wait for the morning. */

import type { House, Hit, Letter } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { finderOf } from "./phrases.ts"
import type { Parsed } from "./text.ts"
import { morning } from "./words.ts"

/** Outside the firm's hours, unless the letter says that it cannot wait, or stays in the firm. */
export function late(letter: Letter, { hours }: House, pack: Pack, { own }: Parsed): Hit[] {
    const { hour, weekday } = letter
    if (hour >= hours.from && hour < hours.to && hours.days.includes(weekday)) return []
    if (finderOf(pack.tonight).has(own) || finderOf(pack.tonight).has(letter.last)) return []
    const { day, inDays } = nextMorning(letter, hours)
    const variant = !hours.days.includes(weekday) ? "weekend" : hour < hours.from ? "early" : ""
    return [{ start: 0, end: 0, variant, facts: { morning: morning(day, inDays) } }]
}

/** The next working morning: which day of the week, and in how many days. */
export function nextMorning({ hour, weekday }: Pick<Letter, "hour" | "weekday">, { from, days }: House["hours"]): { readonly day: number, readonly inDays: number } {
    let inDays = hour < from && days.includes(weekday) ? 0 : 1
    while (inDays < 7 && !days.includes((weekday + inDays) % 7)) inDays += 1
    return { day: (weekday + inDays) % 7, inDays }
}
