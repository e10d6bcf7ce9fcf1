/** Mail addresses as people type and paste them. */

export interface Person {
    /** Lower case. */
    readonly address: string
    /** Empty when only the address was given. Shown, never matched. */
    readonly name: string
}

export interface Addresses {
    readonly people: readonly Person[]
    /** What could not be read as an address, as typed. */
    readonly refused: readonly string[]
}

/** RFC 5322 section 3.2.3, ASCII only, as the server has it. */
const LOCAL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/u
/** Marks of direction and their like; the joiners stay, since names in some scripts need them. */
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/gu
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/u

/** Whether `text` is one whole address in ASCII with a dotted domain, at most 254 characters. */
export function isAddress(text: string): boolean {
    const at = text.lastIndexOf("@")
    const local = text.slice(0, Math.max(at, 0))
    if (text.length > 254 || !LOCAL.test(local)) return false
    if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return false
    const labels = text.slice(at + 1).toLowerCase().split(".")
    return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/u.test(labels.at(-1) ?? "")
}

/** Whether `text` would be a whole address if it were in ASCII: none can take mail here. */
export const isForeign = (text: string): boolean => /\S@\S+\.\S/u.test(text) && /[^\p{ASCII}\p{Cf}]/u.test(text)

/** Lower case, without what pasting brings along and nobody sees. */
export const plainAddress = (text: string): string => text.replace(/\p{Cf}/gu, "").trim().toLowerCase()

/**
 * Read a list such as `Maya <maya@client.example>; "Birchall, Tom" <tom@client.example>, ann@hart.example`.
 *
 * Line ends part it, and outside quotes commas and semicolons do. Of an address given twice the
 * first stays. Group syntax (`Team: a@b.example;`) is refused, since a group is nobody in particular.
 */
export function parseAddresses(text: string): Addresses {
    const people = new Map<string, Person>()
    const refused: string[] = []
    for (const piece of pieces(text)) {
        const person = parsePerson(piece)
        if (person === null) refused.push(piece)
        else if (!people.has(person.address)) people.set(person.address, person)
    }
    return { people: [...people.values()], refused }
}

function pieces(text: string): string[] {
    const found: string[] = []
    let piece = ""
    let quoted = false
    for (const character of text) {
        const ends = /[\r\n]/u.test(character)
        quoted = character === '"' ? !quoted : quoted && !ends
        if (ends || (!quoted && /[,;]/u.test(character))) {
            found.push(piece)
            piece = ""
        } else piece += character
    }
    found.push(piece)
    return found.map((one) => one.trim()).filter((one) => one !== "")
}

function parsePerson(piece: string): Person | null {
    const named = /^(?<name>[^<>]*)<(?<address>[^<>]+)>$/u.exec(piece)?.groups
    const address = plainAddress(named?.["address"] ?? piece).replace(/^mailto:/u, "")
    if (!isAddress(address)) return null
    const name = (named?.["name"] ?? "").replace(UNSEEN, "").trim().replace(/^["']|["']$/gu, "").trim()
    return { address, name: name.toLowerCase() === address ? "" : name }
}

/** What to call a person in a sentence: the first name where there is a name, else the address. */
export function shortName(person: Person): string {
    const name = person.name.includes(",") ? person.name.split(",")[1] : person.name
    return (name ?? "").trim().split(/\s+/u)[0] || person.address
}
