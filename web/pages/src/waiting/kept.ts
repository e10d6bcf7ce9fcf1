/** Which letter waits for the key that is being made, kept for this tab: the way back. A browser may refuse to keep it. */

const PLACE = "letterlock waiting letter"
const ID = /^[A-Za-z0-9_-]{22}$/

export function keepLetter(id: string): void {
    try {
        sessionStorage.setItem(PLACE, id)
    } catch {
        // Then there is no way back on the page; the link in the mail is one.
    }
}

/** The letter's id, once; null if none waits. */
export function takeLetter(): string | null {
    try {
        const id = sessionStorage.getItem(PLACE)
        sessionStorage.removeItem(PLACE)
        return id !== null && ID.test(id) ? id : null
    } catch {
        return null
    }
}
