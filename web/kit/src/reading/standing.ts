/** Who can read an opened letter, who it says it is for, and who came later. */

import { type Grant, LEVELS, type Reader } from "@letterlock/crypto"

import { dayMonth, longDate } from "../dates.ts"
import type { Line } from "../readers.ts"
import { say, sayList } from "../words.ts"
import { called, type OpenLetter } from "./open.ts"

const ORDER = { to: 1, cc: 2, sender: 3, archive: 4 } as const

/** A grant that finishes the waiting of a listed reader: she is no later one. */
export const isFinishing = ({ role }: Grant): boolean => role === "to" || role === "cc"

/** You first, then whom it is for, then who wrote it, then archives, then those who are granted. */
export function readerLines(letter: OpenLetter): Line[] {
    const order = (reader: Reader): number => reader.address === letter.viewer ? 0 : ORDER[reader.role]
    const listed = [...letter.statement.readers].sort((a, b) => order(a) - order(b)).map((reader) => listedLine(letter, reader))
    const later = letter.grants.filter((grant) => !isFinishing(grant))
    const granted = later.map((grant) => grantedLine(letter, grant))
    return later.some(({ address }) => address === letter.viewer) ? [...granted, ...listed] : [...listed, ...granted]
}

function listedLine(letter: OpenLetter, { address, role, level, key }: Reader): Line {
    const name = called(letter, address)
    const given = letter.grants.some((grant) => grant.address === address && grant.role === role)
    if (key === "pending" && !given) return { who: name, more: name === address ? "" : address, level, says: say("readers.waited") }
    if (role === "archive") return { who: say("readers.archive", { name }), more: name === address ? "" : address, level, folder: true }
    if (address === letter.viewer) return { who: say("readers.you"), more: address, level }
    if (role === "sender") return { who: say("readers.sender", { name: letter.senderName }), more: address, level }
    return { who: name, more: name === address ? "" : address, level, address }
}

function grantedLine(letter: OpenLetter, grant: Grant): Line {
    const { address, role, level } = grant
    const name = address === letter.viewer ? say("readers.you") : called(letter, address)
    const who = role === "hidden"
        ? say("readers.hidden", { name })
        : say("readers.added", { name, by: granter(letter, grant), date: dayMonth(new Date(grant.created * 1000)) })
    return { who, more: address, level, ...(address === letter.viewer ? {} : { address }) }
}

/** The grant by which the viewer reads it, if she is not listed with a key. */
export const ownGrant = (letter: OpenLetter): Grant | null => letter.grants.find(({ address }) => address === letter.viewer) ?? null

/** Who signed a grant, as he is called. */
export function granter(letter: OpenLetter, { granted_by: { address } }: Grant): string {
    if (address === letter.statement.sender.address) return letter.senderName
    return called(letter, address)
}

/** "you, Tom Birchall and Ben Carey": To and Cc, by name. */
export function addressees(letter: OpenLetter): string {
    const named = letter.statement.readers.filter(({ role }) => role === "to" || role === "cc").map(({ address }) => address)
    const others = named.filter((address) => address !== letter.viewer).map((address) => called(letter, address))
    const all = named.includes(letter.viewer) ? [say("readers.you.inline"), ...others] : others
    return sayList([...new Set(all)])
}

/** What stands above the text when not everybody in it was there from the start, or sees all the others. */
export function notices(letter: OpenLetter): string[] {
    const own = ownGrant(letter)
    if (own?.role === "hidden") return [say("readers.hidden.you")]
    const lowers = lowering(letter)   // said with the level
    const added = letter.grants.filter((grant) => grant.role !== "hidden" && grant !== lowers && !isFinishing(grant))
    return added.map((grant) => `${grantedLine(letter, grant).who}.`)
}

/** The first grant to a key so weak that the letter has another level since; or null. */
export function lowering({ grants, statement }: OpenLetter): Grant | null {
    const weakest = Math.min(...grants.map(({ level }) => LEVELS.indexOf(level)))
    if (grants.length === 0 || weakest >= LEVELS.indexOf(statement.level)) return null
    return grants.find(({ level }) => LEVELS.indexOf(level) === weakest) ?? null
}

/** "AL" of "Ann Lee". */
export function initials(name: string): string {
    const words = name.split(/\s+/u).filter((word) => word !== "")
    const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
    return ends.map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase()
}

/** What stands above a quoted letter. */
export const quoteLead = ({ body, senderName }: OpenLetter): string =>
    say("writing.quote", { name: senderName, date: longDate(new Date(body.sent_at * 1000)) })
