/**
 * That a code was asked for, kept for this tab: a page that is loaded anew comes back to the field.
 *
 * No code and no address is kept, only what the page showed of it. A browser may refuse to keep anything.
 */

export interface Kept {
    readonly expires: Date
    /** Masked. */
    readonly address: string
    /** The number among the letter's readers; null when the address was typed. */
    readonly reader: number | null
}

const place = (letter: string): string => `letterlock code ${letter}`

/** "m···@client.example" of a typed address, as the server masks its own. */
export function mask(address: string): string {
    if (address.includes("···")) return address
    return `${Array.from(address)[0] ?? ""}···@${address.slice(address.lastIndexOf("@") + 1)}`
}

export function remember(letter: string, { expires, address, reader }: Kept): void {
    const kept = JSON.stringify({ expires: expires.getTime(), address: mask(address), reader })
    quietly(() => { sessionStorage.setItem(place(letter), kept) })
}

export function forget(letter: string): void {
    quietly(() => { sessionStorage.removeItem(place(letter)) })
}

/** What was kept, or null when it is over at `now`, or is not ours. */
export function recall(letter: string, now: Date): Kept | null {
    const kept = read(quietly(() => sessionStorage.getItem(place(letter))) ?? "null")
    return kept !== null && kept.expires > now ? kept : null
}

/** @returns null for anything but what {@link remember} wrote. */
export function read(text: string): Kept | null {
    const said = quietly(() => JSON.parse(text) as unknown)
    if (typeof said !== "object" || said === null) return null
    const { expires, address, reader } = said as Record<string, unknown>
    const isReader = reader === null || (typeof reader === "number" && Number.isSafeInteger(reader) && reader >= 0)
    if (typeof expires !== "number" || typeof address !== "string" || !isReader) return null
    return { expires: new Date(expires), address, reader }
}

function quietly<Value>(work: () => Value): Value | null {
    try {
        return work()
    } catch {
        return null
    }
}
