/** The pane's side of pairing (docs/spec/pairing.md section 1): ask, wait, take the key in. The page's is answering.ts. */

import type { Asker, OwnKey, Pairing, PaneShare } from "@letterlock/crypto"

import { Problem, Unreachable } from "../api.ts"
import { fromBase64 } from "../bytes.ts"
import { showCode } from "../code.ts"
import { members, text } from "../shape.ts"
import { forgetPane, type KeptPane, keptIn, type PaneDesk, type PanePerson } from "./pane.ts"

/** What a pane that waits shows and holds. */
export interface Begun {
    readonly asker: Asker
    readonly pairing: Pairing
    /** To be typed at the portal, shown 4-4. */
    readonly code: string
    /** To be opened, or copied for another browser. A secret: it goes nowhere else. */
    readonly link: string
    /** When it runs out, by this computer's clock. */
    readonly until: Date
}

export interface Paired {
    readonly own: OwnKey
    readonly pane: string
    /** Whether this pane keeps the key; without storage it forgets it when it closes. */
    readonly kept: boolean
}

/** It ran out, or was refused, replaced or opened elsewhere: begin anew. Nothing was lost. */
export class PairingOver extends Error {
    override readonly name = "PairingOver"
}

export interface Waiting {
    readonly signal?: AbortSignal
    /** Told what it is: "asking" again and again, "away" while there is no network. */
    readonly onState?: (state: "asking" | "away") => void
    /** Resolves after so many milliseconds, or fails with the signal's reason; in tests at once. */
    readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>
    readonly now?: () => number
}

const LIFE = 10 * 60 * 1000   // milliseconds; section 3. Clocks differ, so the server's moment is not used
const PAUSE = 2000            // milliseconds

/**
 * Ask for the key. A pairing that this person began elsewhere is over with that.
 *
 * @param portal - Origin of the firm's portal: `portal` of {@link Me}.
 * @throws Problem `not-self-held`, `too-many`, `too-many-panes`; Unreachable.
 */
export async function beginPairing(
    desk: PaneDesk, person: PanePerson, asker: Asker, portal: string, now: () => number = Date.now,
): Promise<Begun> {
    const { pairing, k, code, tag } = await desk.crypto.newPairing({ person: person.id, ...asker })
    const until = new Date(now() + LIFE)
    const body = { id: pairing.id, recipient: pairing.recipient, tag, program: asker.program, platform: asker.platform }
    await desk.call((api) => api.post("/pairings", { body }))
    return { asker, pairing, code: showCode(code), link: `${portal}/staff/pair#${k}`, until }
}

/**
 * Ask until the portal's page has answered, then take the key in and keep it.
 *
 * @throws PairingOver; PairingRefused `pairing-answer`, `pairing-other-key`: nothing was taken in; the signal's reason.
 */
export async function finishPairing(desk: PaneDesk, person: PanePerson, begun: Begun, waiting: Waiting = {}): Promise<Paired> {
    const answer = await awaitAnswer(desk, begun, waiting)
    const own = await desk.crypto.openPairing({ pairing: begun.pairing, answer, lookup: person.lookup })
    const works = await desk.storage.works()
    const { pane, share } = await complete(desk, begun, { ...waiting, kept: works })
    const kept = works && await keep(desk, { own, pane, share, begun })
    if (works && !kept) await complete(desk, begun, { ...waiting, kept: false })
    return { own, pane, kept }
}

/** The answer's bytes, as soon as there is one. */
function awaitAnswer(desk: PaneDesk, begun: Begun, waiting: Waiting): Promise<Uint8Array> {
    const { signal } = waiting
    return patiently(begun, waiting, async () => {
        const said = members(await desk.call((api) => api.get(`/pairings/${begun.pairing.id}`, signal ? { signal } : {})))
        if (said["state"] !== "answered") return null
        if (said["answer"] === null) throw new PairingOver("it was opened elsewhere")
        return fromBase64(text(said, "answer"))
    })
}

/** The pane's id and share. The server answers the same as often as it is asked, so that no lost answer loses the key. */
function complete(desk: PaneDesk, begun: Begun, { kept, ...waiting }: Waiting & { readonly kept: boolean }): Promise<PaneShare> {
    return patiently(begun, waiting, async () => {
        const answer = members(await desk.call((api) => api.post(`/pairings/${begun.pairing.id}/completion`, { body: { kept } })))
        return { pane: text(answer, "pane"), share: text(answer, "share") }
    })
}

/** Until the work gives something, through times without a network; `null` is "not yet". */
async function patiently<T>({ until }: Begun, waiting: Waiting, work: () => Promise<T | null>): Promise<T> {
    const { signal, onState, wait = pause, now = Date.now } = waiting
    for (;;) {
        signal?.throwIfAborted()
        if (now() >= until.getTime()) throw new PairingOver("it ran out")
        const found = await work().catch(unlessPassing)
        if (found !== undefined && found !== null) return found
        onState?.(found === undefined ? "away" : "asking")
        await wait(PAUSE, signal)
    }
}

function unlessPassing(error: unknown): undefined {
    if (error instanceof Unreachable) return
    if (!(error instanceof Problem)) throw error
    if (error.code === "pairing-gone" || error.code === "pairing-unanswered") throw new PairingOver(error.code)
    if (error.status < 500 && error.status !== 429) throw error
}

interface Keeping extends PaneShare {
    readonly own: OwnKey
    readonly begun: Begun
}

/** In the place of what was kept before, which nobody could open any more. False where storage fails after all. */
async function keep(desk: PaneDesk, { own, pane, share, begun }: Keeping): Promise<boolean> {
    const before = keptIn(await desk.storage.get())
    const kept: KeptPane = { ...(await desk.crypto.keepOwn({ own, pane, share })), program: begun.asker.program, paired: Date.now() }
    // The list would name it for ever; that it could not be told keeps nobody from writing.
    if (before !== null && before.person === own.person) await forgetPane(desk, before.pane).catch(() => undefined)
    await desk.storage.put(kept)
    return keptIn(await desk.storage.get())?.pane === pane
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms)
        signal?.addEventListener("abort", () => {
            clearTimeout(timer)
            reject(signal.reason instanceof Error ? signal.reason : new DOMException("The pairing was given up.", "AbortError"))
        }, { once: true })
    })
}
