/**
 * How many guesses a password would take: a script of its own, loaded when a password is chosen, since its lists
 * are large. By zxcvbn-ts (releases every few months, several maintainers), which knows the forty thousand
 * commonest passwords and how they are varied; nothing of the password leaves the page.
 */

import { ZxcvbnFactory } from "@zxcvbn-ts/core"
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common"

const LOOKED_AT = 256   // characters; the time grows faster than the length

const estimate = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** @param known - What a guesser knows of the person: her name, her address. */
export function guesses(password: string, known: readonly string[]): number {
    const words = known.flatMap((one) => [one, ...one.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word !== "")
    return estimate.check(Array.from(password).slice(0, LOOKED_AT).join(""), words).guesses
}
