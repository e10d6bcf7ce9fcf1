/**
 * What the content of a file says it is (docs/spec/objects.md section 4).
 *
 * A table of our own instead of a package: the type is signed, and a reader refuses a file of
 * another kind, so what is recognised is part of the format. A package that learned a new kind
 * would close letters that were sent before. It also looks at a fixed amount, in one pass and
 * without loops that the content controls. Text and pages: https://mimesniff.spec.whatwg.org
 */

import { UNKNOWN } from "./types.ts"
import { isZip, zipType } from "./zip.ts"

/** How much of a file's beginning is looked at, in bytes. */
export const HEAD_SIZE = 4096
/** How much of its end: the directory of an archive of several thousand files. */
export const TAIL_SIZE = 256 * 1024

/** Beginning and end of a file; they overlap, or are the same, in a short one. */
export interface Ends {
    readonly head: Uint8Array
    readonly tail: Uint8Array
    /** Of the whole file, in bytes. */
    readonly size: number
}

type Mark = readonly [type: string, mark: string, at?: number]

/** Bytes that a kind begins with, as Latin-1; most of IANA's and the makers' own descriptions. */
const MARKS: readonly Mark[] = [
    ["image/png", "\x89PNG\r\n\x1a\n"],
    ["image/jpeg", "\xff\xd8\xff"],
    ["image/gif", "GIF87a"],
    ["image/gif", "GIF89a"],
    ["image/tiff", "II*\0"],
    ["image/tiff", "MM\0*"],
    ["image/x-icon", "\0\0\x01\0"],
    ["application/rtf", "{\\rtf"],
    ["application/x-ole-storage", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
    ["application/gzip", "\x1f\x8b\x08"],
    ["application/x-bzip2", "1AY&SY", 4],
    ["application/x-xz", "\xfd7zXZ\0"],
    ["application/x-7z-compressed", "7z\xbc\xaf\x27\x1c"],
    ["application/vnd.rar", "Rar!\x1a\x07"],
    ["application/vnd.ms-cab-compressed", "MSCF\0\0\0\0"],
    ["application/x-tar", "ustar", 257],
    ["audio/mpeg", "ID3"],
    ["audio/flac", "fLaC"],
    ["application/ogg", "OggS\0"],
    ["video/webm", "\x1aE\xdf\xa3"],
    ["application/x-executable", "\x7fELF"],
    ["application/x-mach-binary", "\xfe\xed\xfa\xce"],
    ["application/x-mach-binary", "\xfe\xed\xfa\xcf"],
    ["application/x-mach-binary", "\xce\xfa\xed\xfe"],
    ["application/x-mach-binary", "\xcf\xfa\xed\xfe"],
    ["application/java-vm", "\xca\xfe\xba\xbe"],
    ["application/wasm", "\0asm"],
    ["application/x-ms-shortcut", "L\0\0\0\x01\x14\x02\0"],
    ["application/vnd.ms-htmlhelp", "ITSF"],
    ["application/postscript", "%!PS"],
    ["application/postscript", "\xc5\xd0\xd3\xc6"],
    ["text/x-script", "#!"],
]

/** Of the container RIFF, by what stands at 8. */
const RIFF: readonly Mark[] = [["image/webp", "WEBPVP", 8], ["audio/wav", "WAVE", 8], ["video/x-msvideo", "AVI ", 8]]

/** Of the ISO base media container, by its brand at 8; any other is a film. */
const BRANDS: readonly Mark[] = [
    ["image/avif", "avif", 8], ["image/avif", "avis", 8], ["image/heic", "hei", 8], ["image/heic", "hev", 8],
    ["image/heic", "mif1", 8], ["image/heic", "msf1", 8], ["audio/mp4", "M4A", 8], ["video/quicktime", "qt  ", 8],
]

/** Tags by which WHATWG's MIME sniffing knows a page, and what stands after one. */
const TAGS = ["!doctype html", "html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p"]
const PAGE = new RegExp(`^<(?:(?:${TAGS.join("|")})(?=[\\s>/]|$)|!--)`, "i")

/** Prologue, comments and document type of XML, and then its first element. */
const XML_ELEMENT = /<(?![?!])(?:[\w.-]+:)?([\w.-]+)/

const SIZES_OF_BMP: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124])

