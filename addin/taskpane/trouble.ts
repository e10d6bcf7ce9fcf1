/** Why a letter did not go, in a sentence with one next step. */

import { OwnKeyRefused } from "@letterlock/crypto"
import { list, Problem, say } from "@letterlock/kit"
import { KeyNeeded } from "@letterlock/kit/own/desk"
import { CannotWait, writingTrouble } from "@letterlock/kit/writing/index"

import type { Demand } from "./least.ts"
import { WORDS as LEAST } from "./least-words.ts"
import { OfficeFailed } from "./office.ts"
import { WORDS } from "./own-words.ts"

/** The text in the pane is kept in every case, and each sentence says so. `demand`: what the firm asks of this letter. */
export function sendingTrouble(error: unknown, demand: Demand | null = null): string {
    if (error instanceof CannotWait && demand !== null) return demanded(error, demand)
    if (error instanceof Problem && error.code === "level-below") return LEAST.below(list(error.facts["addresses"]).map(String))
    if (error instanceof KeyNeeded || error instanceof OwnKeyRefused) return WORDS.needed
    if (error instanceof Problem && error.code === "own-key-changed") return WORDS.replaced
    return error instanceof OfficeFailed ? say("pane.outlook") : writingTrouble(error, say("pane.send"))
}

const demanded = ({ who }: CannotWait, { firm, domains }: Demand): string => who.length === 0
    ? LEAST.stopped(firm, domains) : `${LEAST.why(firm, domains)} ${LEAST.hidden(who)} ${LEAST.hiddenStopped}`
