/** Find the letter's address in a notice. */

/** `<origin>/m/<id>` of the portal if `mail` holds one, else null. No other host is ever offered. */
export function letterAddress(mail: string, origin: string): string | null {
    const quoted = origin.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")
    return new RegExp(`${quoted}/m/[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])`, "u").exec(mail)?.[0] ?? null
}

/** The message's id in such an address. */
export const letterId = (address: string): string => address.slice(address.lastIndexOf("/") + 1)
