/** What a reply begins with: to whom, under which subject, and which letters it follows. */

import type { Statement } from "@letterlock/crypto"

import type { Person } from "../address.ts"
import type { Recipient } from "./sending.ts"

/** The letter that is answered, opened and verified. */
export interface Answered {
    readonly statement: Statement
    /** The writer of the answer: her own address. */
    readonly viewer: string
    /** How people are called, by address. */
    readonly names: Readonly<Record<string, string>>
}

/**
 * To the sender; `all`: to To and Cc too, without oneself. Whoever answers a letter of her own writes to its To again.
 * Hidden copies are never among them: nobody's statement names them.
 */
export function answerTo({ statement, viewer, names }: Answered, all: boolean): readonly Recipient[] {
    const person = (address: string): Person => ({ address, name: names[address] ?? "" })
    const own = statement.sender.address === viewer
    const listed = statement.readers.flatMap(({ address, role }) =>
        address !== viewer && address !== statement.sender.address && (role === "to" || role === "cc") ? [{ ...person(address), role }] : [])
    const sender = own ? [] : [{ ...person(statement.sender.address), role: "to" as const }]
    const to = own ? listed.filter(({ role }) => role === "to") : []
    return unique([...sender, ...to, ...(all ? listed : [])])
}

/** Whether "Reply all" reaches anybody whom "Reply" does not. */
export const hasOthers = (letter: Answered): boolean => answerTo(letter, true).length > answerTo(letter, false).length

/** "Re: Your year-end", and never "Re: Re:". */
export const replySubject = (subject: string): string =>
    subject.trim() === "" ? "" : `Re: ${subject.trim().replace(/^(?:(?:re|aw|sv|antw)\s*:\s*)+/iu, "")}`

function unique(list: readonly Recipient[]): Recipient[] {
    const seen = new Set<string>()
    return list.filter(({ address }) => !seen.has(address) && seen.add(address))
}
