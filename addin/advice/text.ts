/** A letter's text taken apart: what the writer said in her own words, line by line, sentence by sentence. */

import type { Span } from "./phrases.ts"

export interface Sentence extends Span {
    readonly text: string
    readonly words: number
}

export interface Parsed {
    /** As written, with plain apostrophes and spaces; same length. */
    readonly text: string
    /** The same without what is quoted: spaces stand there. */
    readonly own: string
    readonly lines: readonly Span[]
    readonly sentences: readonly Sentence[]
}

const QUOTES = /“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»|»[^«\n]{1,400}«|(?<!\p{L})"[^"\n]{1,400}"/gu
const EARLIER = /^(?:>.*|-{3,}.*|On .{4,80} wrote:|Am .{4,80} schrieb .{1,80}:)$/gmu

const blank = (text: string): string => text.replace(/[^\n]/gu, (one) => " ".repeat(one.length))

/** @param abbreviations - Words that keep their point inside a sentence, lower case and without it. */
export function parse(raw: string, abbreviations: ReadonlySet<string>): Parsed {
    const text = raw.replace(/[’‘]/gu, "'").replace(/[\u00a0\u2007\u202f]/gu, " ")
    const own = text.replace(EARLIER, blank).replace(QUOTES, blank)
    const lines = [...text.matchAll(/[^\n]+/gu)]
        .map(({ index, 0: line }) => ({ start: index, end: index + line.length }))
        .filter(({ start, end }) => text.slice(start, end).trim() !== "")
    return { text, own, lines, sentences: lines.flatMap((line) => sentencesIn(text, line, abbreviations)) }
}

/** Words as people count them. */
export const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{N}][\p{L}\p{N}'.,/&-]*/gu) ?? []

function sentencesIn(text: string, line: Span, abbreviations: ReadonlySet<string>): Sentence[] {
    const found: Sentence[] = []
    let start = line.start
    const close = (end: number): void => {
        const piece = text.slice(start, end)
        if (piece.trim() !== "") found.push({ start, end, text: piece, words: wordsIn(piece).length })
        start = end
    }
    for (const { index, 0: mark } of text.slice(line.start, line.end).matchAll(/[.!?…]+["'“”»)\]]*(?=\s)/gu)) {
        const end = line.start + index + mark.length
        if (!mark.startsWith(".") || endsHere(text.slice(start, line.start + index), text.slice(end, line.end), abbreviations)) close(end)
    }
    close(line.end)
    return found
}

/** Whether the point after `before` ends its sentence. */
function endsHere(before: string, after: string, abbreviations: ReadonlySet<string>): boolean {
    const last = /[\p{L}\p{N}.]+$/u.exec(before)?.[0].toLowerCase() ?? ""
    if (abbreviations.has(last) || /^\p{L}$/u.test(last) || /(?:^|\.)\p{L}$/u.test(last)) return false
    if (/^\d{1,2}$/u.test(last)) return !/^\s+(?:\p{Ll}|jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez|jän|\d)/iu.test(after)
    return /^\s+["'“„«»([]?[\p{Lu}\p{N}]/u.test(after)
}

/** Without accents, lower case: "Müller" and "Mueller" are the same. */
export function fold(text: string): string {
    return text.toLowerCase().replace(/ä/gu, "ae").replace(/ö/gu, "oe").replace(/ü/gu, "ue").replace(/ß/gu, "ss").replace(/ı/gu, "i").replace(/ø/gu, "o").replace(/ł/gu, "l")
        .normalize("NFD").replace(/\p{M}/gu, "")
}
