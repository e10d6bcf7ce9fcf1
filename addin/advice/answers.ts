/** Whether a letter answers what was asked, and says to a complaint what is owed to it. */

import type { House, Hit, Letter } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { compile, finderOf } from "./phrases.ts"
import { fold, parse, type Parsed, type Sentence, wordsIn } from "./text.ts"

/** Questions of the letter that is answered, on which nothing is said. */
export function unanswered(letter: Letter, _house: House, pack: Pack, { own }: Parsed): Hit[] {
    if (letter.last.trim() === "") return []
    const asked = questionsIn(letter.last, pack)
    // Who is asked one thing answers it, in words of her own; one of several is what gets forgotten.
    const open = asked.length < 2 ? [] : asked.filter((question) => !isAnswered(question, own, pack, asked))
    return open.slice(0, 3).map(({ text }) => ({ start: 0, end: 0, facts: { question: shortened(text.trim()) } }))
}

const shortened = (text: string): string => text.length <= 120 ? text : `${text.slice(0, 118).replace(/\s+\S*$/u, "")} …`

/** What is truly asked: no courtesy, no outcry. */
export function questionsIn(last: string, pack: Pack): Sentence[] {
    const skip = finderOf(pack.question.skip)
    const { sentences } = parse(last, new Set(pack.abbreviations))
    return sentences.flatMap((sentence) => clauses(sentence, pack)).filter(({ text, words }) => words > 2 && !skip.has(text))
}

/** What one sentence asks: "Do I pay now, and can you send the form?" asks two things. */
function clauses(sentence: Sentence, pack: Pack): Sentence[] {
    const { text } = sentence
    const isAsked = /\?["'”)\s]*$/u.test(text)
    const parts = isAsked ? text.split(compile(pack.question.parts)) : finderOf(pack.question.indirect).has(text) ? [text] : []
    return parts.map((part) => ({ ...sentence, text: part, words: wordsIn(part).length }))
}

/** Words worth comparing, as the first letters of each. */
function stems(text: string, { stop, question }: Pack): Set<string> {
    const small = new Set([...stop, ...question.opens])
    return new Set(wordsIn(text).map((word) => fold(word).replace(/[^a-z0-9]/gu, ""))
        .filter((word) => word.length > 2 && !small.has(word)).map((word) => word.slice(0, 5)))
}

function isAnswered({ text }: Sentence, answer: string, pack: Pack, all: readonly Sentence[]): boolean {
    const { question } = pack
    const others = new Set(all.filter((other) => other.text !== text).flatMap((other) => [...stems(other.text, pack)]))
    const asked = new Set([...stems(text, pack)].filter((stem) => !others.has(stem)))
    const said = stems(answer, pack)
    if ([...asked].some((stem) => said.has(stem))) return true
    if (finderOf(question.when).has(text) && finderOf(pack.complaint.date).has(answer)) return true
    if (finderOf(question.much).has(text) && finderOf(question.much_answer).has(answer)) return true
    return finderOf(question.answer).has(answer)
}

/** In an answer to a complaint: a word of apology, what comes next, and by when. */
export function complaintIncomplete(letter: Letter, _house: House, pack: Pack, { own }: Parsed): Hit[] {
    if (!isComplaint(letter, pack)) return []
    const { apology, step, date } = pack.complaint
    const [hasApology, hasStep, hasDate] = [apology, step, date].map((phrases) => finderOf(phrases).has(own))
    // Where a day is named, something happens on it.
    const missing = [...(hasApology === true ? [] : ["apology"]), ...(hasStep === true || hasDate === true ? [] : ["step"]), ...(hasDate === true ? [] : ["date"])]
    return missing.map((variant) => ({ start: 0, end: 0, variant }))
}

/** As the letter says of itself, else by the words of the one that it answers. */
export function isComplaint({ kind, last }: Letter, pack: Pack): boolean {
    if (kind !== null) return kind === "complaint"
    return finderOf(pack.complaint.sign).in(last).length > 0
}
