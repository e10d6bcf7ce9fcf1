/**
 * Where a pane keeps its person's key (docs/spec/pairing.md section 4): sealed in this browser's
 * storage, and opened at each start with the server's share. Memory is the pane's own matter.
 */

import type { CryptoClient, KeptOwn, Lookup, OwnKey, Program } from "@letterlock/crypto"
import { OwnKeyRefused } from "@letterlock/crypto"

import { type Api, Problem } from "../api.ts"
import { members, text } from "../shape.ts"
import { Cabinet } from "./storage.ts"

/** What is kept, and since when. */
export interface KeptPane extends KeptOwn {
    readonly program: Program
    /** Milliseconds since 1970. */
    readonly paired: number
}

/** A pane's storage. In tests, another one. */
export type PaneStorage = Pick<Cabinet, "put" | "get" | "clear" | "works">

export interface PaneDesk {
    /** Makes a call as whoever sits at Outlook. */
    readonly call: <Value>(work: (api: Api) => Promise<Value>) => Promise<Value>
    readonly crypto: Pick<CryptoClient, "newPairing" | "openPairing" | "keepOwn" | "reopenOwn">
    /** {@link paneStorage}, but in tests. */
    readonly storage: PaneStorage
}

/** Who is signed in: `id` and `lookup` of {@link Me}. */
export interface PanePerson {
    readonly id: string
    /** Her own, which the key log has proved. */
    readonly lookup: Pick<Lookup, "key" | "signing_key">
}

/** What a start of the pane finds. Of all but `open`, the pane has to be paired (again). */
export type Reopened =
    | { readonly state: "open"; readonly own: OwnKey; readonly pane: string; readonly paired: Date }
    /** Nothing is kept here for this person. */
    | { readonly state: "unpaired" }
    /** It was removed, on the page of her key or here; nothing is kept any more. */
    | { readonly state: "removed" }
    /** Another key stands in the place of the one that is kept here. */
    | { readonly state: "replaced" }
    /** What is kept here does not open: the disk was changed, or the share is another. */
    | { readonly state: "damaged" }

/** The storage of panes of this browser. */
export const paneStorage: PaneStorage = new Cabinet("letterlock-pane")

/**
 * Open the key that this pane keeps, if it keeps one of this person; another's is forgotten.
 *
 * @throws Unreachable and what the sign-in says: nothing is forgotten then; ask again later.
 */
export async function reopenPane(desk: PaneDesk, { id, lookup }: PanePerson): Promise<Reopened> {
    const kept = keptIn(await desk.storage.get())
    if (kept === null) return { state: "unpaired" }
    if (kept.person !== id) {
        await desk.storage.clear()
        return { state: "unpaired" }
    }
    const isHers = kept.key === lookup.key && kept.signing_key === lookup.signing_key
    const share = await shareOf(desk, kept.pane)
    if (share === null) {
        const now = keptIn(await desk.storage.get())
        if (now !== null && now.pane !== kept.pane) return reopenPane(desk, { id, lookup })   // another window has paired meanwhile
        await desk.storage.clear()
        return { state: isHers ? "removed" : "replaced" }
    }
    return isHers ? open(desk, kept, share) : { state: "replaced" }
}

/**
 * Forget the key in this pane, first here and then in the person's list.
 *
 * @param pane - Its id, besides the one that is kept; null for that one alone.
 * @throws Unreachable and others: it is forgotten here, and the list could not be told.
 */
export async function forgetPane(desk: Pick<PaneDesk, "call" | "storage">, pane: string | null = null): Promise<void> {
    const kept = keptIn(await desk.storage.get())?.pane ?? null
    await desk.storage.clear()
    for (const gone of new Set([pane, kept])) {   // another window may have paired since
        if (gone !== null) await desk.call((api) => api.delete(`/panes/${gone}`)).catch(unlessForgotten)
    }
}

/** A pane's storage holds what this program wrote, or nothing. */
export function keptIn(value: unknown): KeptPane | null {
    if (typeof value !== "object" || value === null) return null
    const { person, pane, half } = value as Partial<Record<keyof KeptPane, unknown>>
    return typeof person === "string" && typeof pane === "string" && half instanceof CryptoKey ? value as KeptPane : null
}

async function open(desk: PaneDesk, kept: KeptPane, share: string): Promise<Reopened> {
    try {
        const own = await desk.crypto.reopenOwn({ kept, share })
        return { state: "open", own, pane: kept.pane, paired: new Date(kept.paired) }
    } catch (error) {
        if (error instanceof OwnKeyRefused) return { state: "damaged" }
        throw error
    }
}

/** The server's half; null where the server forgot this pane. */
async function shareOf(desk: PaneDesk, pane: string): Promise<string | null> {
    const answer = await desk.call((api) => api.post(`/panes/${pane}/share`)).catch(unlessForgotten)
    return answer === null ? null : text(members(answer), "share")
}

function unlessForgotten(error: unknown): null {
    if (error instanceof Problem && error.code === "pane-forgotten") return null
    throw error
}
