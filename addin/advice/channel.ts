/** Which way suits a letter: a call, a sealed letter, or any mail. */

import { detect } from "../detect/index.ts"
import type { House, Hit, Letter } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { compile, finderOf, overlaps, type Span, spans } from "./phrases.ts"
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

/** Kinds that are enough by themselves; of the others it takes two. */
const STRONG = new Set(["number", "health", "person", "hush"])
const MONEY = compile(["#money"])
const LARGE = 1000   // in whatever currency: below it, amounts are those of tickets and stamps

/** Kinds of content that belong in a sealed letter: the strongest one that is found. */
export function confidential(_letter: Letter, _house: House, pack: Pack, parsed: Parsed): Hit[] {
    const { own } = parsed
    if (numbersOf(parsed, pack).length > 0) return whole("number")
    const found = Object.entries(pack.secret).map(([variant, phrases]) => ({ variant, hits: finderOf(phrases).in(own) })).filter(({ hits }) => hits.length > 0)
    const strong = found.find(({ variant }) => STRONG.has(variant))
    if (strong !== undefined) return whole(strong.variant)
    if (amounts(parsed, pack).length > 0) return whole("money")
    const words = new Set(found.flatMap(({ hits }) => hits.map(({ start, end }) => own.slice(start, end).toLowerCase())))
    return words.size > 1 ? whole(found[0]?.variant ?? "") : []
}

/** Numbers with check digits; the firm's own account in a request for fees is no secret. */
function numbersOf({ text, sentences }: Parsed, pack: Pack): Span[] {
    const own = finderOf(pack.our_account)
    return own.has(text) ? [] : detect(text).filter((one) => sentences.some((sentence) => overlaps(one, sentence)))
}

/** Sums that are somebody's own. */
function amounts({ own, sentences }: Parsed, pack: Pack): Span[] {
    return sentences.filter((sentence) => {
        const text = own.slice(sentence.start, sentence.end)
        const isLarge = spans(MONEY, text).some(({ start, end }) => valueOf(text.slice(start, end)) >= LARGE)
        return isLarge && !finderOf(pack.public).has(text)
    })
}

/** "£18,592.15", "18.592,15 €" and "CHF 18'592" are the same; cents are left out. */
function valueOf(text: string): number {
    const digits = text.replace(/[^\d.,' ]/gu, "").trim().replace(/[.,]\d{2}$/u, "").replace(/\D/gu, "")
    return Number(digits) * (/mio|million/iu.test(text) ? 1_000_000 : 1)
}

/** Nothing in it that others must not see: rooms, hours, thanks. */
export function plain(letter: Letter, house: House, pack: Pack, parsed: Parsed): Hit[] {
    const { own } = parsed
    if (wordsIn(own).length > 90 || confidential(letter, house, pack, parsed).length > 0 || call(letter, house, pack, parsed).length > 0) return []
    return finderOf(pack.plain).has(own) && !finderOf(pack.unplain).has(own) ? whole("") : []
}
