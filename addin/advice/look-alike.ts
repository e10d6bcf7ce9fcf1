/** Domains that look like another. Pure. */

import { fold } from "./text.ts"

/** Signs that are read as others; of letters outside ASCII, those that look the same. */
const SAME: readonly (readonly [RegExp, string])[] = [
    [/[1il|ı]/gu, "l"], [/rn/gu, "m"], [/vv/gu, "w"], [/cl/gu, "d"], [/0/gu, "o"], [/5/gu, "s"], [/-/gu, ""],
    [/а/gu, "a"], [/е/gu, "e"], [/о/gu, "o"], [/р/gu, "p"], [/с/gu, "c"], [/х/gu, "x"], [/у/gu, "y"], [/і/gu, "l"],
]

const looks = (name: string): string => SAME.reduce((text, [sign, plain]) => text.replace(sign, plain), fold(name))

/** How many signs must be put in, left out, changed or swapped to get from one to the other. */
export function distance(one: string, other: string): number {
    let [before, row]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)]
    for (let i = 1; i <= one.length; i++) {
        const next = [i]
        for (let j = 1; j <= other.length; j++) {
            const changed = one[i - 1] === other[j - 1] ? 0 : 1
            const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
            next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + changed, swapped))
        }
        ;[before, row] = [row, next]
    }
    return row[other.length] ?? 0
}

/**
 * Whether `domain` could be taken for `known`: another ending, signs that look the same, a sign more, less or
 * changed, the other's name with something added. Equal ones are not, nor a domain and what is below it.
 */
export function isLookAlike(domain: string, known: string): boolean {
    if (domain === known || domain.endsWith(`.${known}`) || known.endsWith(`.${domain}`)) return false
    const [name, other] = [nameOf(domain), nameOf(known)]
    if (name === "" || other === "") return false
    if (name === other) return other.length > 3
    if (looks(name) === looks(other)) return true
    if (other.length > 4 && distance(looks(name), looks(other)) === 1) return true
    return other.length > 5 && new RegExp(`^(?:${other}-|.+-${other}$)`, "u").test(name) || domain.startsWith(`${known}.`)
}

/** Second-level endings under which firms have their names. */
const SECOND = new Set(["co", "com", "org", "ac", "or", "gv", "net", "ltd"])

function nameOf(domain: string): string {
    const labels = domain.split(".")
    const under = labels.length > 2 && SECOND.has(labels.at(-2) ?? "") ? 3 : 2
    return labels.at(-under) ?? ""
}
