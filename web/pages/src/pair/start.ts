/** A pane asks for one's key: who asks, was it oneself, unlock, the pane's code, done (docs/spec/pairing.md section 1). */

import { find } from "@letterlock/kit"
import { kIn } from "@letterlock/kit/own/index"

import { busy, excuse, type KeyPage, readPage, showStage, trouble } from "../key/page.ts"
import { goSignIn } from "../staff/signing-in.ts"
import { keepLink, takeLink } from "./link.ts"
import { showEnding } from "./over.ts"
import { Pairing } from "./pairing.ts"

const HERE = "/staff/pair"

/** The link leaves the address before anything else is done. */
export async function startPairPage(): Promise<void> {
    const link = takeLink()
    const page = readPage()
    const isSignedIn = document.querySelector("[data-stage=ask]") !== null
    const pairing = isSignedIn ? new Pairing(page) : null
    const begin = async (given: string): Promise<void> => {
        const k = checked(given, page)
        if (k === null) return
        offerSignIn(k)
        if (pairing === null) showStage("out")
        else await pairing.begin(k)
    }
    // Another link in the same window; the link to #main, above the page, is none.
    addEventListener("hashchange", () => { if (!["", "#main"].includes(location.hash)) void begin(takeLink()) })
    await begin(link)
}

function checked(link: string, page: KeyPage): string | null {
    try {
        return kIn(link)
    } catch {
        showEnding("link", page.name)
        return null
    }
}

function offerSignIn(k: string): void {
    const form = find("#enter", HTMLFormElement)
    form.onsubmit = (event): void => {
        event.preventDefault()
        trouble(form, null)
        void busy(form, async () => {
            keepLink(k)
            await goSignIn(HERE).catch((error: unknown) => {
                takeLink()   // she stays here, and so does the link
                trouble(form, excuse(error))
            })
        })
    }
}
