/** The page's side of the worker: typed calls, one at a time, each of which can be cancelled. */

import type { Opened } from "./envelope.ts"
import { WorkerFailed } from "./errors.ts"
import type { Lookup } from "./lookup.ts"
import type { OpenedMessage, Opening } from "./open.ts"
import { fromWire, movable, type Op, type Operations, type Response } from "./protocol.ts"
import type { EnvelopesDraft, Progress, SealedEnvelope, SealedObjects } from "./seal.ts"

/** The part of a `Worker` that is used here. */
export interface WorkerLike {
    postMessage(message: unknown, transfer: ArrayBuffer[]): void
    addEventListener(type: string, listener: (event: { readonly type: string; readonly data?: unknown }) => void): void
    terminate(): void
}

export interface CallOptions {
    /** Aborting rejects with its reason; work that has begun is ended with its worker. */
    readonly signal?: AbortSignal
    readonly onProgress?: Progress
}

interface Job {
    readonly id: number
    readonly op: Op
    readonly args: unknown
    readonly transfer: ArrayBuffer[]
    readonly onProgress: Progress | undefined
    readonly settle: (outcome: Outcome) => void
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: unknown }

/**
 * Seals and opens in a worker. Errors are those of errors.ts.
 *
 * Calls run in order, one at a time, so that ending one with its worker harms no other.
 */
export class CryptoClient {
    readonly #start: () => WorkerLike
    readonly #queue: Job[] = []
    #running: Job | null = null
    #worker: WorkerLike | null = null
    #lastId = 0

    /**
     * @param start - Makes a worker of `@letterlock/crypto/worker`; called at the first call, and
     * again after one was cancelled or failed.
     */
    constructor(start: () => WorkerLike) {
        this.#start = start
    }

    /** As `verifyLookup` of lookup.ts. */
    verifyLookup(args: Operations["verifyLookup"]["args"], options?: CallOptions): Promise<Lookup> {
        return this.#call("verifyLookup", args, [], options)
    }

    /** As `sealObjects` of seal.ts. */
    sealObjects(args: Operations["sealObjects"]["args"], options?: CallOptions): Promise<SealedObjects> {
        return this.#call("sealObjects", args, [], options)
    }

    /** As `sealEnvelopes` of seal.ts; progress counts envelopes. */
    sealEnvelopes(args: EnvelopesDraft, options?: CallOptions): Promise<readonly SealedEnvelope[]> {
        return this.#call("sealEnvelopes", args, [], options)
    }

    /** As `openMessage` of open.ts. The objects' buffers are moved: they are empty afterwards. */
    openMessage(args: Opening, options?: CallOptions): Promise<OpenedMessage> {
        return this.#call("openMessage", args, movable(args.objects.values()), options)
    }

    /** As `openEnvelope` of envelope.ts. */
    openEnvelope(args: Operations["openEnvelope"]["args"], options?: CallOptions): Promise<Opened> {
        return this.#call("openEnvelope", args, [], options)
    }

    /** End the worker; calls that wait are rejected with `reason`. The next call starts anew. */
    close(reason: unknown = new WorkerFailed()): void {
        const jobs = [...(this.#running === null ? [] : [this.#running]), ...this.#queue.splice(0)]
        this.#endWorker()
        for (const job of jobs) job.settle({ ok: false, reason })
    }

    #call<K extends Op>(
        op: K, args: Operations[K]["args"], transfer: ArrayBuffer[], { signal, onProgress }: CallOptions = {},
    ): Promise<Operations[K]["result"]> {
        return new Promise((resolve, reject) => {
            if (signal?.aborted === true) {
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
            const job: Job = { id: ++this.#lastId, op, args, transfer, onProgress, settle }
            signal?.addEventListener("abort", abort)
            this.#queue.push(job)
            this.#next()
        })
    }

    #next(): void {
        if (this.#running !== null) return
        const job = this.#queue.shift()
        if (job === undefined) return
        this.#running = job
        try {
            this.#worker ??= this.#spawn()
            this.#worker.postMessage({ id: job.id, op: job.op, args: job.args }, job.transfer)
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
        const job = this.#running
        if (job?.id !== response.id) return
        if ("done" in response) {
            job.onProgress?.(response.done, response.total)
            return
        }
        this.#finish(job, response.ok ? response : { ok: false, reason: fromWire(response.error) })
    }

    #cancel(job: Job, reason: unknown): void {
        if (job === this.#running) this.#endWorker()
        else this.#queue.splice(this.#queue.indexOf(job), 1)
        this.#finish(job, { ok: false, reason })
    }

    #fail(): void {
        const job = this.#running
        this.#endWorker()
        if (job !== null) this.#finish(job, { ok: false, reason: new WorkerFailed() })
    }

    #finish(job: Job, outcome: Outcome): void {
        if (job === this.#running) this.#running = null
        job.settle(outcome)
        this.#next()
    }

    #endWorker(): void {
        this.#worker?.terminate()
        this.#worker = null
        this.#running = null
    }
}

/** An abort's reason is anything; callers catch errors. */
function asError(reason: unknown): Error {
    return reason instanceof Error ? reason : new DOMException("The call was cancelled.", "AbortError")
}
