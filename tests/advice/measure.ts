/**
 * Measures the advice by the labelled letters; prints numbers, never a word of a letter.
 *
 * `npx tsx tests/advice/measure.ts` prints, and with `--write` puts the figures of the second half
 * into addin/advice/data/figures.json, which says which rules are on.
 */

import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { ALL, findings } from "../../addin/advice/advise.ts"
import type { House, Language, Letter, Party, Rule } from "../../addin/advice/letter.ts"

export interface Labelled {
    readonly id: string
    readonly sender: Party
    readonly to: readonly Party[]
    readonly cc: readonly Party[]
    readonly subject: string
    readonly text: string
    readonly hour: number
    readonly weekday: number
    readonly kind: "ordinary" | "reply" | "complaint"
    readonly last: string
    readonly reply_all: boolean
    readonly firm_domains: readonly string[]
    readonly client_record: readonly string[]
    readonly glossary: readonly string[]
    readonly labels: Readonly<Record<Rule, boolean>>
}

export interface Score {
    readonly right: number
    readonly wrong: number
    readonly missed: number
    readonly precision: number
    readonly recall: number
}

export const TUNED = 100   // the first letters were looked at while tuning; the others never

export function labelled(language: Language): Labelled[] {
    const lines = readFileSync(new URL(`${language}.jsonl`, import.meta.url), "utf8").trim().split("\n")
    return lines.map((line) => JSON.parse(line) as Labelled)
}

export const letterOf = ({ cc, reply_all: replyAll, ...rest }: Labelled): Letter => ({ ...rest, others: cc, replyAll })

export const houseOf = (one: Labelled): House => ({
    domains: one.firm_domains, record: one.client_record, glossary: one.glossary.map((term) => ({ term, plain: "" })),
    blame: [], urgency: [], greetings: [], hours: { from: 7, to: 20, days: [1, 2, 3, 4, 5] }, off: [], stop: [],
})

/** How `rule` does on `letters`. Where it says nothing at all its precision is 0. */
export function score(rule: Rule, language: Language, letters: readonly Labelled[]): Score {
    let [right, wrong, missed] = [0, 0, 0]
    for (const one of letters) {
        const found = (findings(letterOf(one), houseOf(one), language, [rule]).get(rule) ?? []).length > 0
        if (found && one.labels[rule]) right += 1
        else if (found) wrong += 1
        else if (one.labels[rule]) missed += 1
    }
    const share = (of: number): number => of === 0 ? 0 : Math.round(right / of * 100) / 100
    return { right, wrong, missed, precision: share(right + wrong), recall: share(right + missed) }
}

export const held = (language: Language): Labelled[] => labelled(language).slice(TUNED)
export const seen = (language: Language): Labelled[] => labelled(language).slice(0, TUNED)

/** What figures.json holds. */
export function measured(): Record<Language, Record<Rule, Score>> {
    const of = (language: Language): Record<Rule, Score> =>
        Object.fromEntries(ALL.map((rule) => [rule, score(rule, language, held(language))])) as Record<Rule, Score>
    return { en: of("en"), de: of("de") }
}

function table(letters: readonly Labelled[], language: Language): string[] {
    return ALL.map((rule) => {
        const { right, wrong, missed, precision, recall } = score(rule, language, letters)
        const counts = [right, wrong, missed].map((count) => String(count).padStart(4)).join("")
        return `  ${rule.padEnd(22)}${counts}   precision ${precision.toFixed(2)}  recall ${recall.toFixed(2)}`
    })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    for (const language of ["en", "de"] as const) {
        console.log([`${language}, the half that was looked at: right, wrong, missed`, ...table(seen(language), language)].join("\n"))
        console.log([`${language}, the half that was not`, ...table(held(language), language)].join("\n"))
    }
    if (process.argv.includes("--write")) {
        writeFileSync(new URL("../../addin/advice/data/figures.json", import.meta.url), `${JSON.stringify(measured(), null, 1)}\n`)
    }
}
