/** Which of the people who are known fit what is typed, and who of them could be taken for another. Pure. */

import type { Person } from "@letterlock/kit"

/** Where a person is known from, the nearest first. */
export const SOURCES = ["here", "colleague", "known", "contacts"] as const
export type Source = (typeof SOURCES)[number]

export interface Candidate extends Person {
    readonly source: Source
}

export interface Match extends Candidate {
    /** The address of somebody of the same name at another domain; empty for nobody. */
    readonly twin: string
}

/** Fewer letters find half of the world. */
export const LEAST = 2
const MOST = 6   // on a list in 320 px

/** Small letters without accents, and one space where white space was. */
export const folded = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\s+/gu, " ").trim().toLowerCase()

const wordsOf = (text: string): string[] => folded(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "")

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1)

/**
 * Those of whose name or address each typed word begins a word, the nearest first and each address once.
 *
 * @param around - Others whom one might take for another, such as the letter's readers; they are not offered.
 */
export function matching(candidates: readonly Candidate[], typed: string, around: readonly Person[]): readonly Match[] {
    const sought = wordsOf(typed)
    if (typed.trim().length < LEAST || sought.length === 0) return []
    const known = unique(candidates)
    const taken = new Set(around.map(({ address }) => address))
    const fits = ({ name, address }: Person): boolean => {
        const words = wordsOf(`${name} ${address}`)
        return sought.every((part) => words.some((word) => word.startsWith(part)))
    }
    return known.filter((one) => !taken.has(one.address) && fits(one)).slice(0, MOST)
        .map((one) => ({ ...one, twin: twinOf(one, [...known, ...around]) }))
}

/** Each address once, from the nearest source, with the first name that anybody gives it. */
export function unique(candidates: readonly Candidate[]): readonly Candidate[] {
    const found = new Map<string, Candidate>()
    const sorted = SOURCES.flatMap((source) => candidates.filter((one) => one.source === source))
    for (const one of sorted) {
        const before = found.get(one.address)
        if (before === undefined) found.set(one.address, one)
        else if (before.name === "") found.set(one.address, { ...before, name: one.name })
    }
    return [...found.values()]
}

function twinOf({ name, address }: Person, others: readonly Person[]): string {
    const wanted = folded(name)
    if (wanted === "") return ""
    return others.find((one) => folded(one.name) === wanted && domainOf(one.address) !== domainOf(address))?.address ?? ""
}
