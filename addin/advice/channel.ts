/** Which way suits a letter: a call, a sealed letter, or any mail. */

import { detect } from "../detect/index.ts"

import type { House, Hit, Letter } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { finderOf } from "./phrases.ts"
import { type Parsed, wordsIn } from "./text.ts"

const whole = (variant: string): Hit[] => [{ start: 0, end: 0, variant }]

/** Ring first: the news is bad, the other side is angry, or it went to and fro too often. */
export function call(letter: Letter, _house: House, pack: Pack, { own }: Parsed): Hit[] {
    for (const [variant, phrases] of Object.entries(pack.call)) {
        const where = variant.startsWith("last_") ? letter.last : own
        if (finderOf(phrases).has(where)) return whole(variant.replace(/^last_/u, ""))
    }
    return []
}

/** Kinds of content that belong in a sealed letter, by the first that is found. */
export function confidential(letter: Letter, _house: House, pack: Pack, { text, own }: Parsed): Hit[] {
    for (const [variant, phrases] of Object.entries(pack.secret)) {
        if (finderOf(phrases).has(own)) return whole(variant)
    }
    return detect(text).length > 0 && letter.text !== "" ? whole("number") : []
}

/** Nothing in it that others must not see: rooms, hours, thanks. */
export function plain(letter: Letter, house: House, pack: Pack, parsed: Parsed): Hit[] {
    const { own } = parsed
    if (wordsIn(own).length > 90 || confidential(letter, house, pack, parsed).length > 0 || call(letter, house, pack, parsed).length > 0) return []
    return finderOf(pack.plain).has(own) && !finderOf(pack.unplain).has(own) ? whole("") : []
}
