/** Why a person's own identity does not do what it is asked (docs/spec/enrolment.md section 7). */

import { CryptoError } from "./errors.ts"

export const OWN_REFUSALS = {
    "own-key-closed": "The key that this browser kept does not open any more.",
    "own-key-unknown": "This is sealed to a key that is not among this person's.",
    "own-key-other": "An earlier key is not the one that the server named.",
    "own-key-challenge": "The server's question to this key is not well formed.",
} as const

export type OwnRefusal = keyof typeof OWN_REFUSALS

/** Nothing was opened or signed. After `own-key-closed` a keyslot has to be opened again. */
export class OwnKeyRefused extends CryptoError {
    override readonly name = "OwnKeyRefused"
    declare readonly code: OwnRefusal

    constructor(code: OwnRefusal) {
        super(code, OWN_REFUSALS[code])
    }
}
