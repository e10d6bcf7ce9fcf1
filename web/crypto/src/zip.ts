/** Which kind of archive a ZIP file is, by the names in its directory. No content is unpacked. */

import type { Ends } from "./sniff.ts"
import { DOCM, DOCX, EPUB, JAR, OPEN_DOCUMENTS, PPTM, PPTX, XLSB, XLSM, XLSX, ZIP } from "./types.ts"

const END_SIZE = 22
const ENTRY_SIZE = 46
const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
/** The end of the directory stands before a comment of at most this length. */
const MAX_COMMENT = 0xffff
/** Names looked at; each costs at least 46 bytes of the tail. */
const MAX_NAMES = 6000

/** First local entry of OpenDocument and EPUB: `mimetype`, stored, and then the type itself. */
const DECLARED = /^mimetype([\x21-\x7e]{1,80})/
const LOCAL_SIZE = 30

/** Whether it begins like an archive: with a file, or, if it is empty, with the end. */
export function isZip(head: Uint8Array): boolean {
    return head.length >= 4 && [LOCAL, END].includes(view(head).getUint32(0, true))
}

/** Office files and Java archives by the names they hold; `application/zip` for all others. */
export function zipType({ head, tail, size }: Ends): string {
    const declared = declaredType(head)
    if (declared !== null) return declared
    const names = new Set(directory(tail, size))
    if (names.has("META-INF/MANIFEST.MF") || names.has("AndroidManifest.xml")) return JAR
    if (!names.has("[Content_Types].xml")) return ZIP
    const has = (pattern: RegExp): boolean => [...names].some((name) => pattern.test(name))
    const macros = has(/(?:^|\/)vbaproject\.bin$|^xl\/macrosheets\//i)
    // Some writers number their main part: word/document2.xml.
    if (has(/^xl\/workbook\d*\.bin$/)) return XLSB
    if (has(/^word\/document\d*\.xml$/)) return macros ? DOCM : DOCX
    if (has(/^xl\/workbook\d*\.xml$/)) return macros ? XLSM : XLSX
    if (has(/^ppt\/presentation\d*\.xml$/)) return macros ? PPTM : PPTX
    return ZIP
}

function declaredType(head: Uint8Array): string | null {
    const named = DECLARED.exec(latin1(head.subarray(LOCAL_SIZE, LOCAL_SIZE + 128)))?.[1] ?? ""
    return [EPUB, ...OPEN_DOCUMENTS].find((type) => named.startsWith(type)) ?? null
}

/** Names in the central directory, as far as it lies in the tail. */
function directory(tail: Uint8Array, size: number): string[] {
    const end = findEnd(tail)
    if (end === -1) return []
    const data = view(tail)
    const start = data.getUint32(end + 16, true) - (size - tail.length)
    const names: string[] = []
    let at = start
    while (at >= 0 && at + ENTRY_SIZE <= end && names.length < MAX_NAMES && data.getUint32(at, true) === ENTRY) {
        const length = data.getUint16(at + 28, true)
        names.push(latin1(tail.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + length)))
        at += ENTRY_SIZE + length + data.getUint16(at + 30, true) + data.getUint16(at + 32, true)
    }
    return names
}

function findEnd(tail: Uint8Array): number {
    const data = view(tail)
    const last = tail.length - END_SIZE
    for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at -= 1) {
        if (tail[at] === 0x50 && data.getUint32(at, true) === END) return at
    }
    return -1
}

function view(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** ASCII is all that is compared. */
function latin1(bytes: Uint8Array): string {
    return new TextDecoder("latin1").decode(bytes)
}
