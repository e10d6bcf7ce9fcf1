/**
 * Read the zip of an export.
 *
 * Written here and not taken: libraries for zips are made to forgive, and each reads another subset. This one takes
 * exactly what our writer makes (stored entries one behind the other, nothing between, before or after them), so that
 * a byte changed anywhere is noticed: what the CRC does not cover stands twice and must agree, or has one value.
 * Format: APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3.7 to 4.3.16.
 */

import { crc32 } from "./crc32.ts"
import { Damaged } from "./errors.ts"

/** Of one entry. */
export interface Entry {
    readonly name: string
    readonly content: Blob
    readonly crc: number
}

const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const LOCAL_SIZE = 30
const DESCRIPTOR_SIZE = 16
const CENTRAL_SIZE = 46
const END_SIZE = 22
/** Version 4.5, sizes after the content, names in UTF-8, stored. */
const VERSION = 45
const MADE_BY_UNIX = 3 << 8
const FLAGS = 0x0808
const MODE = 0o100664 * 0x10000
const MAX_ENTRIES = 65_534
const MAX_DIRECTORY = 16 * 1024 * 1024

/** What the central directory says of an entry. */
interface Listed {
    readonly name: string
    readonly time: number
    readonly crc: number
    readonly size: number
    readonly offset: number
}

/**
 * All entries, in their order. Their contents are not read.
 *
 * @throws {@link Damaged} if the zip is not whole, or is not as our writer makes them.
 */
export async function readZip(zip: Blob): Promise<readonly Entry[]> {
    const listed = await readDirectory(zip)
    let at = 0
    const entries: Entry[] = []
    for (const entry of listed) {
        if (entry.offset !== at) throw new Damaged()
        const start = await checkLocal(zip, entry)
        entries.push({ name: entry.name, content: zip.slice(start, start + entry.size), crc: entry.crc })
        at = await checkDescriptor(zip, entry, start + entry.size)
    }
    if (at !== await directoryOffset(zip)) throw new Damaged()
    return entries
}

/** Whether an entry's content is the one that was packed. */
export async function isWhole({ content, crc }: Entry): Promise<boolean> {
    return crc32(new Uint8Array(await content.arrayBuffer())) === crc
}

async function directoryOffset(zip: Blob): Promise<number> {
    return (await view(zip, zip.size - END_SIZE, END_SIZE)).getUint32(16, true)
}

async function readDirectory(zip: Blob): Promise<readonly Listed[]> {
    if (zip.size < END_SIZE) throw new Damaged()
    const end = await view(zip, zip.size - END_SIZE, END_SIZE)
    const count = end.getUint16(8, true)
    const size = end.getUint32(12, true)
    const offset = end.getUint32(16, true)
    const fits = end.getUint32(0, true) === END && end.getUint32(4, true) === 0 && end.getUint16(10, true) === count
        && end.getUint16(20, true) === 0 && offset + size + END_SIZE === zip.size && count <= MAX_ENTRIES && size <= MAX_DIRECTORY
    if (!fits) throw new Damaged()
    const directory = await view(zip, offset, size)
    const listed: Listed[] = []
    let at = 0
    while (at < size) {
        const entry = readListed(directory, at)
        listed.push(entry.listed)
        at = entry.end
    }
    if (listed.length !== count || new Set(listed.map(({ name }) => name)).size !== count) throw new Damaged()
    return listed
}

function readListed(directory: DataView, at: number): { readonly listed: Listed; readonly end: number } {
    if (at + CENTRAL_SIZE > directory.byteLength) throw new Damaged()
    const two = (offset: number): number => directory.getUint16(at + offset, true)
    const four = (offset: number): number => directory.getUint32(at + offset, true)
    const nameLength = two(28)
    const end = at + CENTRAL_SIZE + nameLength
    const fits = four(0) === CENTRAL && two(4) === (MADE_BY_UNIX | VERSION) && two(6) === VERSION && two(8) === FLAGS && two(10) === 0
        && four(20) === four(24) && two(30) === 0 && two(32) === 0 && two(34) === 0 && two(36) === 0 && four(38) === MODE
        && end <= directory.byteLength
    if (!fits) throw new Damaged()
    const name = text(new Uint8Array(directory.buffer, at + CENTRAL_SIZE, nameLength))
    return { listed: { name, time: four(12), crc: four(16), size: four(20), offset: four(42) }, end }
}

/** @returns Where the content begins. */
async function checkLocal(zip: Blob, entry: Listed): Promise<number> {
    const name = new TextEncoder().encode(entry.name)
    const header = await view(zip, entry.offset, LOCAL_SIZE + name.length)
    const fits = header.getUint32(0, true) === LOCAL && header.getUint16(4, true) === VERSION && header.getUint16(6, true) === FLAGS
        && header.getUint16(8, true) === 0 && header.getUint32(10, true) === entry.time && header.getUint32(14, true) === 0
        && header.getUint32(18, true) === 0 && header.getUint32(22, true) === 0 && header.getUint16(26, true) === name.length
        && header.getUint16(28, true) === 0
    if (!fits || text(new Uint8Array(header.buffer, LOCAL_SIZE)) !== entry.name) throw new Damaged()
    return entry.offset + LOCAL_SIZE + name.length
}

/** @returns Where the next entry begins. */
async function checkDescriptor(zip: Blob, { crc, size }: Listed, at: number): Promise<number> {
    const after = await view(zip, at, DESCRIPTOR_SIZE)
    const fits = after.getUint32(0, true) === DESCRIPTOR && after.getUint32(4, true) === crc
        && after.getUint32(8, true) === size && after.getUint32(12, true) === size
    if (!fits) throw new Damaged()
    return at + DESCRIPTOR_SIZE
}

/** @throws {@link Damaged} where the zip ends before. */
async function view(zip: Blob, at: number, length: number): Promise<DataView> {
    const bytes = await zip.slice(at, at + length).arrayBuffer()
    if (bytes.byteLength !== length) throw new Damaged()
    return new DataView(bytes)
}

function text(bytes: Uint8Array): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
        throw new Damaged()
    }
}
