/** What the pane takes from Outlook's open item, and how it empties it. */

import { say, sayList } from "@letterlock/kit"

import type { Addressee, OutlookItem } from "./office.ts"

export interface Seen {
    readonly people: Readonly<Record<"to" | "cc", readonly Addressee[]>>
    readonly subject: string
    /** Sentences about what the pane cannot take; nothing is sent while there is one. */
    readonly blockers: readonly string[]
}

/** Read To, Cc, Bcc and the subject. What Outlook does not tell counts as empty. */
export async function lookOver(item: OutlookItem): Promise<Seen> {
    const [to, cc, bcc, subject] = await Promise.all([
        orElse(item.people("to"), []), orElse(item.people("cc"), []), orElse(item.people("bcc"), []),
        orElse(item.subject(), ""),
    ])
    return { people: { to, cc }, subject: subject.trim().slice(0, 200), blockers: blockersOf(to, cc, bcc) }
}

/** Groups, and hidden copies, which come in a later version. */
export function blockersOf(to: readonly Addressee[], cc: readonly Addressee[], bcc: readonly Addressee[]): string[] {
    const name = (one: Addressee): string => one.name || one.address
    const groups = [...to, ...cc].filter(({ group }) => group).map((one) => say("pane.group", { who: name(one) }))
    return bcc.length === 0 ? groups : [...groups, say("pane.bcc", { who: sayList(bcc.map(name)) })]
}

/** Empty To, Cc, Bcc and subject, so that Outlook's own Send has nobody to go to. Whether it worked. */
export async function emptyItem(item: OutlookItem): Promise<boolean> {
    const results = await Promise.allSettled([
        item.setPeople("to", []), item.setPeople("cc", []), item.setPeople("bcc", []), item.setSubject(""),
    ])
    return results.every(({ status }) => status === "fulfilled")
}

async function orElse<Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> {
    try {
        return await promise
    } catch {
        return otherwise
    }
}
