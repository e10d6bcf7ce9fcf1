/** The words that script shows, by key and in the page's language (`<html lang>`). */

import { EN } from "./words/en.ts"

export type WordKey = keyof typeof EN

type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never
type Facts<Key extends WordKey> = Readonly<Record<Holes<(typeof EN)[Key]>, string | number>>
type FactsFor<Key extends WordKey> = [Holes<(typeof EN)[Key]>] extends [never] ? [] : [facts: Facts<Key>]

/** One complete set of sentences; a translation has every key. */
export type Catalogue = Readonly<Record<WordKey, string>>

/** By primary language subtag. A language without a catalogue gets English. */
export const CATALOGUES: Readonly<Record<string, Catalogue>> = { en: EN }

/** The sentence for `key` with its facts put in; a missing fact is a type error. */
export function say<Key extends WordKey>(key: Key, ...[facts]: FactsFor<Key>): string {
    const given: Readonly<Record<string, string | number>> = facts ?? {}
    const fill = (_: string, name: string): string => String(given[name] ?? "")
    return catalogue()[key].replace(/\{([a-z]+)\}/gu, fill)
}

/** The sentence for a count: `code.wrong` with 1 takes `code.wrong.one`. */
export function sayTriesLeft(n: number): string {
    const one = new Intl.PluralRules(language()).select(n) === "one"
    return one ? say("code.wrong.one") : say("code.wrong.other", { n })
}

/** "Maya", "Maya and Tom", "Maya, Tom and Ben". */
export function sayList(names: readonly string[]): string {
    const last = names.at(-1) ?? ""
    if (names.length < 2) return last
    return say("readers.and", { first: names.slice(0, -1).join(", "), last })
}

/** The page's language as BCP 47, for Intl too. */
export function language(): string {
    const lang = typeof document === "undefined" ? "" : document.documentElement.lang
    return lang === "" ? "en-GB" : lang
}

function catalogue(): Catalogue {
    return CATALOGUES[language().split("-")[0] ?? "en"] ?? EN
}
