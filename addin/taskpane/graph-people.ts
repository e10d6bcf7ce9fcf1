/**
 * People whom somebody works with or keeps among the contacts, from Microsoft Graph (`/me/people`, People.Read).
 *
 * What is typed goes to Microsoft, with the person's own token, and to nobody else.
 */

import { isAddress, list, type Members, members, textOr } from "@letterlock/kit"

import type { Candidate } from "./matching.ts"

/** Why nothing was found. `denied`: no consent. `busy`: not before `wait` milliseconds have gone by. */
export class NoPeople extends Error {
    override readonly name = "NoPeople"
    readonly why: "denied" | "busy" | "away"
    readonly wait: number

    constructor(why: NoPeople["why"], wait = 0) {
        super(why)
        this.why = why
        this.wait = wait
    }
}

const MOST = 10
const WAIT = 10_000   // milliseconds, where Graph names none
const EACH = 2        // addresses of one person

/** Look for what is typed. @throws {@link NoPeople}; an aborted search throws what `signal` does */
export async function peopleLike(root: string, token: string, typed: string, signal: AbortSignal): Promise<readonly Candidate[]> {
    const query = new URLSearchParams({
        $search: `"${typed.replace(/["\\]/gu, " ").trim()}"`, $top: String(MOST), $select: "displayName,scoredEmailAddresses,personType",
    })
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${root}/me/people?${query.toString()}`, { headers, cache: "no-store", credentials: "omit", signal })
        .catch((cause: unknown) => {
            if (signal.aborted) throw cause
            throw new NoPeople("away")
        })
    if (answer.status === 401 || answer.status === 403) throw new NoPeople("denied")
    if (answer.status === 429 || answer.status === 503) throw new NoPeople("busy", waitOf(answer))
    if (!answer.ok) throw new NoPeople("away")
    return list(members(await answer.json())["value"]).map(members).flatMap(candidates)
}

function waitOf(answer: Response): number {
    const seconds = Number(answer.headers.get("retry-after") ?? "")
    return seconds > 0 ? seconds * 1000 : WAIT
}

/** Groups and rooms are nobody in particular. */
function candidates(person: Members): Candidate[] {
    const kind = person["personType"]
    if (kind !== undefined && kind !== null && textOr(members(kind), "class", "Person") !== "Person") return []
    const name = textOr(person, "displayName", "")
    const addresses = list(person["scoredEmailAddresses"] ?? []).map((one) => textOr(members(one), "address", "").toLowerCase())
    return addresses.filter(isAddress).slice(0, EACH)
        .map((address) => ({ address, name: name.toLowerCase() === address ? "" : name, source: "contacts" as const }))
}
