/** Pictures in a letter's text (docs/spec/objects.md section 3.1): the same rule when they are written and when they are shown. */

import { fromBase64 } from "./bytes.ts"

/** Of either side, in pixels. */
export const MAX_SIDE = 1600
/** In bytes, of what the address decodes to. */
export const MAX_PICTURE = 2 * 1024 * 1024

/** Of all pictures of a letter together, in pixels: what a browser draws of them takes four times as many bytes. */
export const MAX_PIXELS = 40_000_000

const DATA = /^data:image\/(png|jpeg);base64,/u

/** Bytes before the first chunk. */
const PNG_HEAD = 8
/** "acTL" */
const ACTL = 0x6163544c

/** In pixels. */
export interface Size {
    readonly width: number
    readonly height: number
}

/** Whether a picture with this `data:` address may stand in a letter. */
export const isPicture = (src: string): boolean => pixelsOf(src) !== null

/** The pixels of a picture that may stand in a letter; null if it may not. */
export function pixelsOf(src: string): number | null {
    const found = DATA.exec(src)
    if (found === null || src.length - found[0].length > Math.ceil(MAX_PICTURE / 3) * 4) return null
    const bytes = decode(src.slice(found[0].length))
    if (bytes === null || bytes.length > MAX_PICTURE) return null
    const size = found[1] === "png" ? stillSize(bytes) : jpegSize(bytes)
    if (size === null || ![size.width, size.height].every((side) => side >= 1 && side <= MAX_SIDE)) return null
    return size.width * size.height
}

/** Whether pictures of one letter, asked in their order, may stand in it: from the first that is over the sum on none does. */
export function allowance(): (src: string) => boolean {
    let left = MAX_PIXELS
    return (src) => {
        const pixels = left < 0 ? null : pixelsOf(src)
        if (pixels === null) return false
        left -= pixels
        return left >= 0
    }
}

/** The size of a PNG with one picture; null for one that moves (PNG 3rd edition, 11.3.6.1 acTL), which has many. */
function stillSize(bytes: Uint8Array): Size | null {
    const view = viewOf(bytes)
    for (let at = PNG_HEAD; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
        if (view.getUint32(at + 4) === ACTL) return null
    }
    return pngSize(bytes)
}

/** What the header of a PNG says; null if it is none. */
export function pngSize(bytes: Uint8Array): Size | null {
    const begins = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52].every((byte, at) => bytes[at] === byte)
    if (!begins || bytes.length < 24) return null
    const view = viewOf(bytes)
    return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** What the frame header of a JPEG says (ITU-T T.81 B.2.2); null if it is none. */
export function jpegSize(bytes: Uint8Array): Size | null {
    const view = viewOf(bytes)
    if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null
    for (let at = 2; at + 9 <= bytes.length;) {
        const marker = view.getUint8(at + 1)
        if (view.getUint8(at) !== 0xff) return null
        if (marker === 0xff) at += 1   // a filling byte
        else if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
        else if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) return null   // no segment before the frame
        else at += 2 + view.getUint16(at + 2)
    }
    return null
}

/** SOF0 to SOF15, between which DHT, JPG and DAC stand. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength)

function decode(base64: string): Uint8Array | null {
    try {
        return fromBase64(base64)
    } catch {
        return null
    }
}
