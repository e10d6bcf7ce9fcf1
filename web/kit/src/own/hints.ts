/**
 * What this browser remembers of the passkey that it used, so that one touch both signs in and opens:
 * ids and the slot's salt, which are no secrets (docs/spec/enrolment.md section 7).
 */

export interface Hint {
    /** The credential's id, base64url. */
    readonly credential: string
    readonly slot: string
    /** What the PRF is evaluated on, base64url of 32 bytes. */
    readonly salt: string
    readonly rp: string
}

const NAME = "letterlock-passkey"
const MEMBERS = ["credential", "slot", "salt", "rp"] as const

/** Remember the passkey that was used last. */
export function putHint({ credential, slot, salt, rp }: Hint): void {
    quietly(() => { localStorage.setItem(NAME, JSON.stringify({ credential, slot, salt, rp })) })
}

/** The passkey that this browser used last at this host, or null. */
export function getHint(rp: string): Hint | null {
    const kept = quietly(() => JSON.parse(localStorage.getItem(NAME) ?? "null") as unknown)
    return isHint(kept) && kept.rp === rp ? kept : null
}

/** When the passkey or its slot is gone. Signing out leaves it. */
export function forgetHint(): void {
    quietly(() => { localStorage.removeItem(NAME) })
}

function isHint(value: unknown): value is Hint {
    if (typeof value !== "object" || value === null) return false
    return MEMBERS.every((name) => typeof (value as Record<string, unknown>)[name] === "string")
}

/** Without storage, or with a broken one, there is no hint, and one more touch. */
function quietly<T>(work: () => T): T | null {
    try {
        return work()
    } catch {
        return null
    }
}
