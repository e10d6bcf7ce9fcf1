/** The person's own key while it is open in this pane, in memory alone (docs/spec/pairing.md section 4). */

import type { Lookup, OwnKey } from "@letterlock/crypto"
import { type Own, ownIn } from "@letterlock/kit/own/opened"

/** What of a look-up says whose key is the one. */
type Named = Pick<Lookup, "key" | "signing_key" | "custody">

export class OwnHere {
    /** Opens and signs with the key that is open; KeyNeeded while none is. */
    readonly own: Own
    /** This pane keeps a key of hers, and the directory says that the server does. */
    isDenied = false
    #open: OwnKey | null = null

    constructor(crypto: Parameters<typeof ownIn>[0]) {
        this.own = ownIn(crypto, () => Promise.resolve(this.#open))
    }

    get key(): OwnKey | null { return this.#open }

    open(key: OwnKey): void { this.#open = key }

    close(): void { this.#open = null }

    /** Whether the key that a look-up names, if its owner holds it herself, is open here. */
    answers({ key, signing_key, custody }: Named): boolean {
        if (custody !== "self-held") return !this.isDenied
        return this.#open?.key === key && this.#open.signing_key === signing_key
    }
}
