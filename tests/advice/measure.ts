/** Measures the advice by the labelled letters. Prints numbers, never a word of a letter: `npx tsx tests/advice/measure.ts`. */

import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { ALL, findings } from "../../addin/advice/advise.ts"
import type { House, Language, Letter, Party, Rule } from "../../addin/advice/letter.ts"

interface Labelled {
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    for (const [name, letters] of [["first half, tuned on", seen], ["second half", held]] as const) {
        for (const language of ["en", "de"] as const) {
            console.log(`${language}, ${name}`)
            for (const rule of ALL) {
                const { right, wrong, missed, precision, recall } = score(rule, language, letters(language))
                console.log(`  ${rule.padEnd(22)}right ${String(right).padStart(3)}  wrong ${String(wrong).padStart(3)}  missed ${String(missed).padStart(3)}  precision ${precision.toFixed(2)}  recall ${recall.toFixed(2)}`)
            }
        }
    }
}
