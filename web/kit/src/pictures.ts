/** Pictures in a letter's text (docs/spec/objects.md section 3.1): the same rule when they are written and when they are shown. */

import { fromBase64 } from "./bytes.ts"

/** Of either side, in pixels. */
export const MAX_SIDE = 1600
/** In bytes, of what the address decodes to. */
export const MAX_PICTURE = 2 * 1024 * 1024

const DATA = /^data:image\/(png|jpeg);base64,/u

/** In pixels. */
export interface Size {
    readonly width: number
    readonly height: number
}

/** Whether a picture with this `data:` address may stand in a letter. */
export function isPicture(src: string): boolean {
    const found = DATA.exec(src)
    if (found === null || src.length - found[0].length > Math.ceil(MAX_PICTURE / 3) * 4) return false
    const bytes = decode(src.slice(found[0].length))
    if (bytes === null || bytes.length > MAX_PICTURE) return false
    const size = found[1] === "png" ? pngSize(bytes) : jpegSize(bytes)
    return size !== null && [size.width, size.height].every((side) => side >= 1 && side <= MAX_SIDE)
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
