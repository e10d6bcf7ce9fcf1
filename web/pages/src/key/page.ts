/** What every part of the key's page needs: whose it is, the calls, the stages, and what is said aloud. */

import { Api, fact, find, focusOn, Problem, say, startCrypto, startStretcher, Unreachable } from "@letterlock/kit"
import { passkeysHere } from "@letterlock/kit/own/here"
import { type AnswerDesk, forgetOwn, type OwnDesk } from "@letterlock/kit/own/index"

import { asStaff } from "../staff/signing-in.ts"
import { isForStaff } from "../unlock/audience.ts"

/** Of `/key` and `/staff/key`, of `/staff/pair` and of `/staff/waiting`. */
export type Stage = "out" | "loading" | "enrol" | "done" | "yours" | "lost" | "rotate" | "over" | "ask" | "unlock" | "code" | "refused" | "list"

export interface KeyPage {
    /** Who is signed in, as the server wrote it into the page. */
    readonly name: string
    readonly address: string
    readonly codeFrom: string
    readonly api: Api
    readonly desk: OwnDesk & AnswerDesk
}

/** Whoever used the page chose another way: what had begun ends without a word. */
export class GivenUp extends Error {
    override readonly name = "GivenUp"
}

/** Read the page's facts. Workers start when they are first needed. */
export function readPage(): KeyPage {
    const main = find("#main", HTMLElement)
    const api = isForStaff() ? new Api("/api/v1", asStaff) : new Api("/api/v1")
    const desk = {
        call: <Value>(work: (api: Api) => Promise<Value>): Promise<Value> => work(api), crypto: startCrypto(fact(main, "worker")), stretcher: startStretcher(fact(main, "argon2")),
        passkeys: passkeysHere, rp: location.hostname,
    }
    return { name: fact(main, "name"), address: fact(main, "address"), codeFrom: fact(main, "codeFrom"), api, desk }
}

/** Show one stage; focus moves only when somebody acted. */
export function showStage(stage: Stage, target?: HTMLElement): void {
    for (const section of document.querySelectorAll<HTMLElement>("[data-stage]")) section.hidden = section.dataset["stage"] !== stage
    if (target !== undefined) focusOn(target)
}

/** Read `words` out, politely, to those who cannot see what changed. */
export function announce(words: string): void {
    find("#said", HTMLElement).textContent = words
}

/** Say in the note of a place that it did not work; null takes it away. */
export function trouble(place: ParentNode, words: string | null): void {
    const note = find("[data-trouble]", HTMLElement, place)
    note.hidden = words === null
    find("p", HTMLParagraphElement, note).textContent = words ?? ""
    if (words !== null) announce(words)
}

/** What a part of the page is at work on; an empty string when it has ended. */
export function progress(place: ParentNode, words: string): void {
    find("[data-progress]", HTMLElement, place).textContent = words
    if (words !== "") announce(words)
}

/** Say under a field what is wrong with it and go there; null says that nothing is. */
export function fault(field: HTMLInputElement, words: string | null): void {
    const error = find(`#${field.id}-e`, HTMLElement)
    error.hidden = words === null
    find("span", HTMLSpanElement, error).textContent = words ?? ""
    if (words === null) {
        field.removeAttribute("aria-invalid")
        return
    }
    field.setAttribute("aria-invalid", "true")
    announce(words)
    field.focus()
}

/** Run one thing at a time for a control or form; its button says so meanwhile. */
export async function busy(control: HTMLElement, work: () => Promise<void>): Promise<void> {
    if (control.ariaBusy === "true") return
    control.ariaBusy = "true"
    const button = control instanceof HTMLButtonElement ? control : find("button[type=submit]", HTMLButtonElement, control)
    button.setAttribute("aria-disabled", "true")
    try {
        await work()
    } finally {
        button.removeAttribute("aria-disabled")
        control.ariaBusy = null
    }
}

/** Whether the same call may well succeed a little later. */
export const isPassing = (error: unknown): boolean =>
    error instanceof Unreachable || (error instanceof Problem && (error.status === 429 || error.status >= 500))

/** The sentence for a call that failed and has none of its own. */
export function excuse(error: unknown): string {
    if (error instanceof Unreachable) return say("key.offline", { host: location.host })
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) return say("key.busy")
    if (error instanceof Problem && error.status < 500 && error.detail !== "") return error.detail
    return say(isForStaff() ? "staff.key.unexpected" : "key.unexpected")
}

/** What the server kept is not what was sealed here. */
export function sayRefused(code: string): string {
    return isForStaff() ? say("staff.key.refused", { code }) : say("key.refused", { code })
}

/** The session is over: nothing of a person stays on the page, and her key is not kept for another session. */
export function showOut(words = say(isForStaff() ? "staff.key.session" : "key.session")): void {
    void forgetOwn()
    const note = find("#out-why", HTMLElement)
    note.hidden = false
    find("p", HTMLParagraphElement, note).textContent = words
    announce(words)
    showStage("out", find("[data-stage=out] h1", HTMLElement))
}

export const isOver = (error: unknown): boolean => error instanceof Problem && error.status === 401
