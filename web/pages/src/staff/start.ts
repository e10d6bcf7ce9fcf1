/** Somebody of the firm signs in at Microsoft, comes back, and signs out. */

import { Api, fact, find, members, Problem, say, text, Unreachable } from "@letterlock/kit"

const HOME = "/staff"
const api = new Api("/api/v1/staff")

/** Bring the page to life: what it shows is the server's word. */
export async function startStaffPage(): Promise<void> {
    const stage = fact(find("#main", HTMLElement), "stage")
    if (stage === "in") {
        press("#sign-out", async () => {
            await api.delete("/sessions/current")
            location.replace(HOME)
        })
        return
    }
    press("#sign-in", async () => {
        location.assign(text(members(await api.post("/sign-ins")), "address"))
    })
    if (stage === "back") await comeBack()
}

/** Post what Microsoft put behind the `#` of the address, and take it out of there first. */
async function comeBack(): Promise<void> {
    const query = new URLSearchParams(location.hash.slice(1))
    history.replaceState(null, "", location.pathname)
    const [state, code, error] = [query.get("state"), query.get("code"), query.get("error")]
    try {
        if (state === null || code === null) showTrouble(error === null ? null : say("staff.cancelled"))
        else {
            await api.post("/sessions", { body: { state, code } })
            location.replace(HOME)
            return
        }
    } catch (failed) {
        showTrouble(excuse(failed))
    }
    find("#wait", HTMLElement).hidden = true
    find("#out", HTMLElement).hidden = false
    find("#sign-in", HTMLButtonElement).focus()
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
