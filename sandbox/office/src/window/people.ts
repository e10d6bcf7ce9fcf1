/** Recipients between the line a person types and Office's details. */
import type { Person } from "./api.ts"
import type { Recipient } from "../protocol.ts"

/** How a person is written in a line. */
export const written = (person: Person): string =>
    person.name === "" || person.name === person.address ? person.address : `${person.name} <${person.address}>`

/** How a person is shown. */
export const shown = (person: Person): string => person.name || person.address

/** People of a line: split at semicolons, and at commas outside quotes. */
export function parse(line: string): Person[] {
    const pieces = line.match(/(?:"[^"]*"|[^;,])+/g) ?? []
    return pieces.map((piece) => piece.trim()).filter((piece) => piece !== "").map((piece) => {
        const found = /^(?:"?([^"<]*?)"?\s*)<([^<>\s]+)>$/.exec(piece)
        return { name: found?.[1] ?? "", address: found?.[2] ?? piece }
    })
}

/** Office's EmailAddressDetails; people of another company are external. */
export const details = (person: Person, domain: string): Recipient => ({
    displayName: shown(person),
    emailAddress: person.address,
    recipientType: person.address.toLowerCase().endsWith(`@${domain}`) ? "user" : "externalUser",
})

/** What add-ins may hand over: addresses, or details. */
export function taken(given: unknown): Person[] {
    if (!Array.isArray(given)) return []
    return (given as unknown[]).flatMap((one) => {
        if (typeof one === "string") return parse(one)
        if (typeof one !== "object" || one === null || !("emailAddress" in one)) return []
        const name = "displayName" in one && typeof one.displayName === "string" ? one.displayName : ""
        return [{ name, address: String(one.emailAddress) }]
    })
}
