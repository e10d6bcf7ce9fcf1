/** What is said of a key of one's own that is, or is not, in this pane. English only for now. */

/** Why the key is not here. */
export type Why =
    /** It never was, as far as this pane knows. */
    | "new"
    /** The list of panes does not have this one any more. */
    | "removed"
    /** The directory names another key than the one that was here. */
    | "changed"
    /** "Forget my key here" was pressed. */
    | "forgotten"
    /** What was kept does not open any more. */
    | "closed"
    /** The directory says that the server keeps it, though one is kept here. */
    | "managed"
    /** The server could not be reached for its half. */
    | "away"

export const WORDS = {
    heading: {
        new: "Your key is not in this pane yet",
        removed: "This pane was removed",
        changed: "Your key has changed",
        forgotten: "This pane has forgotten your key",
        closed: "Your key does not open here any more",
        managed: "The directory says otherwise",
        away: "Your key is still closed",
    } satisfies Record<Why, string>,
    why: {
        new: "You hold your key yourself. Pair this pane with your browser, and it can send and open letters.",
        removed: "It was taken off the list of your panes, and has forgotten your key. If that was not you, ring whoever runs Letterlock at your firm. To use it again, pair it anew.",
        changed: "The directory names another key for you than the one in this pane, so nothing is sent or opened with it. If you have replaced your key, pair this pane anew. If not, ring whoever runs Letterlock at your firm first.",
        forgotten: "It can neither send nor open letters before you pair it again.",
        closed: "What this pane has kept of it was changed or damaged. Nothing else is lost: pair the pane again.",
        managed: "It says that the firm's server keeps your key, while this pane keeps one that is yours alone. So nothing is sent or opened here. Ring whoever runs Letterlock at your firm. If they have set it back, let the pane forget your key.",
        away: "We cannot reach Letterlock, which has the other half of what opens it here. Nothing was lost; try again.",
    } satisfies Record<Why, string>,
    writing: "Write on meanwhile. Your text stays in this window, and is saved as soon as your key is here.",
    forgets: "This program lets us keep nothing, so the pane forgets your key when it closes and asks again.",
    pair: "Pair this pane",
    retry: "Try again",
    anew: "New characters",
    stop: "Not now",
    beginning: "One moment.",
    first: "Open this page in your browser.",
    open: "Open the page",
    copy: "Copy the link",
    copied: "Copied. Open it in a browser where you can unlock your key.",
    copyFailed: "This program did not let us copy. Select the link, and copy it by keys.",
    address: "The link",
    second: "Type these characters there:",
    left: (minutes: number) => minutes === 1 ? "Good for one more minute." : `Good for another ${String(minutes)} minutes.`,
    waiting: "We are waiting for your browser.",
    ranOut: "These characters have run out. Nothing was handed over.",
    gone: "This pairing has ended: it was refused in your browser, or another pane has begun one. Nothing was handed over.",
    offline: "We cannot reach Letterlock. Nothing was handed over; try again.",
    refused: (why: string) => `${why} Nothing of it was taken. Pair again; if it says so once more, ring whoever runs Letterlock at your firm.`,
    failed: "That did not work. Nothing was handed over; try again.",
    done: "Your key is here.",
    needed: "Your key is not in this pane, so nothing has gone out. Your text is still here. Pair the pane, then press Send securely again.",
    replaced: "Your key is another one by now, so nothing has gone out. Your text is still here. Pair the pane at its top, then press Send securely again.",
    here: "Your key is in this pane",
    since: (who: string, when: string) => `${who}. Paired ${when}. It stays until you take it away, here or at the portal.`,
    untilClosed: (who: string) => `${who}. This program lets us keep nothing: the pane forgets your key when it closes.`,
    forget: "Forget my key here",
    forgetAway: "This pane has forgotten your key. The list of your panes at the portal still names it: we could not reach Letterlock.",
} as const
