/** What an operation of the worker may use besides its arguments. */

import type { Temporary } from "./temporary.ts"

/** Told after each part; `total` does not change. Bytes for files, else parts. */
export type Progress = (done: number, total: number) => void

export interface Work {
    readonly onProgress?: Progress | undefined
    /** Aborted when the page gives up. */
    readonly signal?: AbortSignal | undefined
}

export interface FileWork extends Work {
    readonly temporary: Temporary
}

/** Bytes that come one piece after the other, as fast as they are taken. */
export type ByteStream = ReadableStream<Uint8Array>

/** Everything that a stream gives, in one piece. */
export async function collect(stream: ByteStream, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length)
    let at = 0
    await drain(stream, (chunk) => {
        bytes.set(chunk, at)
        at += chunk.length
    })
    return bytes.subarray(0, at)
}

/** Give every piece to `take`, one at a time; if that fails, the stream is cancelled. */
export async function drain(stream: ByteStream, take: (chunk: Uint8Array) => Promise<void> | void): Promise<void> {
    const reader = stream.getReader()
    try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) await take(next.value)
    } catch (error) {
        // A stream that failed by itself cannot be cancelled any more, and need not be.
        await reader.cancel(error).catch(() => undefined)
        throw error
    }
}
