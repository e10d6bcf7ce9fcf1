/**
 * Which message keys this window made: by their fingerprints, which tell nothing of them. A server can
 * seal a draft with a key that it knows to anybody's recipient; who holds her own key must not go on
 * with such a one (docs/spec/envelope.md section 3).
 */

const NAME = "letterlock.draft-keys"
const MOST = 100

/** For a browser that lets pages keep nothing. */
let memory: readonly string[] = []

/** Remember a key's fingerprint for as long as the window is open, loaded anew or not. */
export function madeHere(fingerprint: string): void {
    memory = [...load().slice(1 - MOST), fingerprint]
    try {
        sessionStorage.setItem(NAME, memory.join(" "))
    } catch {   // full, or closed to this page
    }
}

export const isMadeHere = (fingerprint: string): boolean => load().includes(fingerprint)

function load(): readonly string[] {
    try {
        return sessionStorage.getItem(NAME)?.split(" ") ?? memory
    } catch {   // closed to this page: what it made itself is all there is
        return memory
    }
}
