/** The desk of one run of becoming self-held: what passes is tried again when the person says so, and each step is told. */

import { PasskeyRefused } from "@letterlock/kit/webauthn"
import type { OwnDesk } from "@letterlock/kit/own/index"
import { find, say } from "@letterlock/kit"

import { excuse, GivenUp, isPassing, type KeyPage, progress, trouble } from "./page.ts"

/** One run: where it speaks, and what ends it. */
export interface Run {
    /** The step that the person sees now. */
    place: HTMLElement
    /** Whether "Finish" was pressed. */
    finishing: boolean
    readonly ended: AbortController
}

/** A run that was given up fails with {@link GivenUp}, and says nothing. */
export function newRun(place: HTMLElement): Run {
    return { place, finishing: false, ended: new AbortController() }
}

export function giveUp(run: Run | null): void {
    run?.ended.abort(new GivenUp())
}

/** A promise that fails when the run is given up. */
export function until<Value>({ ended: { signal } }: Run, begin: (resolve: (value: Value) => void) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
        if (signal.aborted) reject(signal.reason as Error)
        signal.addEventListener("abort", () => { reject(signal.reason as Error) }, { once: true })
        begin(resolve)
    })
}

/** The page's desk for this run. Calls that failed in passing, and touches that were refused, wait for "Try again". */
export function deskOf({ desk }: KeyPage, run: Run): OwnDesk {
    const { crypto } = desk
    return {
        ...desk,
        call: (work) => trying(run, () => desk.call(work), (error) => isPassing(error) ? excuse(error) : null),
        crypto: {
            newIdentity: (args) => crypto.newIdentity(args), newRecoveryCode: () => crypto.newRecoveryCode(),
            sealSlots: (args) => crypto.sealSlots(args), readSlots: (args) => crypto.readSlots(args),
            openSlot: told(run, "key.trying", (args) => crypto.openSlot(args)), signEnrolment: (args) => crypto.signEnrolment(args),
            openChallenge: (args) => crypto.openChallenge(args), unwrapOld: told(run, "key.handing", (args) => crypto.unwrapOld(args)),
            wrapOld: (args) => crypto.wrapOld(args),
        },
        stretcher: { stretch: (password, kdf) => told(run, "key.stretching", () => desk.stretcher.stretch(password, kdf))(null) },
        passkeys: {
            ...desk.passkeys,
            evaluate: (rp, asked) => trying(run, () => {
                progress(run.place, say(run.finishing ? "key.touch.finish" : "key.touch"))
                return desk.passkeys.evaluate(rp, asked)
            }, (error) => error instanceof PasskeyRefused && error.code === "cancelled" ? error.sentence : null),
        },
    }
}

type Telling = "key.trying" | "key.handing" | "key.stretching"

function told<Args, Value>(run: Run, key: Telling, work: (args: Args) => Promise<Value>): (args: Args) => Promise<Value> {
    return (args) => {
        if (run.finishing || key === "key.stretching") progress(run.place, say(key))
        return work(args)
    }
}

/** Do it; where `sorry` has words for a failure, say them and do it again when the person presses the button. */
async function trying<Value>(run: Run, work: () => Promise<Value>, sorry: (error: unknown) => string | null): Promise<Value> {
    for (;;) {
        run.ended.signal.throwIfAborted()
        try {
            return await work()
        } catch (error) {
            const words = sorry(error)
            if (words === null) throw error
            await pressed(run, words)
        }
    }
}

async function pressed(run: Run, words: string): Promise<void> {
    const { place } = run
    progress(place, "")
    trouble(place, words)
    const again = find("[data-again]", HTMLButtonElement, place)
    again.hidden = false
    again.focus()
    try {
        await until<Event>(run, (resolve) => { again.addEventListener("click", resolve, { once: true }) })
    } finally {
        again.hidden = true
        trouble(place, null)
    }
}
