/** Draws a picture anew: nothing of its file goes into the letter but what can be seen (objects.md section 3.1). */

import { toBase64 } from "../../bytes.ts"
import { jpegSize, MAX_SIDE, pngSize, type Size } from "../../pictures.ts"

/** Why a picture cannot be put in, as a key of the words. */
export type Fault = "kind" | "huge" | "broken"

export class NotDrawn extends Error {
    override readonly name = "NotDrawn"
    readonly fault: Fault

    constructor(fault: Fault, options?: ErrorOptions) {
        super(fault, options)
        this.fault = fault
    }
}

const MOST_BYTES = 50 * 1024 * 1024
const MOST_PIXELS = 100_000_000   // a canvas of them takes 400 MB
const GOAL = 512 * 1024   // bytes, so that several fit into a letter
const QUALITIES = [0.85, 0.7, 0.55]
const SMALLER = 0.75

/**
 * A `data:` address of PNG or JPEG that the letter's rule takes.
 *
 * @throws {@link NotDrawn} if the content is of another kind, does not open, or is too large.
 */
export async function redraw(file: Blob): Promise<string> {
    if (file.size > MOST_BYTES) throw new NotDrawn("huge")
    const bytes = new Uint8Array(await file.arrayBuffer())
    const found = kindOf(bytes)
    if (found === null) throw new NotDrawn("kind")
    if (found.size.width * found.size.height > MOST_PIXELS) throw new NotDrawn("huge")
    const picture = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" })
        .catch((cause: unknown) => { throw new NotDrawn("broken", { cause }) })
    try {
        return await shrunk(picture, found.isPhoto)
    } finally {
        picture.close()
    }
}

/** Of what kind the content is and how large its header says that it is; null for other kinds, SVG among them. */
export function kindOf(bytes: Uint8Array<ArrayBuffer>): { readonly isPhoto: boolean; readonly size: Size } | null {
    const jpeg = jpegSize(bytes)
    if (jpeg !== null) return { isPhoto: true, size: jpeg }
    const size = pngSize(bytes) ?? gifSize(bytes) ?? webpSize(bytes)
    return size === null ? null : { isPhoto: false, size }
}

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

function gifSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
    if (!/^GIF8[79]a$/u.test(ascii(bytes, 0, 6)) || bytes.length < 10) return null
    const view = new DataView(bytes.buffer)
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

/** RFC 9649: lossy, lossless, or extended, each with its sizes elsewhere. */
function webpSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
    if (ascii(bytes, 0, 4) !== "RIFF" || ascii(bytes, 8, 12) !== "WEBP" || bytes.length < 30) return null
    const view = new DataView(bytes.buffer)
    const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
    switch (ascii(bytes, 12, 16)) {
        case "VP8 ": return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
        case "VP8L": return { width: (view.getUint32(21, true) & 0x3fff) + 1, height: ((view.getUint32(21, true) >>> 14) & 0x3fff) + 1 }
        case "VP8X": return { width: three(24) + 1, height: three(27) + 1 }
        default: return null
    }
}

/** Drawings stay PNG where that is small enough; all else is JPEG, in steps until it is. */
async function shrunk(picture: ImageBitmap, isPhoto: boolean): Promise<string> {
    let scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height))
    if (!isPhoto) {
        const sharp = await encode(draw(picture, scale, false), "image/png")
        if (sharp.size <= GOAL) return addressOf(sharp)
    }
    for (;;) {
        const canvas = draw(picture, scale, true)
        for (const quality of QUALITIES) {
            const photo = await encode(canvas, "image/jpeg", quality)
            if (photo.size <= GOAL) return addressOf(photo)
        }
        scale *= SMALLER
    }
}

function draw(picture: ImageBitmap, scale: number, isOpaque: boolean): HTMLCanvasElement {
    const canvas = document.createElement("canvas")
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    const pen = canvas.getContext("2d")
    if (pen === null) throw new NotDrawn("huge")
    if (isOpaque) {
        pen.fillStyle = "#fff"
        pen.fillRect(0, 0, canvas.width, canvas.height)
    }
    pen.imageSmoothingQuality = "high"
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
    return canvas
}

async function encode(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
    const made = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, type, quality) })
    if (made?.type !== type) throw new NotDrawn("huge")   // a canvas that the browser could not hold
    return made
}

const addressOf = async (made: Blob): Promise<string> =>
    `data:${made.type};base64,${toBase64(new Uint8Array(await made.arrayBuffer()))}`
