/**
 * Reads QR codes from the camera, loaded when somebody scans one: by the browser's own BarcodeDetector where it has one for
 * them, else by `qr` of Paul Miller (qr-code.ts; its decoder is 15 kB gzipped). No picture leaves this function.
 */

import { decodeQR } from "qr/decode.js"

interface Detector { detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]> }
interface Detectors {
    new (options: { readonly formats: readonly string[] }): Detector
    getSupportedFormats(): Promise<readonly string[]>
}

type Look = () => Promise<string | null>

const PAUSE = 150   // milliseconds between two looks
const WIDE = 640   // pixels that are looked at: enough for a code of 33 modules, and quick on a telephone

/**
 * Show the camera in `video`, and hand over each text that is read until `found` says that it was the one.
 *
 * It ends too when `video` leaves the page.
 *
 * @throws what the browser says when there is no camera or it may not be used.
 */
export async function readCodes(video: HTMLVideoElement, signal: AbortSignal, found: (text: string) => boolean): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: WIDE } } })
    try {
        video.muted = true
        video.srcObject = stream
        await video.play()
        const look = await looker(video)
        while (!signal.aborted && video.isConnected) {   // a letter that is closed takes its camera along
            const text = await look()
            if (text !== null && !isOver(signal) && found(text)) return
            await new Promise((resolve) => { setTimeout(resolve, PAUSE) })
        }
    } finally {
        for (const track of stream.getTracks()) track.stop()
        video.srcObject = null
    }
}

/** Asked anew: it may have ended while the picture was looked at. */
const isOver = (signal: AbortSignal): boolean => signal.aborted

async function looker(video: HTMLVideoElement): Promise<Look> {
    const detectors = (globalThis as { BarcodeDetector?: Detectors }).BarcodeDetector
    const formats = await detectors?.getSupportedFormats().catch(() => []) ?? []
    if (detectors !== undefined && formats.includes("qr_code")) {
        const detector = new detectors({ formats: ["qr_code"] })
        return async () => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null
    }
    return ownLooker(video)
}

function ownLooker(video: HTMLVideoElement): Look {
    const canvas = document.createElement("canvas")
    const context = canvas.getContext("2d", { willReadFrequently: true })
    return () => {
        const [width, height] = [video.videoWidth, video.videoHeight]
        if (context === null || width === 0) return Promise.resolve(null)
        if (canvas.width !== width) Object.assign(canvas, { width, height })
        context.drawImage(video, 0, 0)
        try {
            return Promise.resolve(decodeQR(context.getImageData(0, 0, width, height)))
        } catch {   // no code in this picture
            return Promise.resolve(null)
        }
    }
}
