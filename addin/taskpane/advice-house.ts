/** The firm's part of the advice as its server gives it (docs/spec/http.md section 3). */

import { list, members, text } from "@letterlock/kit"

import type { House } from "../advice/letter.ts"

/** @throws Unexpected of the kit for anything else. */
export function houseOf(answer: unknown): House {
    const said = members(answer)
    const hours = members(said["hours"])
    return {
        domains: words(said["domains"]), record: null,   // nobody knows a client's people before there are portals
        glossary: list(said["glossary"]).map(members).map((one) => ({ term: text(one, "term"), plain: text(one, "plain") })),
        blame: words(said["blame"]), urgency: words(said["urgency"]), greetings: words(said["greetings"]),
        hours: { from: Number(hours["from"]), to: Number(hours["to"]), days: list(hours["days"]).map(Number) },
        off: words(said["off"]), stop: words(said["stop"]),
    }
}

const words = (value: unknown): string[] => list(value).filter((word) => typeof word === "string")
