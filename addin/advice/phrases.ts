/**
 * Phrases as data: `{"find": [...], "not": [...]}` in data/*.json.
 *
 * ```text
 * you should have        words, in any case, with any white space between
 * regard*                a word that begins so
 * [still] not            may be missing
 * (soon|right away)      one of these
 * you ~ forgot           up to three words between
 * you … forgot           whatever stands between, in the same sentence
 * #money                 a class: date, money, number
 * ```
 */

export interface Phrases {
    readonly find: readonly string[]
    /** Where one of these stands over it, it is not meant. */
    readonly not?: readonly string[]
}

export interface Span {
    readonly start: number
    readonly end: number
}

const WORD = String.raw`[\p{L}\p{N}'-]`
const GAP = String.raw`(?:${WORD}+,?\s+){0,3}`
const FAR = String.raw`(?:[^.!?\n]{0,240}?[\s,])??`
const NUMBER = String.raw`\d[\d.,' ]*`
const CLASSES: Readonly<Record<string, string>> = {
    number: String.raw`\d+`,
    money: String.raw`(?:(?:£|€|\$|EUR|CHF|GBP|USD|Fr\.)\s?${NUMBER}|${NUMBER}\s?(?:£|€|\$|EUR\b|CHF\b|Euro\b|Franken\b|pounds\b|euros\b|Mio\b|million\b))`,
    date: String.raw`(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|mär|jän)\p{L}*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\s+\d{1,2}|\d{1,2}[./]\d{1,2}[./](?:\d{2,4})?|\d{1,2}(?::\d\d)?\s?(?:am|pm|Uhr)|\d{1,2}:\d\d)`,
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`)

/** One phrase as the source of a regular expression, without its edges. */
export function sourceOf(phrase: string): string {
    const tokens = phrase.match(/\([^)]*\)\*?|\[[^\]]*\]|\S+/gu) ?? []
    let source = ""
    tokens.forEach((token, index) => {
        const space = index === tokens.length - 1 ? "" : String.raw`,?\s+`
        if (token === "~") source += GAP
        else if (token === "…") source += FAR
        else if (token.startsWith("[")) source += `(?:${choices(token.slice(1, -1))}${space})?`
        else source += pieceOf(token) + space
    })
    return source
}

function pieceOf(token: string): string {
    if (token.startsWith("#")) return CLASSES[token.slice(1)] ?? escaped(token)
    const open = token.endsWith("*")
    const bare = open ? token.slice(0, -1) : token
    const source = bare.startsWith("(") ? `(?:${choices(bare.slice(1, -1))})` : escaped(bare)
    return source + (open ? String.raw`\p{L}*` : "")
}

const choices = (text: string): string => text.split("|").map((one) =>
    one.split(" ").map((word) => word.endsWith("*") ? String.raw`${escaped(word.slice(0, -1))}\p{L}*` : escaped(word)).join(String.raw`\s+`)).join("|")

const NEVER = /(?!)/gu

const literals = new WeakMap<readonly string[], RegExp>()

/** Where words stand that somebody typed: whole, in any case, and with no sign of their own. */
export function literally(words: readonly string[], text: string): Span[] {
    const sources = words.map((word) => word.trim().split(/\s+/u).map(escaped).join(String.raw`\s+`)).filter((source) => source !== "")
    const made = (): RegExp => sources.length === 0 ? NEVER : new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${sources.join("|")})(?![\p{L}\p{N}])`, "giu")
    const pattern = literals.get(words) ?? made()
    literals.set(words, pattern)
    return spans(pattern, text)
}

/** All of `phrases` as one expression that finds them as whole words. */
export function compile(phrases: readonly string[]): RegExp {
    if (phrases.length === 0) return NEVER
    const all = phrases.map(sourceOf).join("|")
    return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${all})(?![\p{L}\p{N}])`, "giu")
}

export const spans = (pattern: RegExp, text: string): Span[] =>
    [...text.matchAll(pattern)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }))

export const overlaps = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end

/** Finds a set of phrases, and never where one of its `not` stands. */
export class Finder {
    readonly #find: RegExp
    readonly #not: RegExp

    constructor({ find, not = [] }: Phrases) {
        this.#find = compile(find)
        this.#not = compile(not)
    }

    in(text: string): Span[] {
        const found = spans(this.#find, text)
        if (found.length === 0) return found
        const meant = spans(this.#not, text)
        return found.filter((one) => !meant.some((other) => overlaps(one, other)))
    }

    has(text: string): boolean { return this.in(text).length > 0 }
}

const finders = new WeakMap<Phrases, Finder>()

/** The finder of phrases that lie in a pack; made once. */
export function finderOf(phrases: Phrases): Finder {
    const known = finders.get(phrases) ?? new Finder(phrases)
    finders.set(phrases, known)
    return known
}
