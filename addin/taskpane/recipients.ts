/** Who is to read the letter: typed in the pane, or taken from Outlook's To, Cc and Bcc. Pure. */

import type { Level, Person } from "@letterlock/kit"
import type { Role } from "@letterlock/kit/writing/index"

import type { Addressee } from "./office.ts"

export type { Role }

/** In the order in which they are shown; of two roles, the first wins. `hidden` is Outlook's Bcc. */
export const ROLES = ["to", "cc", "hidden"] as const

export interface Recipient extends Person {
    readonly role: Role
    readonly from: "typed" | "outlook"
    /** Null until the directory was asked. */
    readonly level: Level | null
    /** As the letter stands it waits for her key. */
    readonly waits?: true
}

export type Recipients = readonly Recipient[]

/** Most readers of one letter, the sender's own copy included (http.md section 5). */
export const MOST = 200

/** What the directory said of an address. */
export interface Known {
    readonly level: Level
    readonly name: string
}

export const has = (list: Recipients, address: string): boolean => list.some((one) => one.address === address)

/** With people typed into a field. Who is there already stays as he is, but a hidden one who is named openly is no longer hidden. */
export function withTyped(list: Recipients, people: readonly Person[], role: Role = "to"): Recipients {
    const named = new Set(people.map(({ address }) => address))
    const kept = list.map((one) => role !== "hidden" && one.role === "hidden" && named.has(one.address) ? { ...one, role, from: "typed" as const } : one)
    const fresh = people.filter(({ address }) => !has(list, address))
    return [...kept, ...fresh.map((person) => ({ ...person, role, from: "typed", level: null }) as const)]
}

export const without = (list: Recipients, address: string): Recipients =>
    list.filter((one) => one.address !== address)

/**
 * In step with Outlook: who left its fields leaves, who came comes, and a typed one who now
 * stands there is Outlook's from then on. Of To, Cc and Bcc, the first wins. Groups never get in.
 *
 * @param not - Addresses to leave out: the sender's own, and those removed in the pane.
 */
export function inStep(
    list: Recipients, outlook: Readonly<Record<Role, readonly Addressee[]>>, not: ReadonlySet<string>
): Recipients {
    const named = new Map<string, Recipient>()
    for (const role of ROLES) {
        for (const { address, name, group } of outlook[role]) {
            if (group || address === "" || not.has(address) || named.has(address)) continue
            const before = list.find((one) => one.address === address)
            const shown = name.toLowerCase() === address ? "" : name
            named.set(address, {
                address, role, from: "outlook", name: shown || (before?.name ?? ""), level: before?.level ?? null,
            })
        }
    }
    const typed = list.filter((one) => one.from === "typed" && !named.has(one.address))
    const kept = list.flatMap((one) => named.get(one.address) ?? (typed.includes(one) ? [one] : []))
    return [...kept, ...[...named.values()].filter(({ address }) => !has(kept, address))]
}

/** With what the directory said; a name given here stays. */
export function withKnown(list: Recipients, known: ReadonlyMap<string, Known>): Recipients {
    return list.map((one) => {
        const said = known.get(one.address)
        return said === undefined ? one : { ...one, level: said.level, name: one.name || said.name }
    })
}
