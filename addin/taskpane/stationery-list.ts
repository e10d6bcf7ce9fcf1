/** Templates as the server lists them, and the search among them. Pure. */

import { type Members, members, text } from "@letterlock/kit/shape"

export interface Template {
    readonly id: string
    readonly name: string
    /** Such as "en" or "de-AT". */
    readonly language: string
    /** The firm's, or else one's own. */
    readonly firm: boolean
    readonly version: number
}

/** A template with its text, as html that nobody has checked. */
export interface Whole extends Template {
    readonly body: string
}

export function templateIn(value: unknown): Template {
    const said = members(value)
    return { id: text(said, "id"), name: text(said, "name"), language: text(said, "language"), firm: said["firm"] === true, version: Number(said["version"]) }
}

export function wholeIn(value: unknown): Whole {
    const said: Members = members(value)
    return { ...templateIn(said), body: text(said, "body") }
}

/** Those whose name has a word that begins with each word of the search; those whose name begins with it come first. */
export function matching(all: readonly Template[], search: string): readonly Template[] {
    const wanted = wordsOf(search)
    const found = all.filter(({ name }) => {
        const words = wordsOf(name)
        return wanted.every((word) => words.some((one) => one.startsWith(word)))
    })
    const begins = ({ name }: Template): number => folded(name).startsWith(folded(search.trim())) ? 0 : 1
    return found.sort((a, b) => begins(a) - begins(b))
}

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
const wordsOf = (text: string): string[] => folded(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "")
