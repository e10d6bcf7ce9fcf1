/** Who holds the key decides what the page shows. */

import { find, say } from "@letterlock/kit"
import { fetchOwn, forgetOwn } from "@letterlock/kit/own/index"

import { watchIdle } from "../reader/idle.ts"
import { isForStaff } from "../unlock/audience.ts"
import { Enrolling } from "./enrolling.ts"
import { offerEntry } from "./entering.ts"
import { type Fresh, FreshCode } from "./fresh.ts"
import { FreshSignIn } from "./fresh-sign-in.ts"
import { busy, excuse, fault, isOver, type KeyPage, readPage, showOut, showStage, trouble } from "./page.ts"
import { clearRotation, offerRotation } from "./rotating.ts"
import { Slip } from "./slip.ts"
import { YourKey } from "./yours.ts"

const IDLE = 30 * 60_000   // milliseconds; the session ends after as long (http.md section 5)
const LOST = "#lost"   // of the address: she comes from a letter that nothing of hers opens
const NEW = "#new"   // she puts another key in the place of the one that she has

/** Ask the server, if somebody is signed in who may hold a key; show what follows. */
export async function startKeyPage(): Promise<void> {
    const page = readPage()
    offerEntry(page)
    const loading = document.querySelector<HTMLElement>("[data-stage=loading]")
    if (loading === null) return
    const { enrolling, yours, fresh } = startParts(page)
    const showing = async (show: () => Promise<void>): Promise<void> => {
        trouble(loading, null)
        showStage("loading")
        try {
            await show()
        } catch (error) {
            if (isOver(error)) showOut()
            else trouble(loading, excuse(error))
        }
    }
    const load = (): Promise<void> => showing(async () => {
        const state = await fetchOwn(page.desk)
        const { key } = state
        if (state.custody === "managed") await enrolling.start()
        else if (location.hash === LOST && key !== null) await offerNew(fresh, () => showing(() => enrolling.start(key)))
        else if (location.hash === NEW && key !== null) await offerRotation(page, fresh, (present) => showing(() => enrolling.start(present)))
        else await yours.start()
    })
    const again = find("#load-again", HTMLButtonElement)
    again.addEventListener("click", () => { void busy(again, load) })
    // Nothing was begun where the link to it stands; the link to #main, above the page, leaves all as it is.
    addEventListener("hashchange", () => { if ([LOST, NEW].includes(location.hash)) location.reload() })
    await load()
}

interface Parts { readonly enrolling: Enrolling; readonly yours: YourKey; readonly fresh: Fresh }

function startParts(page: KeyPage): Parts {
    const [fresh, slip] = [isForStaff() ? new FreshSignIn() : new FreshCode(page), new Slip()]
    const parts = { enrolling: new Enrolling(page, fresh, slip), yours: new YourKey(page, fresh, slip), fresh }
    watchIdle(IDLE, () => {
        parts.enrolling.end()
        parts.yours.end()
        clearRotation()
        void forgetOwn()
        showOut()
    })
    return parts
}

/** A new key in place of a lost one, once she has read what that costs. */
async function offerNew(fresh: Fresh, make: () => Promise<void>): Promise<void> {
    const form = find("#lost", HTMLFormElement)
    form.hidden = !await fresh.first(find("[data-stage=lost] [data-fresh]", HTMLElement))
    const sure = find("#lost-sure", HTMLInputElement)
    sure.addEventListener("change", () => { fault(sure, null) })
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        if (!sure.checked) fault(sure, say("key.code.tick"))
        else void busy(form, make)
    })
    showStage("lost", find("[data-stage=lost] h1", HTMLElement))
}
