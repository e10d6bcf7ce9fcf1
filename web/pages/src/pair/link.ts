/** What stands behind the `#` of a pane's link: taken out of the address at once, and kept nowhere but while a sign-in lies between. */

const KEPT = "letterlock-pairing"   // in sessionStorage: of this window alone

/** The link's secret part, or what {@link keepLink} kept; empty where there is neither. */
export function takeLink(): string {
    const { hash } = location
    if (hash !== "") history.replaceState(null, "", location.pathname)
    const kept = quietly(() => {
        const value = sessionStorage.getItem(KEPT)
        sessionStorage.removeItem(KEPT)
        return value
    })
    return hash === "" ? kept ?? "" : hash
}

/** She goes to sign in, and comes back to this page. */
export function keepLink(k: string): void {
    quietly(() => { sessionStorage.setItem(KEPT, k) })
}

/** Without storage she presses the pane's link once more, when she is signed in. */
function quietly<T>(work: () => T): T | null {
    try {
        return work()
    } catch {
        return null
    }
}
