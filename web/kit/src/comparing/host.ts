/** What comparing keys takes from the page or pane on which it stands. */

import type { SafetyDesk } from "../safety.ts"

export interface ComparingHost {
    readonly desk: SafetyDesk
    /** Address of whoever reads here. */
    readonly own: string
    readonly audience: "client" | "staff"
    /** Addresses of qr-code.js, and of qr-scan.js where the page may use the camera. */
    readonly scripts: { readonly code: string; readonly scan: string | null }
    /** Reads a sentence out, politely. */
    readonly announce: (text: string) => void
    /** A call failed, and no key is in doubt: what to say of it. */
    readonly excuse: (error: unknown) => string
}

/** With whom. */
export interface Someone {
    readonly address: string
    readonly name: string
    /** The key by which a letter knows this person, as a fingerprint; null where there is no letter. */
    readonly named: { readonly as: "signing" | "recipient"; readonly key: string } | null
}
