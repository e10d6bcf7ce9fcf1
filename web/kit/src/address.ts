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

const SPECIAL = /[\s@<>()[\]\\,;:"]/u
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/u

/** Whether `text` is one whole address with a dotted ASCII domain, at most 254 characters. */
export function isAddress(text: string): boolean {
    const at = text.lastIndexOf("@")
    const local = text.slice(0, Math.max(at, 0))
    if (local === "" || local.length > 64 || text.length > 254 || SPECIAL.test(local)) return false
    if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return false
    const labels = text.slice(at + 1).toLowerCase().split(".")
    return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/u.test(labels.at(-1) ?? "")
}

/**
 * Read a list such as `Maya <maya@client.example>; "Birchall, Tom" <tom@client.example>, ann@hart.example`.
 *
 * Commas, semicolons and line ends part it, but not inside quotes. Of an address given twice the
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
        if (character === '"') quoted = !quoted
        if (!quoted && /[,;\r\n]/u.test(character)) {
            found.push(piece)
            piece = ""
        } else piece += character
    }
    found.push(piece)
    return found.map((one) => one.trim()).filter((one) => one !== "")
}

function parsePerson(piece: string): Person | null {
    const named = /^(?<name>[^<>]*)<(?<address>[^<>]+)>$/u.exec(piece)?.groups
    const address = (named?.["address"] ?? piece).trim().replace(/^mailto:/iu, "").toLowerCase()
    if (!isAddress(address)) return null
    const name = (named?.["name"] ?? "").trim().replace(/^["']|["']$/gu, "").trim()
    return { address, name: name.toLowerCase() === address ? "" : name }
}

/** What to call a person in a sentence: the first name where there is a name, else the address. */
export function shortName(person: Person): string {
    const name = person.name.includes(",") ? person.name.split(",")[1] : person.name
    return (name ?? "").trim().split(/\s+/u)[0] || person.address
}
