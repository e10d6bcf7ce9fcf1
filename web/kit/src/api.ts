/**
 * Calls to `/api/v1` (docs/spec/http.md section 2).
 *
 * Every unsafe call carries an Idempotency-Key, so a call whose answer got lost is simply made
 * again with the same key and body: the server answers as it did, or would have, the first time.
 */

import { type Line, sendInParts, type Told, WHOLE } from "./resuming.ts"
import { type Moved, steady, upload } from "./transfer.ts"

/** The server's refusal, an RFC 9457 problem. `facts` holds its members beyond the standard ones. */
export class Problem extends Error {
    override readonly name = "Problem"
    readonly status: number
    /** The last part of `urn:letterlock:problem:<code>`. */
    readonly code: string
    /** One sentence for the person, or empty. */
    readonly detail: string
    readonly facts: Readonly<Record<string, unknown>>

    constructor(status: number, code: string, detail = "", facts: Readonly<Record<string, unknown>> = {}) {
        super(`${String(status)} ${code}`)
        this.status = status
        this.code = code
        this.detail = detail
        this.facts = facts
    }
}

/** No answer came, after all tries. Whether the server acted is not known. */
export class Unreachable extends Error {
    override readonly name = "Unreachable"
}

export interface Call {
    /** JSON, or bytes for an object. */
    readonly body?: unknown
    /** Idempotency-Key; the same for every try of the same thing. A fresh one if left out. */
    readonly key?: string
    readonly signal?: AbortSignal
}

/** Bytes as they come. `size` is what the server says of their number, or null. */
export interface Incoming {
    readonly stream: ReadableStream<Uint8Array>
    readonly size: number | null
}

export interface World {
    readonly fetch: typeof fetch
    /** As {@link upload} of transfer.ts, which is taken where none is given. */
    readonly upload?: typeof upload
    /** Resolves after so many milliseconds. */
    readonly wait: (ms: number) => Promise<void>
    /** How long one try may take, in milliseconds; an upload or a stream: how long it may stand still. */
    readonly patience: number
}

/** Extra headers of every call: the pane's bearer token. */
export type Credentials = () => Promise<Readonly<Record<string, string>>>

const PAUSES = [400, 1200, 3000] as const   // milliseconds before the second, third and fourth try
const BUSY = new Set([429, 502, 503, 504])
const LONGEST_PAUSE = 10_000

const browser: World = {
    fetch: (input, init) => fetch(input, init),
    wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms) }),
    patience: 30_000,
}

/** A key for one thing to be done: 36 characters of base64url. */
export const newKey = (): string => crypto.randomUUID()

/** The API under `base`, such as "/api/v1". */
export class Api {
    readonly #base: string
    readonly #credentials: Credentials
    readonly #world: World

    constructor(base: string, credentials: Credentials = () => Promise.resolve({}), world: World = browser) {
        this.#base = base
        this.#credentials = credentials
        this.#world = world
    }

    get = (path: string, call: Call = {}): Promise<unknown> => this.#json("GET", path, call)
    post = (path: string, call: Call = {}): Promise<unknown> => this.#json("POST", path, { body: {}, ...call })
    put = (path: string, call: Call = {}): Promise<unknown> => this.#json("PUT", path, { body: {}, ...call })
    patch = (path: string, call: Call = {}): Promise<unknown> => this.#json("PATCH", path, { body: {}, ...call })
    delete = (path: string, call: Call = {}): Promise<unknown> => this.#json("DELETE", path, call)

    /** A small object's bytes. */
    async bytes(path: string, call: Call = {}): Promise<Uint8Array> {
        const answer = await this.#answer("GET", call, this.#whole("GET", path, call))
        return new Uint8Array(await unlessCut(answer.arrayBuffer()))
    }

    /** An object of any size, piece by piece. The stream fails with {@link Unreachable} where it breaks off. */
    async stream(path: string, call: Call = {}): Promise<Incoming> {
        const answer = await this.#answer("GET", call, (headers) => this.#opened(path, call, headers))
        const size = Number(answer.headers.get("content-length") ?? Number.NaN)
        const body = answer.body ?? new Blob([]).stream()
        const cut = (cause: unknown): Error => new Unreachable("the answer broke off", { cause })
        return { stream: steady(body, this.#world.patience, cut), size: Number.isFinite(size) ? size : null }
    }

    /** Put an object, with progress in bytes; a large one in parts, over as many connections as it takes. */
    async upload(path: string, body: Blob, call: Uploading = {}): Promise<unknown> {
        if (body.size > WHOLE) {
            return parsed(await sendInParts(this.#line(path.replace("/objects/", "/uploads/"), call), body, call.onProgress))
        }
        const answer = await this.#answer("PUT", call, (headers) => this.#sent("PUT", path, call, {
            headers: { ...headers, "content-type": "application/octet-stream" }, body, onProgress: call.onProgress,
        }))
        return parsed(await answer.text())
    }

    #line(path: string, call: Uploading): Line {
        const told = async (method: string, work: Try): Promise<Told> => {
            const answer = await this.#try(method === "HEAD" ? null : newKey(), call, work)
            return answer === null ? "busy" : standing(answer)
        }
        return {
            send: ({ bytes, headers: own, onProgress }) => told("PATCH", (headers) =>
                this.#sent("PATCH", path, call, { headers: { ...headers, ...own }, body: bytes, onProgress })),
            ask: () => told("HEAD", this.#whole("HEAD", path, { ...(call.signal && { signal: call.signal }) })),
            wait: this.#world.wait,
            lost: () => new Unreachable("the upload does not get through"),
        }
    }

    #sent(method: string, path: string, call: Uploading, what: Sent): Promise<Response> {
        const send = this.#world.upload ?? upload
        return send(this.#base + path, { method, ...what, patience: this.#world.patience, signal: call.signal })
    }

    async #json(method: string, path: string, call: Call): Promise<unknown> {
        const answer = await this.#answer(method, call, this.#whole(method, path, call))
        return answer.status === 204 ? null : parsed(await unlessCut(answer.text()))
    }

    /**
     * @throws {@link Problem} for the server's refusal, {@link Unreachable} when no try was answered,
     * and the signal's reason when the caller gave up.
     */
    async #answer(method: string, call: Call, work: Try): Promise<Response> {
        const key = method === "GET" ? null : (call.key ?? newKey())
        for (let attempt = 0; ; attempt += 1) {
            const pause = PAUSES[attempt]
            const answer = await this.#try(key, call, work)
            if (answer?.ok) return answer
            const problem = answer === null ? null : await problemIn(answer)
            if (pause === undefined || (problem !== null && !isPassing(problem))) {
                throw problem ?? new Unreachable("no answer")
            }
            await this.#world.wait(answer === null ? pause : pauseAsked(answer, pause))
        }
    }

