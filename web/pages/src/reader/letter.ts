/** Show an opened letter: head, text, who can read it, what was checked. */

import type { Reader } from "@letterlock/crypto"
import {
    find, levelMeaning, levelTag, type Line, longDate, readerRows, say, sayList, shortDate,
} from "@letterlock/kit"

import { fillFrame } from "./frame.ts"
import type { OpenLetter } from "./open.ts"
import { announce, type Letter, showStage } from "./page.ts"

/** Show it, with focus on its subject. Returns how to stop watching its frame. */
export async function showLetter(facts: Letter, letter: OpenLetter): Promise<() => void> {
    const { body, statement } = letter
    const subject = body.subject.trim() === "" ? say("open.untitled", { name: facts.first }) : body.subject
    put("#subject", subject)
    put("#from", letter.senderName)
    put("#initials", initials(letter.senderName))
    put("#to", say("open.to", { readers: sayList(addressees(letter)) }))
    put("#when", shortDate(sentAt(letter)))
    find("#level", HTMLElement).replaceChildren(levelTag(statement.level))
    put("#level-means", levelMeaning(statement.level))
    find("#readers", HTMLUListElement).replaceChildren(...readerRows(lines(letter)))
    put("#checked", say(`checked.${statement.sender.custody}`, { name: facts.first }))
    showStage("opened")
    const line = `${letter.senderName}, ${longDate(sentAt(letter))}`
    const stop = await fillFrame(body.html, { firm: facts.firm, line, subject })
    announce(say("open.done", { name: letter.senderName }))
    return stop
}

/** Take everything of a letter off the page. */
export function clearLetter(): void {
    for (const place of ["#subject", "#from", "#initials", "#to", "#when", "#level", "#level-means", "#readers", "#checked"]) {
        find(place, HTMLElement).replaceChildren()
    }
}

const put = (place: string, text: string): void => { find(place, HTMLElement).textContent = text }

const sentAt = ({ body }: OpenLetter): Date => new Date(body.sent_at * 1000)

function addressees({ statement, viewer }: OpenLetter): string[] {
    const named = statement.readers.filter(({ role }) => role === "to" || role === "cc").map(({ address }) => address)
    const others = named.filter((address) => address !== viewer)
    return named.includes(viewer) ? [say("readers.you.inline"), ...others] : others
}

/** You first, then whom it is for, then who wrote it, then archives. */
export function lines(letter: OpenLetter): Line[] {
    const order = (reader: Reader): number =>
        reader.address === letter.viewer ? 0 : ({ to: 1, cc: 2, sender: 3, archive: 4 } as const)[reader.role]
    return [...letter.statement.readers].sort((a, b) => order(a) - order(b)).map((reader) => line(letter, reader))
}

function line({ viewer, senderName }: OpenLetter, { address, role, level }: Reader): Line {
    if (role === "archive") return { who: say("readers.archive", { name: address }), more: "", level, folder: true }
    if (address === viewer) return { who: say("readers.you"), more: address, level }
    if (role === "sender") return { who: say("readers.sender", { name: senderName }), more: address, level }
    return { who: address, more: "", level }
}

/** "AL" of "Ann Lee". */
export function initials(name: string): string {
    const words = name.split(/\s+/u).filter((word) => word !== "")
    const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
    return ends.map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase()
}
