/** Files in words: what kind it is, how large, and its drawing. */

import { language, say, type WordKey } from "../words.ts"

type Kind = Extract<WordKey, `writing.kind.${string}`>

/** By media type; a pattern for families. The first that fits counts. */
const KINDS: readonly (readonly [RegExp, Kind, string])[] = [
    [/^application\/pdf$/u, "writing.kind.pdf", "file"],
    [/wordprocessingml|msword|opendocument\.text|rtf$/u, "writing.kind.document", "file"],
    [/spreadsheetml|ms-excel|opendocument\.spreadsheet|csv$/u, "writing.kind.sheet", "file"],
    [/presentationml|ms-powerpoint|opendocument\.presentation/u, "writing.kind.slides", "file"],
    [/^image\/svg/u, "writing.kind.page", "file"],
    [/^image\//u, "writing.kind.picture", "picture"],
    [/^audio\//u, "writing.kind.sound", "file"],
    [/^video\//u, "writing.kind.film", "file"],
    [/^message\/|outlook/u, "writing.kind.mail", "managed"],
    [/html|xml$|javascript|ecmascript/u, "writing.kind.page", "file"],
    [/^text\//u, "writing.kind.text", "file"],
    [/zip|x-7z|x-tar|gzip|rar|x-bzip|x-xz/u, "writing.kind.archive", "file"],
    [/executable|msdownload|x-dosexec|x-elf|x-mach|x-sh$|x-msi|installer|apple-diskimage/u, "writing.kind.program", "file"],
]

/** "PDF", "Spreadsheet", "Picture"; "File" for what says nothing. */
export const typeWords = (type: string): string => say(kindOf(type)[1])

/** The drawing of a type, for `icon`. */
export const typeIcon = (type: string): string => kindOf(type)[2]

function kindOf(type: string): readonly [RegExp, Kind, string] {
    return KINDS.find(([pattern]) => pattern.test(type)) ?? [/^/u, "writing.kind.other", "file"]
}

const STEPS = ["byte", "kilobyte", "megabyte"] as const

/** "48 kB", "2.4 MB": as the page's language writes it, a thousand at a step. */
export function sizeWords(bytes: number): string {
    const step = bytes < 1000 ? 0 : bytes < 999_500 ? 1 : 2
    const value = bytes / 1000 ** step
    const digits = step === 2 && value < 10 ? 1 : 0
    return new Intl.NumberFormat(language(), {
        style: "unit", unit: STEPS[step], unitDisplay: step === 0 ? "long" : "short", maximumFractionDigits: digits,
    }).format(value)
}

/** What a name says its content is, as a media type; only for words. */
export function kindOfName(name: string): string {
    const extension = /\.(?<end>[^.]+)$/u.exec(name)?.groups?.["end"]?.toLowerCase() ?? ""
    return EXTENSIONS[extension] ?? "application/octet-stream"
}

/** Whether it begins as programs of Windows, Linux or a Mac do; only for words. */
export async function isProgram(file: Blob): Promise<boolean> {
    const head = new Uint8Array(await file.slice(0, 4).arrayBuffer().catch(() => new ArrayBuffer(0)))
    const text = String.fromCharCode(...head)
    return /^(?:MZ|\x7fELF|#!|[\xcf\xce]\xfa\xed\xfe|\xca\xfe\xba\xbe)/u.test(text)
}

const EXTENSIONS: Readonly<Record<string, string>> = {
    pdf: "application/pdf", doc: "application/msword", docx: "application/msword", odt: "application/msword", rtf: "application/rtf",
    xls: "application/vnd.ms-excel", xlsx: "application/vnd.ms-excel", ods: "application/vnd.ms-excel", csv: "text/csv",
    ppt: "application/vnd.ms-powerpoint", pptx: "application/vnd.ms-powerpoint", txt: "text/plain", md: "text/plain",
    png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", heic: "image/heic", tif: "image/tiff",
    svg: "image/svg+xml", htm: "text/html", html: "text/html", xml: "text/xml", zip: "application/zip", "7z": "application/x-7z-compressed",
    eml: "message/rfc822", msg: "message/rfc822", exe: "application/x-msdownload", mp3: "audio/mpeg", mp4: "video/mp4", mov: "video/mp4",
}
