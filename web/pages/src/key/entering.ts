/** Sign in, to come to the page of one's key: staff at Microsoft, a client with the passkey that this browser knows. */

import { CryptoError } from "@letterlock/crypto"
import { find, Problem, say } from "@letterlock/kit"
import { enterByPasskey, forgetHint, getHint, NoSlot } from "@letterlock/kit/own/index"
import { PasskeyRefused } from "@letterlock/kit/webauthn"

import { goSignIn, here } from "../staff/signing-in.ts"
import { isForStaff } from "../unlock/audience.ts"
import { busy, excuse, type KeyPage, trouble } from "./page.ts"

/** Show the button where it may work. The page is loaded anew when the session has begun. */
export function offerEntry(page: KeyPage): void {
    if (isForStaff()) offerSignIn()
    else offerPasskey(page)
}

function offerSignIn(): void {
    const form = find("#enter", HTMLFormElement)
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        trouble(form, null)
        void busy(form, () => goSignIn(here()).catch((error: unknown) => { trouble(form, excuse(error)) }))
    })
}

function offerPasskey(page: KeyPage): void {
    const form = find("#enter", HTMLFormElement)
    form.hidden = !("PublicKeyCredential" in globalThis) || getHint(page.desk.rp) === null
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        void busy(form, () => enter(page, form))
    })
}

async function enter(page: KeyPage, form: HTMLFormElement): Promise<void> {
    trouble(form, null)
    try {
        await enterByPasskey(page.desk)
    } catch (error) {
        // Signed in, and the key did not open by it: the page asks for it where it needs it.
        if (!(error instanceof CryptoError || error instanceof NoSlot)) {
            trouble(form, reason(error))
            return
        }
    }
    location.reload()
}

function reason(error: unknown): string {
    if (error instanceof PasskeyRefused) return error.sentence
    if (!(error instanceof Problem && error.code === "passkey-refused")) return excuse(error)
    forgetHint()
    return say("key.enter.refused")
}
