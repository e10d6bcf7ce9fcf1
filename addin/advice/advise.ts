/** Advice on a letter: runs the rules of its language. Pure: no page, no network, no clock. */

import { detect } from "../detect/index.ts"
import { complaintIncomplete, unanswered } from "./answers.ts"
import * as channel from "./channel.ts"
import { noGreeting, wrongGreeting } from "./greeting.ts"
import { late } from "./hours.ts"
import figures from "./data/figures.json" with { type: "json" }
import type { Advice, House, Hit, Language, Letter, Rule } from "./letter.ts"
import { languageOf, type Pack, PACKS } from "./pack.ts"
import { replyAll, wrongRecipient } from "./people.ts"
import { finderOf } from "./phrases.ts"
import { parse, type Parsed } from "./text.ts"
import { blame, capitals, jargon, longSentences, urgency } from "./tone.ts"
import { sentenceFor } from "./words.ts"

type Matcher = (letter: Letter, house: House, pack: Pack, parsed: Parsed) => Hit[]

/** Numbers with check digits, and what says of somebody when she was born, how she is, or how she gets in. */
const personalData: Matcher = (_letter, _house, { secret }, { text, own }) => [
    ...detect(text).map(({ kind, start, end }) => ({ start, end, variant: kind })),
    ...["person", "number", "health"].flatMap((variant) =>
        finderOf(secret[variant] ?? { find: [] }).in(own).slice(0, 1).map(({ start, end }) => ({ start, end, variant }))),
]

/** In the order in which they are told. */
export const RULES: Readonly<Record<Rule, Matcher>> = {
    wrong_recipient: wrongRecipient, reply_all: replyAll, greeting: wrongGreeting, no_greeting: noGreeting, unanswered,
    complaint_incomplete: complaintIncomplete, blame, urgency, capitals, jargon, long_sentence: longSentences,
    personal_data: personalData, late_evening: late,
    channel_call: channel.call, channel_confidential: channel.confidential, channel_plain: channel.plain,
}

export const ALL = Object.keys(RULES) as Rule[]

/** What each rule of `wanted` finds, in the language given. */
export function findings(letter: Letter, house: House, language: Language, wanted: readonly Rule[] = ALL): Map<Rule, Hit[]> {
    const pack = PACKS[language]
    const parsed = parse(letter.text, new Set(pack.abbreviations))
    return new Map(wanted.map((rule) => [rule, RULES[rule](letter, house, pack, parsed)]))
}

/** Below it a rule says nothing: of five warnings, four must be right (tests/advice). */
export const LEAST = 0.8

/** Whether a rule was right often enough in this language, on letters that it had not been tuned on. */
export const isOn = (rule: Rule, language: Language): boolean => figures[language][rule].precision >= LEAST

/** A kind of channel advice; of these, one is given at most. */
export const CHANNELS: readonly Rule[] = ["channel_call", "channel_confidential", "channel_plain"]

export interface Wishes {
    readonly house: House
    /** What is taken for the language of a text that does not tell. */
    readonly language: Language
    /** Rules that the writer does not want to hear. */
    readonly never: ReadonlySet<string>
}

const LONGEST = 30_000   // characters, some ten pages; what is beyond is not looked at

/** What could be said about `letter`, of each rule three times at most, and of the channels one. */
export function advise(letter: Letter, wishes: Wishes): Advice[] {
    const work = steps(letter, wishes)
    for (;;) {
        const { done, value } = work.next()
        if (done === true) return value
    }
}

/** The same in small pieces, so that typing goes on. `breathe` is called between them. */
export async function adviseGently(letter: Letter, wishes: Wishes, breathe: () => Promise<void>): Promise<Advice[]> {
    const work = steps(letter, wishes)
    for (;;) {
        const { done, value } = work.next()
        if (done === true) return value
        await breathe()
    }
}

function* steps(whole: Letter, { house, language, never }: Wishes): Generator<undefined, Advice[]> {
    const letter = { ...whole, text: whole.text.slice(0, LONGEST), last: whole.last.slice(0, LONGEST) }
    if (letter.text.trim() === "") return []
    const spoken = languageOf(letter.text) ?? language
    const found: [Rule, Hit[]][] = []
    for (const rule of ALL.filter((one) => isOn(one, spoken) && !never.has(one) && !house.off.includes(one))) {
        found.push([rule, findings(letter, house, spoken, [rule]).get(rule) ?? []])
        yield
    }
    const channel = CHANNELS.find((rule) => found.some(([one, hits]) => one === rule && hits.length > 0))
    return found.filter(([rule]) => !CHANNELS.includes(rule) || rule === channel).flatMap(([rule, hits]) =>
        hits.slice(0, 3).map((hit) => told(rule, hit, letter)))
}

const told = (rule: Rule, hit: Hit, { text }: Letter): Advice => ({
    rule, start: hit.start, end: hit.end, words: text.slice(hit.start, hit.end), sentence: sentenceFor(rule, hit), replacement: hit.replacement ?? null,
})
