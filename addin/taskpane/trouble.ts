/** Why a letter did not go, in a sentence with one next step. */

import { OwnKeyRefused } from "@letterlock/crypto"
import { Problem, say } from "@letterlock/kit"
import { KeyNeeded } from "@letterlock/kit/own/desk"
import { writingTrouble } from "@letterlock/kit/writing/index"

import { OfficeFailed } from "./office.ts"
import { WORDS } from "./own-words.ts"

/** The text in the pane is kept in every case, and each sentence says so. */
export function sendingTrouble(error: unknown): string {
    if (error instanceof KeyNeeded || error instanceof OwnKeyRefused) return WORDS.needed
    if (error instanceof Problem && error.code === "own-key-changed") return WORDS.replaced
    return error instanceof OfficeFailed ? say("pane.outlook") : writingTrouble(error, say("pane.send"))
}