/** The media type that the content says; `application/octet-stream` where it says nothing. */
export function sniff(ends: Ends): string {
    const { head } = ends
    return marked(head, MARKS) ?? container(head) ?? weak(head) ?? (isZip(head) ? zipType(ends) : text(head)) ?? UNKNOWN
}

/** Beginning and end of what lies in memory or on disk. */
export async function endsOf(content: Blob): Promise<Ends> {
    const bytes = async (part: Blob): Promise<Uint8Array> => new Uint8Array(await part.arrayBuffer())
    const { size } = content
    return {
        head: await bytes(content.slice(0, HEAD_SIZE)),
        tail: await bytes(content.slice(Math.max(0, size - TAIL_SIZE))),
        size,
    }
}

function marked(head: Uint8Array, marks: readonly Mark[]): string | null {
    return marks.find(([, mark, at = 0]) => hasAt(head, mark, at))?.[0] ?? null
}

function container(head: Uint8Array): string | null {
    if (hasAt(head, "RIFF", 0)) return marked(head, RIFF)
    if (hasAt(head, "ftyp", 4)) return marked(head, BRANDS) ?? "video/mp4"
    return null
}

/** Marks so short that a text may begin with them: something else must agree. */
function weak(head: Uint8Array): string | null {
    if (hasAt(head, "MZ", 0) && isBinary(head)) return "application/vnd.microsoft.portable-executable"
    if (hasAt(head, "BM", 0) && SIZES_OF_BMP.has(head[14] ?? 0) && head[15] === 0) return "image/bmp"
    const [first = 0, second = 0] = head
    return first === 0xff && [0xfb, 0xfa, 0xf3, 0xf2].includes(second) ? "audio/mpeg" : null
}

function text(head: Uint8Array): string | null {
    const start = decode(head).trimStart()
    // Some programs write a line before it, and readers of PDF do not mind.
    if (start.startsWith("%PDF-")) return "application/pdf"
    if (!isWide(head) && isBinary(head)) return null
    if (start.startsWith("<?xml")) return xml(start)
    if (/^<svg[\s>]/i.test(start)) return "image/svg+xml"
    if (/^<!doctype svg\b/i.test(start)) return "image/svg+xml"
    if (PAGE.test(start)) return "text/html"
    return plain(start)
}

function xml(start: string): string {
    const root = XML_ELEMENT.exec(start)?.[1]?.toLowerCase()
    if (root === "svg") return "image/svg+xml"
    return root === "html" ? "application/xhtml+xml" : "text/xml"
}

function plain(start: string): string | null {
    if (/^\[InternetShortcut\]/i.test(start)) return "application/internet-shortcut"
    if (start.startsWith("BEGIN:VCALENDAR")) return "text/calendar"
    if (start.startsWith("BEGIN:VCARD")) return "text/vcard"
    return "text/plain"
}

/** Text of UTF-16 by its mark, else of single bytes: all that is looked for is ASCII. */
function decode(head: Uint8Array): string {
    if (isWide(head)) return new TextDecoder(head[0] === 0xff ? "utf-16le" : "utf-16be").decode(head)
    const start = hasAt(head, "\xef\xbb\xbf", 0) ? head.subarray(3) : head
    return new TextDecoder("latin1").decode(start)
}

function isWide(head: Uint8Array): boolean {
    return hasAt(head, "\xff\xfe", 0) || hasAt(head, "\xfe\xff", 0)
}

/** Whether it holds a byte that no text of single bytes holds (WHATWG's binary data byte). */
function isBinary(head: Uint8Array): boolean {
    return head.some((byte) => byte < 9 || byte === 0x0b || (byte > 0x0d && byte < 0x20 && byte !== 0x1b))
}

function hasAt(bytes: Uint8Array, mark: string, at: number): boolean {
    if (bytes.length < at + mark.length) return false
    for (let index = 0; index < mark.length; index += 1) {
        if (bytes[at + index] !== mark.charCodeAt(index)) return false
    }
    return true
}
