/** Letters of one's own that wait: sign in, see which are ready, open one's key, give (docs/spec/waiting.md section 3). */

import { find, say } from "@letterlock/kit"
import { forgetOwn } from "@letterlock/kit/own/index"

import { busy, excuse, isOver, readPage, showOut, showStage, trouble } from "../key/page.ts"
import { watchIdle } from "../reader/idle.ts"
import { goSignIn } from "../staff/signing-in.ts"
import { Giving } from "./giving.ts"

const HERE = "/staff/waiting"
const IDLE = 30 * 60_000   // milliseconds; the session ends after as long (http.md section 5)

/** Ask the server, if somebody is signed in; show what waits. */
export async function startGivingPage(): Promise<void> {
    const page = readPage()
    offerSignIn()
    const loading = document.querySelector<HTMLElement>("[data-stage=loading]")
    if (loading === null) return
    const giving = new Giving(page)
    const load = async (): Promise<void> => {
        trouble(loading, null)
        again.hidden = true
        showStage("loading")
        try {
            await giving.start()
        } catch (error) {
            again.hidden = false
            if (isOver(error)) showOut(say("giving.session"))
            else trouble(loading, excuse(error))
        }
    }
    const again = find("#load-again", HTMLButtonElement)
    again.addEventListener("click", () => { void busy(again, load) })
    watchIdle(IDLE, () => {
        void forgetOwn()
        showOut(say("giving.session"))
    })
    await load()
}

function offerSignIn(): void {
    const form = find("#enter", HTMLFormElement)
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        trouble(form, null)
        void busy(form, () => goSignIn(HERE).catch((error: unknown) => { trouble(form, excuse(error)) }))
    })
}
