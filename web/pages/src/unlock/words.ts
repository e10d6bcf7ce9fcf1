/** Why a key did not open, in a sentence; and where it is said. */

import { KeyslotRefused, OwnKeyRefused, WorkerFailed } from "@letterlock/crypto"
import { say } from "@letterlock/kit"
import { NoSlot, type Unlocking } from "@letterlock/kit/own/index"
import { PasskeyRefused } from "@letterlock/kit/webauthn"

import { isForStaff } from "./audience.ts"

export interface Said {
    readonly words: string
    /** It is what was typed that is wrong, so it stands under the field. */
    readonly typed: boolean
}

/** The sentence for what `unlock` threw; null for what is not its own: a call that failed. */
export function unlockWords(error: unknown, by: Unlocking["kind"]): Said | null {
    const note = (words: string): Said => ({ words, typed: false })
    if (error instanceof PasskeyRefused) return note(error.sentence)
    if (error instanceof WorkerFailed && by === "password") return note(say("unlock.password.memory"))
    if (error instanceof NoSlot) return note(say("unlock.passkey.other"))
    if (error instanceof OwnKeyRefused) return note(sayDamaged(error.code))
    return error instanceof KeyslotRefused ? refused(error, by) : null
}

function refused({ code }: KeyslotRefused, by: Unlocking["kind"]): Said {
    if (code === "recovery-code") return { words: say("unlock.code.typo"), typed: true }
    if (code === "keyslot-secret" && by === "recovery-code") return { words: say("unlock.code.wrong"), typed: true }
    if ((code === "keyslot-secret" || code === "keyslot-password") && by === "password") return { words: say("unlock.password.wrong"), typed: true }
    if (code === "keyslot-secret" || code === "keyslot-prf") return { words: say("unlock.passkey.other"), typed: false }
    return { words: sayDamaged(code), typed: false }
}

const sayDamaged = (code: string): string => isForStaff() ? say("staff.unlock.damaged", { code }) : say("unlock.damaged", { code })
