/** A new key in the place of one that is there: what it changes, and the recovery code that opens the present one. */

import type { OwnKey } from "@letterlock/crypto"
import { find, say } from "@letterlock/kit"
import { unlock } from "@letterlock/kit/own/index"

import { unlockWords } from "../unlock/words.ts"
import type { Fresh } from "./fresh.ts"
import { busy, excuse, fault, isOver, type KeyPage, progress, showOut, showStage, trouble } from "./page.ts"

const STAGE = "[data-stage=rotate]"

/** Ask for the code; `make` goes on with the key that it opened. Whoever has the page or the passkey alone comes no further. */
export async function offerRotation(page: KeyPage, fresh: Fresh, make: (present: OwnKey) => Promise<void>): Promise<void> {
    const [form, field] = [find("#rotate", HTMLFormElement), fieldOf()]
    form.hidden = !await fresh.first(find(`${STAGE} [data-fresh]`, HTMLElement))
    field.addEventListener("input", () => { fault(field, null) })
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        trouble(form, null)
        if (field.value.trim() === "") fault(field, say("unlock.code.missing"))
        else void busy(form, () => goOn(page, form, make))
    })
    showStage("rotate", find(`${STAGE} h1`, HTMLElement))
}

/** Nothing of a code stays on the page. */
export function clearRotation(): void {
    fieldOf().value = ""
}

const fieldOf = (): HTMLInputElement => find("#rotate-code", HTMLInputElement)

async function goOn(page: KeyPage, form: HTMLFormElement, make: (present: OwnKey) => Promise<void>): Promise<void> {
    progress(form, say("unlock.trying"))
    let present: OwnKey
    try {
        present = await unlock(page.desk, { kind: "recovery-code", code: fieldOf().value })
    } catch (error) {
        explain(form, error)
        return
    } finally {
        progress(form, "")
    }
    clearRotation()
    await make(present)
}

function explain(form: HTMLFormElement, error: unknown): void {
    if (isOver(error)) {
        clearRotation()
        showOut()
        return
    }
    const said = unlockWords(error, "recovery-code") ?? { words: excuse(error), typed: false }
    if (said.typed) fault(fieldOf(), said.words)
    else trouble(form, said.words)
}
