/** What became of the trial mail, in words; asked again until every lane has an answer. */

import { element, find, icon, language, say, type WordKey } from "@letterlock/kit"

import type { Answers, Trial } from "./state.ts"

const AGAIN_MS = 1500
const SLOW_MS = 30_000
const WHY: Readonly<Record<string, WordKey>> = {
    "sign-in": "set-up.trial.sign-in", later: "set-up.trial.away", connection: "set-up.trial.away",
    certificate: "set-up.trial.certificate", "no-tls": "set-up.trial.certificate", unknown: "set-up.trial.unknown",
    ErrorAccessDenied: "set-up.trial.refused", ErrorSendAsDenied: "set-up.trial.refused", "403": "set-up.trial.refused",
    ErrorInvalidUser: "set-up.trial.missing", ErrorMailboxNotFound: "set-up.trial.missing", Request_ResourceNotFound: "set-up.trial.missing",
    MailboxNotEnabledForRESTAPI: "set-up.trial.missing", "404": "set-up.trial.missing",
}

export class Trials {
    readonly #again: () => Promise<void>
    #timer: ReturnType<typeof setTimeout> | undefined

    /** `again` fetches the answers anew. */
    constructor(again: () => Promise<void>) {
        this.#again = again
    }

    show({ trials, now, done }: Answers): void {
        const rows = trials.map((trial) => row(trial, trials.length, now))
        const before = find("#trials", HTMLElement)
        if (before.textContent !== rows.map(({ textContent }) => textContent).join("")) before.replaceChildren(...rows)
        const taken = trials.length > 0 && trials.every(({ state }) => state === "taken")
        find("#arrived", HTMLElement).hidden = !taken || done.has("mailbox")
        clearTimeout(this.#timer)
        if (trials.some(({ state }) => state === "waiting")) this.#timer = setTimeout(() => { void this.#again() }, AGAIN_MS)
    }
}

function row(trial: Trial, count: number, now: number): HTMLLIElement {
    const what = count === 1 ? say("set-up.trial.all") : say(trial.lane === "codes" ? "set-up.trial.codes" : "set-up.trial.notices")
    const state = trial.state === "taken" ? "ok" : trial.state === "failed" ? "care" : ""
    const drawing = trial.state === "taken" ? "good" : trial.state === "failed" ? "care" : "clock"
    return element("li", { "data-st": state }, icon(drawing), element("span", {}, words(trial, what, now)))
}

function words({ state, reason, at }: Trial, what: string, now: number): string {
    if (state === "waiting") return now - at > SLOW_MS ? say("set-up.trial.slow", { what }) : say("set-up.trial.waiting", { what })
    if (state === "taken") {
        const time = new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(at)
        return say("set-up.trial.taken", { what, time })
    }
    const known = WHY[reason]
    if (known === "set-up.trial.refused" || known === "set-up.trial.missing") return say(known, { what, reason })
    if (known === undefined) return say("set-up.trial.other", { what, reason })
    return say(known as "set-up.trial.away", { what })
}
