/** Drafts that the server keeps, sealed to their writer (envelope.md section 3). */

import type { Draft } from "@letterlock/crypto"

import { fromBase64 } from "../bytes.ts"
import { KeyNeeded } from "../own/desk.ts"
import { isSealed } from "../own/opened.ts"
import { list, type Members, members, moment, text, textOr } from "../shape.ts"
import type { Desk } from "./desk.ts"
import { isMadeHere } from "./made-here.ts"
import { Place } from "./place.ts"

/** A draft as it stands in the list: nothing of what was written. */
export interface Kept {
    /** Of the message that it will become. */
    readonly id: string
    readonly thread: string
    /** Id of the message that it answers, or null. */
    readonly replyTo: string | null
    readonly saved: Date
}

/** Newest first. */
export async function listDrafts(desk: Pick<Desk, "call">): Promise<readonly Kept[]> {
    const answer = members(await desk.call((api) => api.get("/drafts")))
    return list(answer["drafts"]).map(members).map((one) => ({
        id: text(one, "id"), thread: text(one, "thread_id"), replyTo: textOr(one, "reply_to", "") || null, saved: moment(one, "saved"),
    }))
}

/** A draft taken up again. */
export interface TakenUp {
    readonly place: Place
    readonly content: Draft
    /** Its writer holds her own key, and this window did not make the draft's: renew `place` before anything is kept or sent. */
    readonly foreign: boolean
}

/** Take a draft up again: its text and files, and the place where it goes on being kept. */
export async function openKept(desk: Desk, kept: Kept): Promise<TakenUp> {
    const answer = members(await desk.call((api) => api.post(`/messages/${kept.id}/draft/open`, { body: {} })))
    const identity = await draftKeyOf(desk, answer)
    const content = await desk.crypto.openDraft({ draftKey: identity, object: fromBase64(text(answer, "object")) })
    const place = new Place(desk, kept.replyTo, { id: kept.id, thread: kept.thread, identity })
    return { place, content, foreign: isSealed(answer) && !isMadeHere((await place.key()).fingerprint) }
}

async function draftKeyOf(desk: Desk, answer: Members): Promise<string> {
    if (!isSealed(answer)) {
        await desk.own?.requireSealed()
        return text(answer, "draft_key")
    }
    if (desk.own === undefined) throw new KeyNeeded("this page opens no key")
    return desk.own.openDraftKey(answer)
}

/** Throw a draft away, with all its files. */
export async function throwAway(desk: Pick<Desk, "call">, id: string): Promise<void> {
    await desk.call((api) => api.delete(`/messages/${id}`))
}
