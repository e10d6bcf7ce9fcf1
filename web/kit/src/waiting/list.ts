/** Letters of one's own that wait for a reader's key, as the server lists them (docs/spec/waiting.md section 3). */

import { newKey } from "../api.ts"
import type { Person } from "../address.ts"
import { list, type Members, members, moment, text, textOr, Unexpected } from "../shape.ts"
import type { Caller } from "../writing/desk.ts"

export const WAIT_STATES = ["ready", "waiting", "key-replaced", "cancelled", "expired"] as const

/** One reader of one letter. */
export interface Wait extends Person {
    /** The letter's id. */
    readonly message: string
    readonly sent: Date
    readonly until: Date
    /** `ready`: she holds a key now. `key-replaced`: the sender has another key than the letter was signed with. */
    readonly state: (typeof WAIT_STATES)[number]
}

/** Ready ones first, then the oldest. */
export async function fetchWaiting(call: Caller): Promise<readonly Wait[]> {
    const answer = members(await call((api) => api.get("/waiting")))
    return list(answer["waiting"]).map(members).map((one) => ({
        message: text(one, "message"), address: text(one, "address"), name: textOr(one, "name", ""),
        sent: moment(one, "sent_at"), until: moment(one, "until"), state: stateIn(one),
    }))
}

/** Wait for her no more. Repeated, it changes nothing. */
export async function stopWaiting(call: Caller, { message, address }: Pick<Wait, "message" | "address">): Promise<void> {
    const key = newKey()
    await call((api) => api.delete(`/messages/${message}/waiting`, { body: { address }, key }))
}

function stateIn(one: Members): Wait["state"] {
    const known = WAIT_STATES.find((state) => state === one["state"])
    if (known === undefined) throw new Unexpected("state")
    return known
}
