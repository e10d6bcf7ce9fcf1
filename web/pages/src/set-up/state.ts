/** The answers so far, as `GET /api/v1/set-up` gives them (docs/spec/http.md section 8). */

import { list, members, type Members, text } from "@letterlock/kit"

export const STEPS = ["record", "brand", "hosts", "mailbox", "look-up"] as const
export type Step = (typeof STEPS)[number]
export const LOOKS = ["name", "line", "telephone", "address", "zone", "firm_1", "firm_2"] as const
export type Looks = Readonly<Record<(typeof LOOKS)[number], string>>

/** What became of a trial mail; `at` in milliseconds since 1970. */
export interface Trial {
    readonly lane: string
    readonly state: string
    readonly reason: string
    readonly at: number
}

export interface Answers {
    readonly firm: string
    readonly admin: string
    readonly origin: string
    readonly addin: string
    readonly isOpen: boolean
    readonly done: ReadonlySet<string>
    readonly record: string
    readonly looks: Looks
    readonly mailbox: string
    readonly trials: readonly Trial[]
    readonly lookUp: boolean
    /** The server's clock, milliseconds since 1970. */
    readonly now: number
}

export function readAnswers(value: unknown): Answers {
    const from = members(value)
    const looks = members(from["looks"])
    return {
        firm: text(from, "firm"), admin: text(from, "admin"), origin: text(from, "origin"), addin: text(from, "addin_origin"),
        isOpen: from["open"] === true, done: new Set(list(from["done"]).map(String)), record: text(from, "record"),
        looks: Object.fromEntries(LOOKS.map((name) => [name, text(looks, name)])) as Looks,
        mailbox: text(from, "mailbox"), trials: Object.entries(members(from["trials"])).map(trial),
        lookUp: from["look_up"] === true, now: Number(from["now"]),
    }
}

function trial([lane, value]: [string, unknown]): Trial {
    const from: Members = members(value)
    const reason = from["reason"]
    return { lane, state: text(from, "state"), reason: typeof reason === "string" ? reason : "", at: Number(from["at"]) }
}
