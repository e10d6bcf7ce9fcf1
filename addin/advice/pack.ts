/** The rules of a language, as data/en.json and data/de.json hold them. */

import de from "./data/de.json" with { type: "json" }
import en from "./data/en.json" with { type: "json" }
import names from "./data/names.json" with { type: "json" }
import type { Language } from "./letter.ts"
import type { Phrases } from "./phrases.ts"
import { fold } from "./text.ts"

export interface Pack {
    /** Small words that tell the language. */
    readonly stop: readonly string[]
    readonly abbreviations: readonly string[]
    readonly longest: number
    readonly greeting: {
        readonly openers: readonly string[]
        /** Words that name nobody in particular. */
        readonly generic: readonly string[]
        readonly women: readonly string[]
        readonly men: readonly string[]
        readonly titles: readonly string[]
        readonly wrong: readonly string[]
        readonly and: readonly string[]
        readonly fits: readonly string[]
    }
    readonly closings: readonly string[]
    /** `next`: how a sentence begins that explains the one before. */
    readonly explained: Phrases & { readonly next: string }
    /** Words of which one stands in each sentence that is said to the reader; none where nothing tells. */
    readonly reader: readonly string[]
    readonly endings: readonly string[]
    readonly loud: readonly string[]
    readonly acronyms: readonly string[]
    readonly blame: Phrases
    readonly urgency: Phrases
    readonly complaint: {
        readonly sign: Phrases
        readonly apology: Phrases
        readonly step: Phrases
        readonly date: Phrases
    }
    readonly question: {
        /** Courtesies and outcries. */
        readonly skip: Phrases
        /** "Let me know whether …". */
        readonly indirect: Phrases
        /** Where one sentence begins to ask a second thing. */
        readonly parts: readonly string[]
        readonly when: Phrases
        readonly much: Phrases
        readonly much_answer: Phrases
        readonly answer: Phrases
        readonly opens: readonly string[]
    }
    /** What says why something is pressing. */
    readonly reason: Phrases
    readonly tonight: Phrases
    readonly everyone: Phrases
    readonly aside: Phrases
    readonly thanks: Phrases
    readonly secret: Readonly<Record<string, Phrases>>
    readonly call: Readonly<Record<string, Phrases>>
    readonly plain: Phrases
    readonly unplain: Phrases
    readonly our_account: Phrases
    /** Amounts that stand with these are nobody's own. */
    readonly public: Phrases
    /** Words of trades that mean something ordinary here. */
    readonly ordinary: Phrases
}

export const PACKS: Readonly<Record<Language, Pack>> = { en, de }

/** Names that stand for one another, by folded name. */
const SAME: ReadonlyMap<string, ReadonlySet<string>> = (() => {
    const map = new Map<string, Set<string>>()
    for (const group of names.same) {
        const [full = "", ...short] = group.map(fold)
        for (const one of short) {
            map.set(full, (map.get(full) ?? new Set()).add(one))
            map.set(one, (map.get(one) ?? new Set()).add(full))
        }
    }
    return map
})()

/** Whether one name is a short form of the other. */
export const isSameName = (one: string, other: string): boolean => SAME.get(one)?.has(other) ?? false

export const WOMEN: ReadonlySet<string> = new Set(names.women.map(fold))
export const MEN: ReadonlySet<string> = new Set(names.men.map(fold))

/** In which language most of the small words of `text` are; null where it does not tell. */
export function languageOf(text: string): Language | null {
    const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
    const count = (language: Language): number => {
        const small = new Set(PACKS[language].stop)
        return words.filter((word) => small.has(word)).length
    }
    const [english, german] = [count("en"), count("de")]
    return english === german ? null : english > german ? "en" : "de"
}
