/** Why a pane is not paired (docs/spec/pairing.md section 2). */

import { CryptoError } from "./errors.ts"

export const PAIRING_REFUSALS = {
    "pairing-code": "These are not the characters that the pane shows.",
    "pairing-link": "This link is not whole.",
    "pairing-answer": "What came back was not made by your own browser.",
    "pairing-other-key": "What came back is not the key that the directory names for you.",
} as const

export type PairingRefusal = keyof typeof PAIRING_REFUSALS

/** Nothing was sealed or taken in. After `pairing-code` the person may try again, five times in all. */
export class PairingRefused extends CryptoError {
    override readonly name = "PairingRefused"
    declare readonly code: PairingRefusal

    constructor(code: PairingRefusal) {
        super(code, PAIRING_REFUSALS[code])
    }
}
