/**
 * The mark of a notice that the pane put into Outlook's own item: this one may go.
 *
 * The mark is a header of the item. It names the letter and a hash of the text that the pane read
 * back from Outlook after it had put the notice there: one more word, or a file, and it is no notice.
 * It keeps mistakes apart from notices, not liars: who writes the mail can write the header too.
 */

export const HEADER = "x-letterlock-sealed"
const FORM = /^[A-Za-z0-9_-]{22} [0-9a-f]{16}$/
const STARTS = [0x811c9dc5, 0x9747b28c] as const

/**
 * The header's value, for the pane to set.
 *
 * @param text - What `body.getAsync` says as text in this very Outlook, after the notice was set.
 */
export const markOf = (letter: string, text: string): string => `${letter} ${hashOf(text)}`

/** Whether a mail is the notice that its header says. */
export function isNotice(header: string, text: string, files: number): boolean {
    return FORM.test(header) && files === 0 && header.slice(23) === hashOf(text)
}

/**
 * FNV-1a, twice, of the text without its spaces, which Outlook moves about. 64 bits tell mistakes
 * apart; a cryptographic hash would tell no more here, and is half as large again as all the guard.
 */
function hashOf(text: string): string {
    const bare = text.replace(/[\s\u00a0\u200b\ufeff]+/g, "")
    return STARTS.map((start) => {
        let hash = start ^ bare.length
        for (let at = 0; at < bare.length; at++) {
            hash = Math.imul(hash ^ (bare.charCodeAt(at) & 255), 0x01000193)
            hash = Math.imul(hash ^ (bare.charCodeAt(at) >> 8), 0x01000193)
        }
        return `0000000${(hash >>> 0).toString(16)}`.slice(-8)
    }).join("")
}
