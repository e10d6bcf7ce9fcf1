/** Why a letter did not go, in a sentence with one next step. */

import { BodyTooLarge, CryptoError } from "@letterlock/crypto"
import { Problem, say, Unreachable } from "@letterlock/kit"

import { OfficeFailed } from "./office.ts"
import { Unsure } from "./sending.ts"
import { NotSignedIn } from "./signin.ts"

/** The text in the pane is kept in every case, and each sentence says so. */
export function sendingTrouble(error: unknown): string {
    if (error instanceof Unsure) return say("pane.unsure")
    if (error instanceof NotSignedIn) return say("pane.sign-in.again")
    if (error instanceof Unreachable) return say("pane.offline")
    if (error instanceof BodyTooLarge) return say("pane.long")
    if (error instanceof OfficeFailed) return say("pane.outlook")
    if (error instanceof CryptoError && error.code === "lookup-refused") return say("pane.keys")
    if (error instanceof Problem && error.detail !== "") return say("pane.stopped", { detail: error.detail })
    return say("pane.fault")
}
