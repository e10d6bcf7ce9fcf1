/** Somebody of the firm signs in at Microsoft, comes back, and signs out. */

import { fact, find, Problem, say, Unreachable } from "@letterlock/kit"
import { forgetOwn } from "@letterlock/kit/own/index"

import { finishSignIn, goSignIn, signOut, takeBack, tellSignedIn } from "./signing-in.ts"

const HOME = "/staff"

/** Bring the page to life: what it shows is the server's word. */
export async function startStaffPage(): Promise<void> {
    const stage = fact(find("#main", HTMLElement), "stage")
    if (stage === "in") {
        press("#sign-out", async () => {
            await forgetOwn()
            await signOut()
            location.replace(HOME)
        })
        return
    }
    // Broken off at Microsoft and begun anew, it still leads to where she wanted to go.
    const back = stage === "back" ? takeBack() : null
    press("#sign-in", () => goSignIn(back ?? HOME))
    if (stage === "back") await comeBack(back)
}

/** Post what Microsoft put behind the `#` of the address, and take it out of there first. */
async function comeBack(back: string | null): Promise<void> {
    const query = new URLSearchParams(location.hash.slice(1))
    history.replaceState(null, "", location.pathname)
    const [state, code, error] = [query.get("state"), query.get("code"), query.get("error")]
    try {
        if (state === null || code === null) showTrouble(error === null ? null : say("staff.cancelled"))
        else {
            await finishSignIn(state, code)
            await goOn(back)
            return
        }
    } catch (failed) {
        showTrouble(excuse(failed))
    }
    find("#wait", HTMLElement).hidden = true
    find("#out", HTMLElement).hidden = false
    find("#sign-in", HTMLButtonElement).focus()
}

/** To the page that sent her here; where none of this window did, another window may have. */
async function goOn(back: string | null): Promise<void> {
    if (back !== null || !await tellSignedIn()) {
        location.replace(back ?? HOME)
        return
    }
    find("#wait", HTMLElement).hidden = true
    find("#elsewhere", HTMLElement).hidden = false
    find("#said", HTMLElement).textContent = say("staff.elsewhere")
}

function press(selector: string, work: () => Promise<void>): void {
    const button = find(selector, HTMLButtonElement)
    button.addEventListener("click", () => {
        if (button.ariaBusy === "true") return
        button.ariaBusy = "true"
        showTrouble(null)
        void work().catch((error: unknown) => { showTrouble(excuse(error)) }).finally(() => { button.ariaBusy = null })
    })
}

/** Say what went wrong; null takes it away. */
function showTrouble(words: string | null): void {
    const note = find("#trouble", HTMLElement)
    note.hidden = words === null
    find("p", HTMLParagraphElement, note).textContent = words ?? ""
    find("#said", HTMLElement).textContent = words ?? ""
}

function excuse(error: unknown): string {
    if (error instanceof Unreachable) return say("staff.offline", { host: location.host })
    return error instanceof Problem && error.detail !== "" ? error.detail : say("staff.unexpected")
}
