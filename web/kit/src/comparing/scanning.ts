/** "Scan Ann's code": the camera instead of the telephone, where the page may use one. */

import { element } from "../dom.ts"
import { say } from "../words.ts"

export interface Scan {
    /** Whose code. */
    readonly name: string
    /** The number that it should hold. */
    readonly number: string
    /** Address of qr-scan.js; null where the page may not use the camera. */
    readonly script: string | null
    readonly announce: (text: string) => void
    /** A safety number was read. */
    readonly found: (same: boolean) => void
}

export interface Scanning {
    readonly host: HTMLElement
    /** Let go of the camera. */
    readonly stop: () => void
}

type Reader = typeof import("./qr-scan.ts")

/** Empty where there is no camera to ask for. */
export function offerScan(scan: Scan): Scanning {
    const host = element("div", { class: "scan" })
    if (scan.script === null || !("mediaDevices" in navigator)) return { host, stop: () => undefined }
    const scanner = new Scanner(host, scan, scan.script)
    return { host, stop: () => { scanner.stop() } }
}

class Scanner {
    readonly #scan: Scan
    readonly #script: string
    readonly #said = element("p", { class: "small", role: "status" })
    readonly #button: HTMLButtonElement
    readonly #video = element("video", { muted: "", playsinline: "", hidden: "" })
    #over: AbortController | null = null

    constructor(host: HTMLElement, scan: Scan, script: string) {
        this.#scan = scan
        this.#script = script
        this.#button = element("button", { class: "btn", type: "button" }, say("safety.scan", { name: scan.name }))
        this.#button.addEventListener("click", () => { if (this.#over === null) void this.#start(); else this.stop() })
        host.append(this.#button, this.#video, this.#said)
    }

    stop(): void {
        this.#over?.abort()
        this.#over = null
        this.#video.hidden = true
        this.#said.textContent = ""
        this.#button.textContent = say("safety.scan", { name: this.#scan.name })
    }

    async #start(): Promise<void> {
        const over = this.#over = new AbortController()
        this.#button.textContent = say("safety.scan.stop")
        try {
            const { readCodes } = await (import(this.#script) as Promise<Reader>)
            this.#video.hidden = false
            this.#said.textContent = say("safety.scan.look")
            await readCodes(this.#video, over.signal, (text) => this.#found(text))
        } catch {
            if (!over.signal.aborted) {
                this.stop()
                this.#said.textContent = say("safety.scan.no")
            }
        }
    }

    /** Whether that was it. */
    #found(text: string): boolean {
        if (!/^\d{60}$/u.test(text)) {
            this.#said.textContent = say("safety.scan.strange", { name: this.#scan.name })
            return false
        }
        this.stop()
        this.#scan.found(text === this.#scan.number)
        return true
    }
}
