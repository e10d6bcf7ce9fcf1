/** To whom a letter goes: strangers, addresses that only look right, and everybody else. */

import { greetingLine, namedIn } from "./greeting.ts"
import type { House, Hit, Letter, Party } from "./letter.ts"
import type { Pack } from "./pack.ts"
import { finderOf } from "./phrases.ts"
import { isLookAlike } from "./look-alike.ts"
import { type Parsed, wordsIn } from "./text.ts"

const domainOf = ({ address }: Party): string => address.split("@")[1] ?? ""

/** Readers who are neither of the firm nor in the client's record; where there is none, only addresses that look like others. */
export function wrongRecipient(letter: Letter, house: House): Hit[] {
    const people = [...letter.to, ...letter.others]
    const known = new Set([...house.domains, ...(house.record ?? []).map((address) => address.split("@")[1] ?? "")])
    return people.flatMap((party): Hit[] => {
        const domain = domainOf(party)
        if (house.domains.includes(domain) || house.record?.includes(party.address) === true) return []
        const beside = people.filter((other) => other !== party).map(domainOf)
        const like = [...known, ...beside].find((one) => one !== domain && isLookAlike(domain, one))
        if (like !== undefined) return [{ start: 0, end: 0, variant: "like", facts: { who: party.address, domain: like } }]
        return house.record === null ? [] : [{ start: 0, end: 0, facts: { who: party.address } }]
    })
}

/** A reply to all that speaks to one of them: by its greeting, as a word of thanks, or in confidence. */
export function replyAll(letter: Letter, house: House, pack: Pack, parsed: Parsed): Hit[] {
    const { length } = [...letter.to, ...letter.others]
    if (!letter.replyAll || length < 2 || finderOf(pack.everyone).has(parsed.own)) return []
    const line = greetingLine(parsed, pack, house)
    const named = line === null ? [] : namedIn(parsed, line, pack, house)
    const isThanks = wordsIn(parsed.own).length < 25 && finderOf(pack.thanks).has(parsed.own)
    const isAside = finderOf(pack.aside).has(parsed.own)
    const isToOne = named.length === 1 && letter.to.length > 1 && !letter.others.some(({ name }) => name !== "" && parsed.own.includes(name.split(/\s+/u)[0] ?? ""))
    return isToOne || isThanks || isAside ? [{ start: 0, end: 0, facts: { count: String(length) } }] : []
}
