/** Why a letter did not go, in a sentence with one next step. */

import { say } from "@letterlock/kit"
import { writingTrouble } from "@letterlock/kit/writing/index"

import { OfficeFailed } from "./office.ts"

/** The text in the pane is kept in every case, and each sentence says so. */
export function sendingTrouble(error: unknown): string {
    return error instanceof OfficeFailed ? say("pane.outlook") : writingTrouble(error, say("pane.send"))
}
