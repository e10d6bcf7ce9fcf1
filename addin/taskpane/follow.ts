/** What became of the notice, told truthfully until it is settled. */

import { type Members, members, Problem, say, sayList, textOr } from "@letterlock/kit"
import type { Caller } from "@letterlock/kit/writing/index"

/** What the pane says next. `settled` ends the watch. */
export interface News {
    readonly text: string
    /** For whoever looks into it: why the notice did not go; empty for nothing. */
    readonly reason?: string
    /** Only the sender can say what became of it. */
    readonly asks?: boolean
    readonly settled: boolean
}

const PATIENCE = 15_000   // milliseconds; a notice that takes longer is said to wait
const QUICK = 1000
const SLOW = 5000

/** The sentence for one answer of `GET /messages/{id}`, `age` milliseconds after acceptance. */
export function newsOf(answer: Members, who: readonly string[], age: number): News {
    const notice = members(answer["notice"] ?? {})
    const detail = textOr(notice, "detail", "")
    switch (notice["state"]) {
        case "sent":
            return { text: say(who.length === 1 && who[0]?.includes("@") === false ? "pane.sent" : "pane.sent.many", { who: sayList(who) }), settled: true }
        case "failed":
            return { text: say("pane.failed"), reason: detail, settled: true }
        case "bounced": case "reported":   // it had left; what came back is told in the list above
            return { text: say("pane.sent.many", { who: sayList(who) }), settled: true }
        case "unconfirmed":
            return { text: say(detail === "looking" ? "pane.looking" : "pane.unconfirmed"), asks: detail !== "looking", settled: false }
        case "held":
            return { text: say(detail === "sign-in" ? "pane.held" : "pane.late"), settled: false }
        default:   // queued; Microsoft 365 is named only where a try has failed for its silence
            return { text: say(detail === "consent" ? "pane.consent" : detail === "away" ? "pane.waiting" : age > PATIENCE ? "pane.late" : "pane.queued"), settled: false }
    }
}

/** Ask until the notice is settled or `signal` ends it; `tell` hears each answer. */
export async function follow(
    call: Caller, id: string, tell: (answer: Members | null, age: number) => boolean, signal: AbortSignal
): Promise<void> {
    const began = Date.now()
    while (!signal.aborted) {
        const age = Date.now() - began
        const answer = await ask(call, id, signal)
        if (isOver(signal) || tell(answer, age)) return
        await pause(age < PATIENCE ? QUICK : SLOW, signal)
    }
}

async function ask(call: Caller, id: string, signal: AbortSignal): Promise<Members | null> {
    try {
        return members(await call((api) => api.get(`/messages/${id}`, { signal })))
    } catch (error) {
        if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429) throw error
        return null
    }
}

/** Asked anew after each wait. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener("abort", () => {
            clearTimeout(timer)
            resolve()
        }, { once: true })
    })
}
