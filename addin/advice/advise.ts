/** Advice on a letter: runs the rules of its language. Pure: no page, no network, no clock. */

import { detect } from "../detect/index.ts"
import { complaintIncomplete, unanswered } from "./answers.ts"
import * as channel from "./channel.ts"
import { noGreeting, wrongGreeting } from "./greeting.ts"
import { late } from "./hours.ts"
import type { House, Hit, Language, Letter, Rule } from "./letter.ts"
import { type Pack, PACKS } from "./pack.ts"
import { replyAll, wrongRecipient } from "./people.ts"
import { parse, type Parsed } from "./text.ts"
import { blame, capitals, jargon, longSentences, urgency } from "./tone.ts"

type Matcher = (letter: Letter, house: House, pack: Pack, parsed: Parsed) => Hit[]

const personalData: Matcher = (_letter, _house, _pack, { text }) =>
    detect(text).map(({ kind, start, end }) => ({ start, end, variant: kind }))

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
