/** Which readers of a letter wait for keys of their own (docs/spec/waiting.md section 1). */

import type { Lookup, Reader } from "@letterlock/crypto"

import type { Letter } from "./sending.ts"

/** The letter was to be end-to-end in any case, and cannot be. Nothing was sealed. */
export class CannotWait extends Error {
    override readonly name = "CannotWait"
    /** Hidden readers without a key of their own, as they are called; empty where it is the sender who has none. */
    readonly who: readonly string[]

    constructor(who: readonly string[]) {
        super(who.length === 0 ? "the sender's key is kept by the server" : "a hidden reader has no key of her own")
        this.who = who
    }
}

/** How a reader is listed who has no key of her own yet: by the level that her key must have. */
export const asPending: Pick<Reader, "key" | "level"> = { key: "pending", level: "self-held" }

/**
 * Addresses of the To and Cc readers for whom the letter waits; nobody where it does not.
 *
 * @param found - Of the letter's recipients, in their order.
 * @throws {@link CannotWait}
 */
export function waitingOf({ recipients, waits }: Letter, own: Pick<Lookup, "custody">, found: readonly Pick<Lookup, "address" | "level">[]): readonly string[] {
    if (waits !== true) return []
    if (own.custody !== "self-held") throw new CannotWait([])
    const without = recipients.filter((_, at) => found[at]?.level !== "self-held")
    const hidden = without.filter(({ role }) => role === "hidden")
    if (hidden.length > 0) throw new CannotWait(hidden.map(({ name, address }) => name || address))
    return without.map(({ address }) => address)
}
