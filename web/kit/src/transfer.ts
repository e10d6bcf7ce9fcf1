/** Large bodies: sent with progress, and received piece by piece. What stands still is given up. */

/** Told how many bytes of how many have gone. */
export type Moved = (done: number, total: number) => void

export interface Upload {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Blob
    /** Milliseconds without any movement after which it is given up. */
    readonly patience: number
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: Moved | undefined
}

/**
 * Send a body with XMLHttpRequest, since fetch tells nothing of its way up.
 *
 * @throws TypeError without an answer, as fetch does; the signal's reason when it was given up.
 */
export function upload(url: string, { method, headers, body, patience, signal, onProgress }: Upload): Promise<Response> {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest()
        const watch = new Stall(patience, () => { request.abort() })
        const settle = (finish: () => void) => (): void => {
            watch.end()
            signal?.removeEventListener("abort", stop)
            finish()
        }
        const stop = (): void => { request.abort() }
        const lost = settle(() => { reject(signal?.aborted === true ? asError(signal.reason) : new TypeError("no answer")) })
        request.open(method, url)
        for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
        request.upload.addEventListener("progress", ({ loaded, total }) => {
            watch.moved()
            onProgress?.(loaded, total)
        })
        request.addEventListener("load", settle(() => { resolve(answerOf(request)) }))
        for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, lost)
        signal?.addEventListener("abort", stop, { once: true })
        request.send(body)
    })
}

/**
 * The body of an answer, as it comes; memory holds one piece at a time.
 *
 * @param cut - Makes the error for a body that breaks off, or stands still for `patience` milliseconds.
 */
export function steady(body: ReadableStream<Uint8Array>, patience: number, cut: (cause: unknown) => Error): ReadableStream<Uint8Array> {
    const reader = body.getReader()
    return new ReadableStream<Uint8Array>({
        pull: async (out) => {
            const watch = new Stall(patience, () => { void reader.cancel().catch(() => undefined) })
            const { done, value } = await reader.read().catch((cause: unknown) => { throw cut(cause) }).finally(() => { watch.end() })
            if (watch.gave) throw cut(null)
            if (done) out.close()
            else out.enqueue(value)
        },
        cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 })
}

/** Calls `give` once, when nothing has moved for so many milliseconds. */
class Stall {
    readonly #patience: number
    readonly #give: () => void
    gave = false
    #timer: ReturnType<typeof setTimeout>

    constructor(patience: number, give: () => void) {
        this.#patience = patience
        this.#give = () => {
            this.gave = true
            give()
        }
        this.#timer = setTimeout(this.#give, patience)
    }

    moved(): void {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(this.#give, this.#patience)
    }

    end(): void {
        clearTimeout(this.#timer)
    }
}

const HEADERS = ["retry-after", "upload-offset", "upload-complete"] as const

function answerOf(request: XMLHttpRequest): Response {
    const { status, responseText } = request
    const headers = HEADERS.flatMap((name): [string, string][] => {
        const value = request.getResponseHeader(name)
        return value === null ? [] : [[name, value]]
    })
    const bodiless = status === 204 || status === 304
    return new Response(bodiless ? null : responseText, { status, headers })
}

const asError = (reason: unknown): Error =>
    reason instanceof Error ? reason : new DOMException("The call was given up.", "AbortError")
