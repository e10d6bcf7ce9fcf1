/**
 * Somebody of the firm signs in at Microsoft, from whichever page of hers needs it, and comes back
 * to that page. What leaves this window by it is said where it happens; where something is made
 * already, she signs in in another window, and the first is told.
 */

import { Api, members, moment, text } from "@letterlock/kit"

const BACK = "letterlock-back"   // in sessionStorage: of this window, and until it is closed
const AGAIN = "letterlock-again"
const HOME = "/staff"
/** A way back that somebody else wrote there leads nowhere else. */
const WAYS: ReadonlySet<string> = new Set([HOME, "/staff/key", "/staff/key#lost", "/staff/pair", "/staff/waiting"])
const CHANNEL = "letterlock-staff"
const ANSWER = 800   // milliseconds in which a window that waits says so

const api = new Api("/api/v1/staff")

/** By this header a call says that the session of staff is meant (http.md section 1). */
export const asStaff = (): Promise<Readonly<Record<string, string>>> => Promise.resolve({ "letterlock-sign-in": "staff" })

/** The page that is open, as a way back. */
export function here(): string {
    const whole = location.pathname + location.hash
    return WAYS.has(whole) ? whole : location.pathname
}

/** Go to Microsoft and come back to `back`. @param again - Microsoft asks anew, so that she is fresh. */
export async function goSignIn(back: string, again = false): Promise<void> {
    const address = await addressOf(again)
    quietly(() => {
        sessionStorage.setItem(BACK, back)
        if (again) sessionStorage.setItem(AGAIN, "yes")
        else sessionStorage.removeItem(AGAIN)
    })
    location.assign(address)
}

/** Microsoft's page for one sign-in, good for ten minutes. */
export async function addressOf(again: boolean): Promise<string> {
    return text(members(await api.post("/sign-ins", { body: { again } })), "address")
}

/** Post what Microsoft sent the browser back with. */
export async function finishSignIn(state: string, code: string): Promise<void> {
    await api.post("/sessions", { body: { state, code } })
}

export async function signOut(): Promise<void> {
    await api.delete("/sessions/current")
}

/** Until when she may change a key; null where Microsoft has to ask her first. */
export async function freshUntil(): Promise<Date | null> {
    const answer = members(await api.get("/sessions/current"))
    return answer["fresh_until"] === 0 ? null : moment(answer, "fresh_until")
}

/** Where this window wanted to go; null where it wanted nothing. Asked once. */
export function takeBack(): string | null {
    const back = taken(BACK)
    return back !== null && WAYS.has(back) ? back : null
}

/** Whether this window comes from a sign-in that asked anew. Asked once. */
export const takeAgain = (): boolean => taken(AGAIN) !== null

/** Tell other windows that she has signed in; whether one waited for it. */
export function tellSignedIn(): Promise<boolean> {
    return new Promise((resolve) => {
        const channel = new BroadcastChannel(CHANNEL)
        const end = (waited: boolean): void => {
            clearTimeout(timer)
            channel.close()
            resolve(waited)
        }
        const timer = setTimeout(() => { end(false) }, ANSWER)
        channel.addEventListener("message", ({ data }) => { if (data === "waited") end(true) })
        channel.postMessage("signed-in")
    })
}

/** Call `signedIn` when another window has, until `signal` ends it. */
export function awaitSignedIn(signedIn: () => void, signal: AbortSignal): void {
    const channel = new BroadcastChannel(CHANNEL)
    signal.addEventListener("abort", () => { channel.close() }, { once: true })
    channel.addEventListener("message", ({ data }) => {
        if (data !== "signed-in") return
        channel.postMessage("waited")
        signedIn()
    })
}

function taken(name: string): string | null {
    return quietly(() => {
        const value = sessionStorage.getItem(name)
        sessionStorage.removeItem(name)
        return value
    })
}

/** Without storage she comes back to the page of staff, and goes on from there. */
function quietly<T>(work: () => T): T | null {
    try {
        return work()
    } catch {
        return null
    }
}
