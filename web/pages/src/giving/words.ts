/** Why a letter was not given, in a sentence. */

import { CryptoError } from "@letterlock/crypto"
import { say } from "@letterlock/kit"
import { NotReady, OtherLetter } from "@letterlock/kit/waiting/index"

/** Null for what is not of giving: a call that failed. */
export function refusalWords(error: unknown, who: string): string | null {
    if (error instanceof NotReady) return say("giving.not-ready", { who })
    if (error instanceof OtherLetter) return say("giving.other", { who })
    return error instanceof CryptoError ? say("giving.refused", { who }) : null
}