    async #try(key: string | null, call: Call, work: Try): Promise<Response | null> {
        call.signal?.throwIfAborted()
        const headers: Record<string, string> = { accept: "application/json", ...(await this.#credentials()) }
        if (key !== null) headers["idempotency-key"] = key
        try {
            return await work(headers)
        } catch (cause) {
            call.signal?.throwIfAborted()
            if (cause instanceof TypeError || (cause instanceof DOMException && cause.name === "TimeoutError")) return null
            throw cause
        }
    }

    /** A try whose answer, body and all, is there within the time. */
    #whole(method: string, path: string, call: Call): Try {
        const raw = call.body instanceof Uint8Array
        const body = call.body === undefined ? null : raw ? call.body as BodyInit : JSON.stringify(call.body)
        const kind: Record<string, string> = body === null ? {} : { "content-type": raw ? "application/octet-stream" : "application/json" }
        return (headers) => {
            const limit = AbortSignal.timeout(this.#world.patience)
            const signal = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit])
            return this.#world.fetch(this.#base + path, { method, headers: { ...headers, ...kind }, body, signal, redirect: "error" })
        }
    }

    /** A try whose answer begins within the time; its body may take longer. */
    async #opened(path: string, call: Call, headers: Headers): Promise<Response> {
        const late = new AbortController()
        const timer = setTimeout(() => { late.abort(new DOMException("no answer", "TimeoutError")) }, this.#world.patience)
        const signal = call.signal === undefined ? late.signal : AbortSignal.any([call.signal, late.signal])
        try {
            return await this.#world.fetch(this.#base + path, { method: "GET", headers, body: null, signal, redirect: "error" })
        } finally {
            clearTimeout(timer)
        }
    }
}

type Headers = Readonly<Record<string, string>>
type Uploading = Call & { readonly onProgress?: Moved }
interface Sent { readonly headers: Headers; readonly body: Blob; readonly onProgress: Moved | undefined }
type Try = (headers: Headers) => Promise<Response>

/** Where an upload is, by the server's answer. A refusal is thrown. */
async function standing(answer: Response): Promise<Told> {
    if (answer.ok) {
        const [offset, whole] = [Number(answer.headers.get("upload-offset") ?? Number.NaN), answer.headers.get("upload-complete")]
        if (!Number.isSafeInteger(offset)) return "busy"   // not our server's words
        return { offset, whole: whole === "?1", text: answer.status === 204 ? "" : await answer.text() }
    }
    const problem = await problemIn(answer)
    if (problem.code === "upload-offset") return "elsewhere"
    if (isPassing(problem)) return "busy"
    throw problem
}

const parsed = (text: string): unknown => text === "" ? null : JSON.parse(text)

/** Passing troubles are worth another try: the server is busy, or still at work on this very call. */
function isPassing(problem: Problem): boolean {
    return BUSY.has(problem.status) || (problem.status === 409 && problem.code === "still-running")
}

function pauseAsked(answer: Response, otherwise: number): number {
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN)
    return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1000, otherwise), LONGEST_PAUSE) : otherwise
}

async function unlessCut<Value>(reading: Promise<Value>): Promise<Value> {
    try {
        return await reading
    } catch (cause) {
        throw new Unreachable("the answer broke off", { cause })
    }
}

async function problemIn(answer: Response): Promise<Problem> {
    const text = await answer.text().catch(() => "")
    const { type, title: _title, status: _status, detail, ...facts } = membersOf(text)
    const code = typeof type === "string" ? /^urn:letterlock:problem:(?<code>[a-z-]+)$/u.exec(type)?.groups?.["code"] : undefined
    return new Problem(answer.status, code ?? "unexpected", typeof detail === "string" ? detail : "", facts)
}

function membersOf(text: string): Record<string, unknown> {
    try {
        const value: unknown = JSON.parse(text)
        return typeof value === "object" && value !== null ? { ...value } : {}
    } catch {
        return {}   // a proxy's page, not ours
    }
}
