/** What every step of the reader's page needs: the letter's facts, the stages, and what is said aloud. */

import type { CryptoClient } from "@letterlock/crypto"
import { Api, fact, find, focusOn, Problem, say, startCrypto, startStretcher, Unreachable } from "@letterlock/kit"
import { KeyLog } from "@letterlock/kit/log"
import { passkeysHere } from "@letterlock/kit/own/here"
import { ownIn, type Own, type OwnDesk } from "@letterlock/kit/own/index"
import type { ReadingDesk } from "@letterlock/kit/reading/open"
import { isLocked } from "@letterlock/kit/reading/refusal"
import type { SavingDesk } from "@letterlock/kit/reading/save"

export { busy } from "../unlock/forms.ts"

export type Stage = "who" | "code" | "opening" | "opened" | "refusal" | "gone" | "unlock" | "lost" | "given-up" | "waiting" | "ready" | "over"

/** Facts of the letter that the server wrote into the page. */
export interface Letter {
    readonly id: string
    readonly sender: string
    /** What the sender is called in a sentence. */
    readonly first: string
    readonly firm: string
    /** The portal as its readers type it. */
    readonly host: string
    readonly codeFrom: string
    /** The firm's directory key, base64url of 32 bytes; it came with the page, not with the letter. */
    readonly directoryKey: string
    /** The verifier key of the firm's key log. */
    readonly logKey: string
}

export interface Page {
    readonly letter: Letter
    readonly api: Api
    readonly crypto: CryptoClient
    /** A worker of its own for files: a large one keeps no letter waiting. */
    readonly files: CryptoClient
    readonly desk: ReadingDesk & SavingDesk
    /** Opens and signs with the reader's own key, once it is unlocked. */
    readonly own: Own
    /** Unlocks it. */
    readonly ownDesk: OwnDesk
}

/** Read the page's facts. A worker starts when it is first needed. */
export function readPage(): Page {
    const main = find("#main", HTMLElement)
    const worker = fact(main, "worker")
    const letter = {
        id: fact(main, "letter"), sender: fact(main, "sender"), first: fact(main, "first"), firm: fact(main, "firm"),
        host: fact(main, "host"), codeFrom: fact(main, "codeFrom"), directoryKey: fact(main, "directoryKey"), logKey: fact(main, "logKey"),
    }
    const api = new Api("/api/v1")
    const [crypto, files] = [startCrypto(worker), startCrypto(worker)]
    const own = ownIn(crypto)
    const call = <Value>(work: (api: Api) => Promise<Value>): Promise<Value> => work(api)
    const log = new KeyLog({ crypto, directoryKey: letter.directoryKey, logKey: letter.logKey })
    const desk = { call, crypto, files, directoryKey: letter.directoryKey, log, own }
    const ownDesk = { call, crypto, stretcher: startStretcher(fact(main, "argon2")), passkeys: passkeysHere, rp: location.hostname }
    return { letter, api, crypto, files, desk, own, ownDesk }
}

/** Show one stage and move focus into it: to `target`, or to its heading. */
export function showStage(stage: Stage, target?: HTMLElement): void {
    for (const section of document.querySelectorAll<HTMLElement>("[data-stage]")) {
        section.hidden = section.dataset["stage"] !== stage
    }
    focusOn(target ?? find(`[data-stage=${stage}] h1`, HTMLElement))
    if (stage !== "opening") window.scrollTo({ top: 0 })
}

/** Read `text` out, politely, to those who cannot see what changed. */
export function announce(text: string): void {
    find("#said", HTMLElement).textContent = text
}

/** Say under a field what is wrong with it, or with null that nothing is. */
export function fault(field: HTMLElement, error: HTMLElement, text: string | null): void {
    error.hidden = text === null
    find("span", HTMLSpanElement, error).textContent = text ?? ""
    if (text === null) field.removeAttribute("aria-invalid")
    else field.setAttribute("aria-invalid", "true")
}

/** Say in a form's own place that it did not work; null takes it away. */
export function trouble(form: HTMLFormElement, text: string | null): void {
    const note = find("[data-trouble]", HTMLElement, form)
    note.hidden = text === null
    find("p", HTMLParagraphElement, note).textContent = text ?? ""
    if (text !== null) announce(text)
}

/** What to say of a call that failed in a way the page does not expect. */
export function excuse(letter: Letter, error: unknown): string {
    if (error instanceof Unreachable) return say("reach.offline", { host: letter.host })
    if (error instanceof Problem && (error.status === 429 || error.status === 503)) return say("reach.busy")
    if (error instanceof Problem && error.code.startsWith("waiting")) return say(error.code === "waiting" ? "waiting.key" : "waiting.over")
    return say(isLocked(error) ? "open.key-needed" : "reach.unexpected")
}
