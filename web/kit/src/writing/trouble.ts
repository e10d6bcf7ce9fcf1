/** Why something did not go, in a sentence with one next step. */

import { BodyTooLarge, CryptoError, LogRefused, OwnKeyRefused } from "@letterlock/crypto"

import { Problem, Unreachable } from "../api.ts"
import { clock } from "../dates.ts"
import { KeyNeeded } from "../own/desk.ts"
import { say, sayList } from "../words.ts"
import { NotSignedIn } from "./desk.ts"
import type { KeptState } from "./keeper.ts"
import { Gone } from "./place.ts"
import { Unsure } from "./sending.ts"
import { CannotWait } from "./waiting.ts"

/** A stopped send. What was written is kept in every case, and each sentence says so. `button` is what to press again. */
export function writingTrouble(error: unknown, button: string): string {
    if (error instanceof Unsure) return say("writing.unsure", { button })
    if (error instanceof Gone) return say("writing.gone", { button })
    if (error instanceof NotSignedIn) return say("writing.signed-out", { button })
    if (error instanceof Unreachable) return say("writing.offline", { button })
    if (error instanceof KeyNeeded || error instanceof OwnKeyRefused) return say("writing.key-needed")
    if (error instanceof CannotWait) return error.who.length === 0 ? say("writing.waits.managed") : say("writing.waits.hidden", { who: sayList(error.who) })
    if (error instanceof BodyTooLarge) return say("writing.long")
    if (error instanceof CryptoError && error.code === "lookup-refused") return say("writing.keys")
    if (error instanceof LogRefused) return say("writing.log")
    if (error instanceof Problem && error.detail !== "") return say("writing.stopped", { detail: error.detail })
    return say("writing.fault", { button })
}

/** The line under the text: when it was saved, or why it was not; empty while there is nothing to keep. */
export function keptWords(kept: KeptState): string {
    if (kept.state === "none") return ""
    if (kept.state === "saved") return say("writing.draft.saved", { time: clock(kept.at) })
    if (kept.state === "sent") return say("writing.draft.sent")
    if (kept.state === "changed") return say("writing.draft.changed")
    if (kept.why instanceof Unreachable) return say("writing.draft.offline")
    if (kept.why instanceof NotSignedIn) return say("writing.draft.signed-out")
    if (kept.why instanceof KeyNeeded) return say("writing.draft.key-needed")
    if (kept.why instanceof Problem && kept.why.code === "too-many-drafts") return say("writing.draft.many")
    return say("writing.draft.failed")
}

/** Why a file was not added: the worker names the check; `kind` is what the name says, in words. */
export function fileTrouble(error: unknown, name: string, kind: string, program: boolean): string {
    const code = error instanceof CryptoError ? error.code : ""
    switch (code) {
        case "file-empty": return say("writing.file.empty", { name })
        case "file-too-large": return say("writing.file.large", { name })
        case "file-name": return say("writing.file.name", { name })
        case "file-type": return say(program ? "writing.file.type.program" : "writing.file.type", { name, kind })
        case "too-many-files": return say("writing.file.many", { name })
        default: return say("writing.file.unread", { name })
    }
}

/** Why a sealed file did not go up. */
export function uploadTrouble(error: unknown): string {
    if (error instanceof Problem && error.detail !== "" && error.status !== 500) return say("writing.file.stopped", { detail: error.detail })
    return say(error instanceof NotSignedIn ? "writing.file.signed-out" : "writing.file.offline")
}
