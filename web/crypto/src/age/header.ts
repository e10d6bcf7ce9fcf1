/** The header of an age v1 file: version line, stanzas, MAC (https://c2sp.org/age). */

import { base64 } from "@scure/base"

import { concat, decodePadded, encodeText, type Bytes } from "../bytes.ts"
import { MalformedFile } from "../errors.ts"
import type { Source } from "./source.ts"

/** The file key, wrapped in one way. */
export interface Stanza {
    /** At least one, of visible ASCII; the first is the type. */
    readonly args: readonly string[]
    readonly body: Bytes
}

export interface Header {
    readonly stanzas: readonly Stanza[]
    /** 32 bytes. */
    readonly mac: Bytes
    /** What the MAC is over: everything up to and with the three hyphens. */
    readonly covered: Bytes
}

/** Longest header that is read unless a caller says otherwise, in bytes: some 40 post-quantum stanzas. Ours have one, of 1.6 KB. */
export const MAX_HEADER_SIZE = 64 * 1024

const VERSION = "age-encryption.org/v1"
const COLUMNS = 64
const MAC_SIZE = 32
const LINE_FEED = 0x0a
const HYPHEN = 0x2d

/**
 * Read a header, and leave the source right behind it.
 *
 * @param limit - Of the header's length, in bytes.
 * @throws {@link MalformedFile} `header` or, over the limit, `too-large`.
 */
export async function readHeader(source: Source, limit = MAX_HEADER_SIZE): Promise<Header> {
    const first = await source.line(VERSION.length + 1)
    if (asText(first) !== `${VERSION}\n`) throw new MalformedFile("header")
    const lines = [first]
    for (let left = limit - first.length; ; ) {
        const next = source.line(left)
        const line = next instanceof Promise ? await next : next
        if (line.at(-1) !== LINE_FEED) throw new MalformedFile(line.length === left ? "too-large" : "header")
        lines.push(line)
        left -= line.length
        if (isLast(line)) return parseHeader(concat(...lines))
    }
}

/**
 * A header of its bytes, from the version line to the line feed after the MAC.
 *
 * @throws {@link MalformedFile} `header`.
 */
export function parseHeader(bytes: Bytes): Header {
    const lines = asText(bytes).split("\n")
    const [last, end] = lines.splice(-2)
    const [version, ...rest] = lines
    if (version !== VERSION || end !== "" || last === undefined) throw new MalformedFile("header")
    if (rest.length === 0 || !last.startsWith("--- ")) throw new MalformedFile("header")
    const mac = decode(last.slice(4))
    if (mac.length !== MAC_SIZE) throw new MalformedFile("header")
    return { stanzas: parseStanzas(rest), mac, covered: bytes.subarray(0, bytes.length - last.length + 2) }
}

/** What the MAC of a header with these stanzas is over. */
export function encodeStanzas(stanzas: readonly Stanza[]): Bytes {
    const lines = stanzas.flatMap(({ args, body }) => [["->", ...args].join(" "), ...encodeBody(body)])
    return encodeText([VERSION, ...lines, "---"].join("\n"))
}

/** The whole header. */
export function encodeHeader({ covered, mac }: Pick<Header, "covered" | "mac">): Bytes {
    return concat(covered, encodeText(` ${encode(mac)}\n`))
}

/** Base64 without padding, as in bodies, arguments and the MAC. */
export function encode(bytes: Uint8Array): string {
    // With padding the library uses the platform's own, which is ten times faster.
    return base64.encode(bytes).replace(/=+$/, "")
}

/**
 * Bytes of base64 without padding; there is only one text of each.
 *
 * @throws {@link MalformedFile} `header`.
 */
export function decode(text: string): Bytes {
    try {
        return decodePadded(base64, text)
    } catch {
        throw new MalformedFile("header")
    }
}

function isLast([first, second, third]: Bytes): boolean {
    return first === HYPHEN && second === HYPHEN && third === HYPHEN
}

/** Each byte one character; those outside ASCII are refused later, for what they then look like. */
function asText(bytes: Bytes): string {
    return new TextDecoder("latin1").decode(bytes)
}

function parseStanzas(lines: readonly string[]): Stanza[] {
    const stanzas: Stanza[] = []
    for (let at = 0; at < lines.length; ) {
        const args = parseArguments(lines[at] ?? "")
        const end = endOfBody(lines, at + 1)
        stanzas.push({ args, body: decode(lines.slice(at + 1, end).join("")) })
        at = end
    }
    return stanzas
}

function parseArguments(line: string): string[] {
    const [arrow, ...args] = line.split(" ")
    if (arrow !== "->" || args.length === 0 || !args.every((arg) => /^[!-~]+$/.test(arg))) throw new MalformedFile("header")
    return args
}

/** All lines of a body are full but the last, which is shorter and may be empty. */
function endOfBody(lines: readonly string[], start: number): number {
    let at = start
    while (lines[at]?.length === COLUMNS) at += 1
    if ((lines[at]?.length ?? Infinity) > COLUMNS) throw new MalformedFile("header")
    return at + 1
}

function encodeBody(body: Bytes): string[] {
    const text = encode(body)
    const full = Array.from({ length: Math.floor(text.length / COLUMNS) }, (_, n) => text.slice(n * COLUMNS, (n + 1) * COLUMNS))
    return [...full, text.slice(full.length * COLUMNS)]
}
