/** Whether a letter greets, and whether it greets whom it goes to. */

import type { House, Hit, Letter, Party } from "./letter.ts"
import { isSameName, MEN, type Pack, WOMEN } from "./pack.ts"
import { compile, type Span } from "./phrases.ts"
import { fold, type Parsed } from "./text.ts"

/** Somebody whom the greeting names. */
interface Named extends Span {
    /** As written, titles left out. */
    readonly words: readonly string[]
    readonly woman: boolean
    readonly man: boolean
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`)
const either = (words: readonly string[]): string => [...words].sort((a, b) => b.length - a.length).map(escaped).join("|").replace(/ /gu, String.raw`\s+`)

/** The line that greets: the first, or the second where the first is a heading; null for none. */
export function greetingLine({ text, lines }: Parsed, { greeting }: Pack, house: House): Span | null {
    const opens = new RegExp(String.raw`^\s*(?:${either([...greeting.openers, ...house.greetings])})(?![\p{L}\p{N}])`, "iu")
    return lines.slice(0, 3).find(({ start, end }) => opens.test(text.slice(start, end))) ?? null
}

/** Those whom the greeting names; [] for "Dear all". */
export function namedIn(parsed: Parsed, line: Span, { greeting }: Pack, house: House): Named[] {
    const text = parsed.text.slice(line.start, line.end)
    const opener = either([...greeting.openers, ...house.greetings])
    const pattern = new RegExp(String.raw`(?<=^\s*|[,.]\s*|\s(?:${either(greeting.and)})\s+)(?:${opener})\s+(?<rest>[^,!:;?\n–—]{1,60})`, "giud")
    return [...text.matchAll(pattern)].flatMap((match) => {
        const [start] = match.indices?.groups?.["rest"] ?? [0]
        return parted(match.groups?.["rest"] ?? "", line.start + start, greeting)
    })
}

function parted(rest: string, at: number, greeting: Pack["greeting"]): Named[] {
    const and = new RegExp(String.raw`\s+(?:${either(greeting.and)}|&|\+)\s+`, "iu")
    const found: Named[] = []
    let from = 0
    for (const piece of rest.split(and)) {
        const start = rest.indexOf(piece, from)
        from = start + piece.length
        const named = nameIn(piece, at + start, greeting)
        if (named === null) return []   // not a name: nothing is known of the others either
        found.push(named)
    }
    return found
}

const NAME = /^\p{Lu}[\p{L}'.-]*$/u

function nameIn(piece: string, at: number, { generic, women, men, titles }: Pack["greeting"]): Named | null {
    const words = piece.trim().split(/\s+/u)
    const plain = (word: string): string => word.toLowerCase().replace(/\.$/u, "")
    if (words.length > 5 || words.some((word) => generic.includes(plain(word)))) return null
    const bare = words.filter((word) => ![...women, ...men, ...titles].includes(plain(word)))
    if (bare.length === 0 && words.length > 0) return { start: at, end: at, words: [], woman: false, man: false }
    if (!NAME.test(bare[0] ?? "")) return null
    const told = bare.slice(0, bare.findIndex((word) => !NAME.test(word) && !/^(?:von|van|de|der|den|zu|di|da|le|la)$/iu.test(word)) >>> 0)
    const start = at + piece.indexOf(told[0] ?? "")
    const last = told.at(-1) ?? ""
    const end = at + piece.indexOf(last, start - at) + last.length
    return { start, end, words: told, woman: words.some((word) => women.includes(plain(word))), man: words.some((word) => men.includes(plain(word))) }
}

/** Name and address in the pieces that a greeting may be made of. */
function piecesOf({ name, address }: Party): string[] {
    const words = `${name} ${address.split("@")[0] ?? ""}`.split(/[\s,._]+/u).filter((word) => word !== "")
    return [...new Set(words.flatMap((word) => [word, word.replace(/-/gu, ""), ...word.split("-")]).map((word) => fold(word).replace(/[^a-z']/gu, "")))]
}

function fits(word: string, pieces: readonly string[]): boolean {
    const given = fold(word).replace(/[^a-z'-]/gu, "")
    const short = (piece: string): boolean => given.length >= 3 && piece.startsWith(given) && given.length * 2 <= piece.length
    const joined = given.replace(/-/gu, "")
    const initials = pieces.map((piece) => piece[0] ?? "").join("")
    return pieces.some((piece) => piece === given || piece === joined || isSameName(given, piece) || short(piece)) ||
        (joined.length <= 2 && initials.includes(joined)) || given.split("-").every((part) => part !== "" && pieces.includes(part))
}

const meant = ({ words }: Named, party: Party): boolean => {
    const pieces = piecesOf(party)
    return words.every((word) => fits(word, pieces))
}

/** A form of address that the first name belies: "Mr" for a Maya. Known only for common names. */
function belied({ woman, man }: Named, party: Party): boolean {
    const first = piecesOf(party)[0] ?? ""
    return (man && WOMEN.has(first) && !MEN.has(first)) || (woman && MEN.has(first) && !WOMEN.has(first))
}

/** A greeting that names somebody to whom the letter does not go. */
export function wrongGreeting(letter: Letter, house: House, pack: Pack, parsed: Parsed): Hit[] {
    const line = greetingLine(parsed, pack, house)
    const people = [...letter.to, ...letter.others]
    if (line === null || people.length === 0) return []
    const bad = compile(pack.greeting.wrong).exec(parsed.text.slice(line.start, line.end))
    if (bad !== null) return [{ start: line.start + bad.index, end: line.start + bad.index + bad[0].length, variant: "form" }]
    return namedIn(parsed, line, pack, house).flatMap((named): Hit[] => {
        const { start, end, words } = named
        const theirs = people.filter((party) => meant(named, party))
        const isKnown = people.some((party) => givenNamesOf(party, pack) > 1) || named.woman || named.man
        if (words.length === 0 || !isKnown || theirs.some((party) => !belied(named, party))) return []
        const facts = { name: words.join(" "), who: people.slice(0, 2).map(({ name, address }) => name || address).join(", ") }
        if (theirs.length > 0) return [{ start, end, variant: "title", facts }]
        const better = replacementFor(named, letter.to)
        return [{ start, end, facts, ...(better === "" ? {} : { replacement: better }) }]
    })
}

/** How many names are given of somebody, titles left out: of "Mr and Mrs Okafor" one, which says nothing of first names. */
function givenNamesOf({ name, address }: Party, { greeting: { women, men, titles, and } }: Pack): number {
    const words = (name === "" ? (address.split("@")[0] ?? "").replace(/[._]/gu, " ") : name).toLowerCase().split(/[\s,.]+/u)
    return words.filter((word) => word !== "" && ![...women, ...men, ...titles, ...and].includes(word)).length
}

/** The name to put there: of the only reader, the first name, or the last where a title stands before it. */
function replacementFor({ words, woman, man }: Named, to: readonly Party[]): string {
    const [only, ...more] = to
    if (only === undefined || more.length > 0 || only.name === "") return ""
    const parts = only.name.includes(",") ? only.name.split(",").reverse().join(" ").trim().split(/\s+/u) : only.name.split(/\s+/u)
    if (words.length > 1) return parts.join(" ")
    return (woman || man ? parts.at(-1) : parts[0]) ?? ""
}

/** A first letter that greets nobody. */
export function noGreeting(letter: Letter, house: House, pack: Pack, parsed: Parsed): Hit[] {
    const [first] = parsed.lines
    if (letter.kind !== "ordinary" || first === undefined || greetingLine(parsed, pack, house) !== null) return []
    const head = parsed.text.slice(first.start, Math.min(first.end, first.start + 60))
    const names = [...letter.to, ...letter.others].flatMap(piecesOf)
    const greets = (head.match(/\p{Lu}[\p{L}'-]{2,}(?=\s*(?:[,!:–—]|$))/gu) ?? []).some((word) => fits(word, names))
    const said = compile(pack.greeting.fits).exec(head)
    return greets || (said !== null && said.index < 12) ? [] : [{ start: first.start, end: first.start }]
}
