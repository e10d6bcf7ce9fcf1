/** How a pairing ended without the pane getting anything: what happened, and one next step. */

import { PairingRefused } from "@letterlock/crypto"
import { find, Problem, say, type WordKey } from "@letterlock/kit"
import { TriesUsed } from "@letterlock/kit/own/index"

import { announce, excuse, showStage } from "../key/page.ts"

export type Ending = "link" | "gone" | "no" | "late" | "tries" | "answered" | "many" | "managed"

/** Of a code, what the person reads. */
const NEXT: Readonly<Partial<Record<Ending, WordKey>>> = {
    link: "pair.link.next", no: "pair.no.next", answered: "pair.answered.next", many: "pair.many.next", managed: "pair.managed.next",
}
/** It may be that the link is for another person than the one who is signed in. */
const PERSONS: ReadonlySet<Ending> = new Set(["gone", "managed"])
const TO_KEY: ReadonlySet<Ending> = new Set(["managed", "many", "no"])

/** @param name - Who is signed in. */
export function showEnding(ending: Ending, name: string): void {
    const why = ending === "gone" || ending === "managed" ? say(`pair.${ending}.why`, { name }) : say(`pair.${ending}.why`)
    const next = NEXT[ending] ?? "pair.gone.next"
    show(say(`pair.${ending}`), why, say(next as "pair.gone.next"))
    find("#over-again", HTMLElement).hidden = true
    find("#over-key", HTMLElement).hidden = !TO_KEY.has(ending)
    find("#over-other", HTMLElement).hidden = !PERSONS.has(ending)
}

/** It could not be looked at: the link is kept, and "Try again" does. */
export function showAway(error: unknown): void {
    show(say("pair.away"), excuse(error), say("pair.away.next"))
    find("#over-again", HTMLElement).hidden = false
    for (const id of ["#over-key", "#over-other"]) find(id, HTMLElement).hidden = true
}

/** Which ending a failure is; null: it may pass, or is ours. */
export function endingOf(error: unknown): Ending | null {
    if (error instanceof TriesUsed) return "tries"
    if (error instanceof PairingRefused && error.code === "pairing-link") return "link"
    if (!(error instanceof Problem)) return null
    if (error.code === "pairing-gone") return "gone"
    if (error.code === "pairing-answered") return "answered"
    return error.code === "too-many-panes" ? "many" : null
}

function show(heading: string, why: string, next: string): void {
    const title = find("#over-h", HTMLElement)
    title.textContent = heading
    find("#over-why", HTMLElement).textContent = why
    find("#over-next", HTMLElement).textContent = next
    announce(`${heading}. ${why} ${next}`)
    showStage("over", title)
}
