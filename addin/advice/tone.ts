/** How a letter sounds: jargon, long sentences, capitals, blame, pressure. */

import type { House, Hit, Letter } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { finderOf, literally, overlaps, type Span } from "./phrases.ts"
import type { Parsed } from "./text.ts"

const inside = (letter: Letter, house: House): boolean =>
    [...letter.to, ...letter.others].every(({ address }) => house.domains.includes(address.split("@")[1] ?? ""))

/** Words of the firm's glossary that the letter does not explain. Colleagues may read them. */
export function jargon(letter: Letter, house: House, pack: Pack, { own }: Parsed): Hit[] {
    if (inside(letter, house)) return []
    return house.glossary.flatMap(({ term, plain }): Hit[] => {
        const usual = finderOf(pack.ordinary).in(own)
        const first = spansOf(term, pack, own).find((one) => !usual.some((other) => overlaps(one, other)))
        if (first === undefined || spansOf(term, pack, letter.last).length > 0 || isExplained(first, own, pack)) return []
        const { start, end } = first
        const facts = { term: own.slice(start, end), plain }
        return [{ start, end, facts, ...(plain === "" ? {} : { variant: "plain", replacement: plain }) }]
    })
}

const ESCAPE = /[.*+?^${}()|[\]\\/]/gu

function spansOf(term: string, { endings }: Pack, text: string): Span[] {
    const source = term.trim().replace(ESCAPE, String.raw`\$&`).replace(/\s+/gu, String.raw`\s+`)
    const isShort = !/\p{Ll}/u.test(term)   // an abbreviation is one only in capitals
    const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])${source}(?:${endings.join("|")})?(?![\p{L}\p{N}])`, isShort ? "gu" : "giu")
    return [...text.matchAll(pattern)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }))
}

/** In brackets, before brackets, or followed by what it means. */
function isExplained({ start, end }: Span, text: string, pack: Pack): boolean {
    const [before, after] = [text.slice(Math.max(0, start - 60), start), text.slice(end, end + 60)]
    if (/^(?:\s+[\p{L}'-]+){0,4}\s*\(/u.test(after) || /\([^()]*$/u.test(before)) return true
    if (new RegExp(String.raw`^[^.!?\n]{0,80}[.!?:]\s+(?:${pack.explained.next})`, "u").test(text.slice(end, end + 160))) return true
    const told = finderOf(pack.explained)
    return told.in(after).some(({ start: at }) => at < 12) || told.in(before).some(({ end: at }) => before.length - at < 8)
}

export function longSentences(_letter: Letter, _house: House, { longest }: Pack, { sentences }: Parsed): Hit[] {
    return sentences.filter(({ words }) => words > longest)
        .map(({ start, end, words }) => ({ start, end, facts: { count: String(words) } }))
}

/** Two words shouted, or one before "!!". Stamps in quotation marks and abbreviations are no shouts. */
export function capitals(_letter: Letter, house: House, { loud, acronyms }: Pack, { own }: Parsed): Hit[] {
    const short = new Set([...acronyms, ...house.glossary.flatMap(({ term }) => term.split(/\s+/u))])
    const shouted = [...own.matchAll(/(?<![\p{L}\p{N}_./@-])\p{Lu}{2,}(?:'\p{Lu}+)?(?![\p{L}\p{N}_/@-])(?!\.\p{L})(?!\s+\p{N})/gu)]
        .map(({ index, 0: word }) => ({ word, start: index, end: index + word.length }))
        .filter(({ word }) => loud.includes(word.toLowerCase()) || (word.length > 5 && !short.has(word) && /[AEIOUYÄÖÜ]/u.test(word)))
    const [first] = shouted
    const last = shouted.at(-1)
    if (first === undefined || last === undefined) return []
    const isLoud = shouted.length > 1 || /^[^.\n]{0,60}!!/u.test(own.slice(first.end))
    const together = own.slice(first.start, last.end)
    return isLoud ? [{ start: first.start, end: together.includes("\n") ? first.end : last.end }] : []
}

const once = (found: readonly Span[]): Hit[] => found.slice(0, 1).map(({ start, end }) => ({ start, end }))

/** In German "Sie" and "sie" are two words, and only one of them is the reader; of others one may speak so. */
export function blame(_letter: Letter, house: House, pack: Pack, { own, sentences }: Parsed): Hit[] {
    const reader = new RegExp(String.raw`(?<!\p{L})(?:${pack.reader.join("|")})(?!\p{L})`, "u")
    const others = /(?<!\p{L})(?:sie|ihr\p{L}*)(?!\p{L})/u
    const isMeant = ({ start, end }: Span): boolean => {
        const sentence = sentences.find((one) => overlaps(one, { start, end }))
        return reader.test(own.slice(sentence?.start, sentence?.end)) && !others.test(own.slice(start, end))
    }
    const found = finderOf(pack.blame).in(own)
    return once([...(pack.reader.length === 0 ? found : found.filter(isMeant)), ...literally(house.blame, own)])
}

/** Pressure without a date: whoever names the day has given the reason. */
export function urgency(_letter: Letter, house: House, pack: Pack, { own, sentences }: Parsed): Hit[] {
    const date = finderOf(pack.reason)
    const isDated = (one: Span): boolean => {
        const at = sentences.findIndex((sentence) => overlaps(one, sentence))
        const near = sentences.slice(Math.max(0, at - 1), at + 2)
        return date.has(own.slice(near[0]?.start, near.at(-1)?.end))
    }
    return once([...finderOf(pack.urgency).in(own).filter((one) => !isDated(one)), ...literally(house.urgency, own)])
}

