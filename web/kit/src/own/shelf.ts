/**
 * Where a person's own key lies for as long as her session does (docs/spec/enrolment.md section 7):
 * in IndexedDB, sealed, beside a key whose bytes the browser gives to nobody; or in memory, where
 * there is no storage (private windows) or it fails.
 */

import type { OwnKey } from "@letterlock/crypto"

import { Cabinet } from "./storage.ts"

interface Kept {
    readonly own: OwnKey
    /** Milliseconds since 1970. */
    readonly until: number
}

/** Memory is what counts where it does not work. */
const storage = new Cabinet("letterlock-own")
/** As a session at the portal: docs/spec/http.md section 7. */
const SESSION = 12 * 60 * 60 * 1000   // milliseconds

let memory: Kept | null = null

/** Keep a key until the session is over. */
export async function putOwn(own: OwnKey, now = Date.now()): Promise<void> {
    memory = { own, until: now + SESSION }
    await storage.put(memory)
}

/** The key that is kept, if it is this person's and its session may still be there. */
export async function getOwn(person?: string, now = Date.now()): Promise<OwnKey | null> {
    const kept = memory ?? ((await storage.get()) as Kept | null)
    if (kept === null) return null
    if (now >= kept.until || (person !== undefined && kept.own.person !== person)) {
        await forgetOwn()
        return null
    }
    memory = kept
    return kept.own
}

/** At sign-out, and when the session is found to be over: nothing is left, here or in storage. */
export async function forgetOwn(): Promise<void> {
    memory = null
    await storage.clear()
}
