/** One worker and the calls that wait for it. */

import { WorkerFailed } from "./errors.ts"
import { fromWire, movable, type Op, type Operations, type Response } from "./protocol.ts"
import type { ByteStream, Progress } from "./work.ts"

/** The part of a `Worker` that is used here. */
export interface WorkerLike {
    postMessage(message: unknown, transfer: ArrayBuffer[]): void
    addEventListener(type: string, listener: (event: { readonly type: string; readonly data?: unknown }) => void): void
    terminate(): void
}

export interface CallOptions {
    /** Aborting rejects with its reason, once the work has ended and left nothing behind. */
    readonly signal?: AbortSignal
    readonly onProgress?: Progress
}

/** How a lane runs its calls. */
export interface LaneKind {
    /** Calls that run at once. */
    readonly limit: number
    /** Whether a call is asked to stop, and clean up; else its worker is ended, and `limit` must be 1. */
    readonly asks: boolean
}

export interface Cargo {
    /** Buffers of the arguments that are moved. */
    readonly transfer?: ArrayBuffer[]
    /** What the worker reads while it works; its pieces are moved. */
    readonly source?: ByteStream | null
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: unknown }

interface Job {
    readonly id: number
    readonly op: Op
    readonly args: unknown
    readonly transfer: ArrayBuffer[]
    readonly source: ReadableStreamDefaultReader<Uint8Array> | null
    readonly onProgress: Progress | undefined
    readonly settle: (outcome: Outcome) => void
    /** Why it was asked to stop; that counts, whatever the worker answers then. */
    stopped: { readonly reason: unknown } | null
}

/** Runs calls in their order, and starts the worker when there is one. */
export class Lane {
    readonly #start: () => WorkerLike
    readonly #kind: LaneKind
    readonly #waiting: Job[] = []
    readonly #running = new Map<number, Job>()
    #worker: WorkerLike | null = null
    #lastId = 0

    constructor(start: () => WorkerLike, kind: LaneKind) {
        this.#start = start
        this.#kind = kind
    }

    call<K extends Op>(
        op: K, args: Operations[K]["args"], { signal, onProgress }: CallOptions = {}, { transfer = [], source = null }: Cargo = {},
    ): Promise<Operations[K]["result"]> {
        return new Promise((resolve, reject) => {
            if (signal?.aborted === true) {
                void source?.cancel(signal.reason).catch(() => undefined)
                reject(asError(signal.reason))
                return
            }
            const abort = (): void => {
                this.#cancel(job, signal?.reason)
            }
            const settle = (outcome: Outcome): void => {
                signal?.removeEventListener("abort", abort)
                if (outcome.ok) resolve(outcome.value as Operations[K]["result"])
                else reject(asError(outcome.reason))
            }
            const reader = source?.getReader() ?? null
            const job: Job = { id: ++this.#lastId, op, args, transfer, source: reader, onProgress, settle, stopped: null }
            signal?.addEventListener("abort", abort)
            this.#waiting.push(job)
            this.#next()
        })
    }

    /** End the worker; all calls are rejected with `reason`. The next call starts anew. */
    close(reason: unknown): void {
        const jobs = [...this.#running.values(), ...this.#waiting.splice(0)]
        this.#endWorker()
        for (const job of jobs) this.#finish(job, { ok: false, reason })
    }

    #next(): void {
        while (this.#running.size < this.#kind.limit) {
            const job = this.#waiting.shift()
            if (job === undefined) return
            this.#running.set(job.id, job)
            this.#post({ id: job.id, op: job.op, args: job.args }, job.transfer)
        }
    }

    #post(message: unknown, transfer: ArrayBuffer[] = []): void {
        try {
            this.#worker ??= this.#spawn()
            this.#worker.postMessage(message, transfer)
        } catch {
            this.#fail()
        }
    }

    #spawn(): WorkerLike {
        const worker = this.#start()
        worker.addEventListener("message", ({ data }) => {
            if (worker === this.#worker) this.#receive(data as Response)
        })
        const fail = (): void => {
            if (worker === this.#worker) this.#fail()
        }
        worker.addEventListener("error", fail)
        worker.addEventListener("messageerror", fail)
        return worker
    }

    #receive(response: Response): void {
        const job = this.#running.get(response.id)
        if (job === undefined) return
        if ("pull" in response) void this.#feed(job)
        else if ("done" in response) {
            if (job.stopped === null) job.onProgress?.(response.done, response.total)
        } else this.#finish(job, response.ok ? response : { ok: false, reason: fromWire(response.error) })
    }

    async #feed(job: Job): Promise<void> {
        try {
            const next = await job.source?.read()
            if (!this.#running.has(job.id) || job.stopped !== null) return
            const chunk = next?.value ?? null
            this.#post({ id: job.id, chunk }, chunk === null ? [] : movable([chunk]))
        } catch (reason) {
            this.#stop(job, reason)
        }
    }

    #cancel(job: Job, reason: unknown): void {
        if (!this.#running.has(job.id)) {
            this.#waiting.splice(this.#waiting.indexOf(job), 1)
            this.#finish(job, { ok: false, reason })
        } else if (this.#kind.asks) this.#stop(job, reason)
        else {
            this.#endWorker()
            this.#finish(job, { ok: false, reason })
        }
    }

    #stop(job: Job, reason: unknown): void {
        if (!this.#running.has(job.id) || job.stopped !== null) return
        job.stopped = { reason }
        this.#post({ id: job.id, stop: true })
    }

    #fail(): void {
        const jobs = [...this.#running.values()]
        this.#endWorker()
        for (const job of jobs) this.#finish(job, { ok: false, reason: new WorkerFailed() })
    }

    #finish(job: Job, outcome: Outcome): void {
        this.#running.delete(job.id)
        void job.source?.cancel().catch(() => undefined)
        job.settle(job.stopped === null ? outcome : { ok: false, reason: job.stopped.reason })
        this.#next()
    }

    #endWorker(): void {
        this.#worker?.terminate()
        this.#worker = null
        this.#running.clear()
    }
}

/** An abort's reason is anything; callers catch errors. */
function asError(reason: unknown): Error {
    return reason instanceof Error ? reason : new DOMException("The call was cancelled.", "AbortError")
}
