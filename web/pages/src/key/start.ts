/** Who holds the key decides what the page shows. */

import { find } from "@letterlock/kit"
import { fetchOwn } from "@letterlock/kit/own/index"

import { Enrolling } from "./enrolling.ts"
import { FreshCode } from "./fresh.ts"
import { busy, excuse, isOver, readPage, showOut, showStage, trouble } from "./page.ts"
import { Slip } from "./slip.ts"
import { YourKey } from "./yours.ts"

/** Ask the server, if somebody is signed in who may hold a key; show what follows. */
export async function startKeyPage(): Promise<void> {
    const loading = find("[data-stage=loading]", HTMLElement)
    if (loading.hidden) return
    const page = readPage()
    const [fresh, slip] = [new FreshCode(page), new Slip()]
    const enrolling = new Enrolling(page, fresh, slip)
    const yours = new YourKey(page, fresh, slip)
    const load = async (): Promise<void> => {
        trouble(loading, null)
        showStage("loading")
        try {
            const state = await fetchOwn(page.desk)
            await (state.custody === "managed" ? enrolling.start() : yours.start())
        } catch (error) {
            if (isOver(error)) showOut()
            else trouble(loading, excuse(error))
        }
    }
    const again = find("#load-again", HTMLButtonElement)
    again.addEventListener("click", () => { void busy(again, load) })
    await load()
}
