/** Why a keyslot, or what shall open one, is refused (docs/spec/keyslots.md section 5). */

import { CryptoError } from "./errors.ts"

export const KEYSLOT_REFUSALS = {
    "keyslot-malformed": "The keyslot is not well formed.",
    "keyslot-costly": "The keyslot asks for more computing than any honest one; nothing was computed.",
    "keyslot-weak": "The keyslot would protect the password too little; nothing was computed.",
    "keyslot-foreign": "The keyslot belongs to another person, key or site.",
    "keyslot-prf": "The passkey gave no usable secret.",
    "keyslot-password": "The password is empty or too long.",
    "recovery-code": "The recovery code has a typing error.",
    "keyslot-secret": "This secret does not open the keyslot.",
    "keyslot-damaged": "The keyslot was changed or damaged.",
    "keyslot-identity": "The keyslot holds other keys than it names.",
    "prf-in-body": "The request contains a passkey's secret; it was not kept.",
} as const

export type KeyslotRefusal = keyof typeof KEYSLOT_REFUSALS

/** Nothing was opened. After `keyslot-secret` and `recovery-code` the person may try again. */
export class KeyslotRefused extends CryptoError {
    override readonly name = "KeyslotRefused"
    declare readonly code: KeyslotRefusal

    constructor(code: KeyslotRefusal) {
        super(code, KEYSLOT_REFUSALS[code])
    }
}
