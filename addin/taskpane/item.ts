/** What the pane takes from Outlook's open item, and how it empties it. */

import { isAddress, say } from "@letterlock/kit"

import type { Addressee, OutlookItem } from "./office.ts"
import type { Role } from "./recipients.ts"

export interface Seen {
    readonly people: Readonly<Record<Role, readonly Addressee[]>>
    readonly subject: string
    /** Sentences about what the pane cannot take; nothing is sent while there is one. */
    readonly blockers: readonly string[]
    /** Sentences to know; nothing waits for them. */
    readonly asides: readonly string[]
}

const LONGEST_SUBJECT = 200   // characters (http.md section 3)

/**
 * Read To, Cc, Bcc and the subject.
 *
 * @param own - Address of who is signed in; empty before.
 * @throws OfficeFailed where Outlook does not say whom it names.
 */
export async function lookOver(item: OutlookItem, own: string): Promise<Seen> {
    const [to, cc, hidden, subject, from] = await Promise.all([
        item.people("to"), item.people("cc"), item.people("bcc"), orElse(item.subject(), ""), orElse(item.from(), ""),
    ])
    const asides = asidesOf(item.lacks, from, own)
    return { people: { to, cc, hidden }, subject: cutSubject(subject), blockers: blockersOf([...to, ...cc, ...hidden]), asides }
}

/** Everybody whom the open item names, groups apart. @throws OfficeFailed */
export async function peopleOf(item: OutlookItem | null): Promise<readonly Addressee[]> {
    if (item === null) return []
    const fields = await Promise.all([item.people("to"), item.people("cc"), item.people("bcc")])
    return fields.flat().filter(({ group, address }) => !group && isAddress(address))
}

/** What this Outlook does not do, and that a letter goes in nobody else's name. */
export function asidesOf(lacks: OutlookItem["lacks"], from: string, own: string): string[] {
    const other = from !== "" && own !== "" && from !== own
    return [...(other ? [say("pane.from", { from, own })] : []), ...lacks.map((one) => say(`pane.lacks.${one}`))]
}

/** As long as a subject may be, and never half a character. */
export function cutSubject(subject: string): string {
    return Array.from(subject.trim()).slice(0, LONGEST_SUBJECT).join("")
}

/** Groups, and addresses that cannot take mail here, in any of the fields. */
export function blockersOf(people: readonly Addressee[]): string[] {
    const groups = people.filter(({ group }) => group).map(({ name, address }) => say("pane.group", { who: name || address }))
    const foreign = people.filter(({ group, address }) => !group && address !== "" && !isAddress(address))
        .map(({ address }) => say("pane.foreign", { text: address }))
    return [...groups, ...foreign]
}

/** Empty To, Cc, Bcc and subject, so that Outlook's own Send has nobody to go to. Whether it worked. */
export async function emptyItem(item: OutlookItem): Promise<boolean> {
    const results = await Promise.allSettled([
        item.setPeople("to", []), item.setPeople("cc", []), item.setPeople("bcc", []), item.setSubject(""),
    ])
    return results.every(({ status }) => status === "fulfilled")
}

/**
 * Whether Outlook's own message holds anything that the letter does not: text, or files where Outlook tells of them.
 * What cannot be seen is taken to be there.
 */
export async function hasOwnText(item: OutlookItem): Promise<boolean> {
    const [text, files] = await Promise.all([orElse(item.text(), "?"), orElse(item.countFiles(), 1)])
    return text.trim() !== "" || files > 0
}

async function orElse<Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> {
    try {
        return await promise
    } catch {
        return otherwise
    }
}
