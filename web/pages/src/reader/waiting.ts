/** A letter that waits for its reader's key: what the page says of it (waiting.md section 2). */

import { dayMonth, find, Problem, say } from "@letterlock/kit"

import { keepLetter } from "../waiting/kept.ts"
import { announce, type Letter, showStage } from "./page.ts"

/** Bring the stages to life. `again`: look whether the letter is hers by now; `notMe`: somebody else is signed in. */
export function wireWaiting(letter: Letter, act: { readonly again: () => void; readonly notMe: () => void }): void {
    find("#make-key", HTMLAnchorElement).addEventListener("click", () => { keepLetter(letter.id) })
    find("#look-again", HTMLButtonElement).addEventListener("click", act.again)
    find("#waiting-not-me", HTMLButtonElement).addEventListener("click", act.notMe)
}

/** Show that the letter waits, or has waited. Whether the error said so. */
export function showWaiting(error: unknown): boolean {
    if (!(error instanceof Problem)) return false
    if (error.code === "waiting-over") showOver(error.facts["reason"])
    else if (error.code === "waiting") showUntil(error)
    else return false
    return true
}

function showUntil({ facts }: Problem): void {
    const stage = facts["own"] === true ? "ready" : "waiting"
    const until = new Date(Number(facts["until"]) * 1000)
    find(`[data-stage=${stage}] [data-until]`, HTMLElement).textContent = say("waiting.until", { date: dayMonth(until) })
    showStage(stage)
    announce(say(stage === "ready" ? "waiting.ready" : "waiting.key"))
}

function showOver(reason: unknown): void {
    for (const part of document.querySelectorAll<HTMLElement>("[data-stage=over] [data-for]")) {
        part.hidden = part.dataset["for"] !== reason
    }
    showStage("over")
    announce(say("waiting.over"))
}
