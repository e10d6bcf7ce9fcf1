/** The passkeys of this browser, as the flows of an own key ask them. */

import { create, fromBase64Url, get, ownOptions, type Salts, secretOf } from "../webauthn.ts"
import type { Asked, Passkeys } from "./desk.ts"

/** By the platform's WebAuthn. Each refusal is a PasskeyRefused of webauthn.ts, with a sentence. */
export const passkeysHere: Passkeys = {
    create: async (options) => {
        const { credential, opens } = await create(options as PublicKeyCredentialCreationOptionsJSON)
        return { credential, id: credential.id, prf: opens !== "no" }
    },
    evaluate: async (rp, asked) => {
        const signed = await get(ownOptions(rp), saltsOf(asked))
        return { id: signed.credential.id, prf: secretOf(signed) }
    },
    assert: async (options, known) => {
        const { credential, prf } = await get(options as PublicKeyCredentialRequestOptionsJSON, saltsOf(known === null ? [] : [known]))
        return { credential, id: credential.id, prf }
    },
}

const saltsOf = (asked: readonly Asked[]): Salts => Object.fromEntries(asked.map(({ credential, salt }) => [credential, fromBase64Url(salt)]))
