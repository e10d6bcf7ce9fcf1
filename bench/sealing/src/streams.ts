/** Streams that are made as they are read and forgotten as they are written, and their clocks. */

import { bareName, cipherKey, openChunk, sealChunk, type Cipher } from "./bare.ts"
import type { Bytes, Pipe, StreamContender } from "./contender.ts"
import { nextTask } from "./measure.ts"

const MIB = 1024 * 1024
/** Sealed this far ahead, off the clock, before it is opened. */
const GATE = 32 * MIB
const CHUNK = 64 * 1024
const REST = 8 * MIB
/** Chunks in flight of the bare stream. */
const WINDOW = 16

/** Milliseconds of one way, and when it began and ended since 1970, to find the samples of memory. */
export interface Pass {
    readonly ms: number
    readonly begun: number
    readonly ended: number
}

export function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
    const left = chunks[Symbol.iterator]()
    return new ReadableStream({
        pull(controller) {
            const next = left.next()
            if (next.done === true) controller.close()
            else controller.enqueue(next.value)
        },
    }, { highWaterMark: 0 })
}

/** Everything a stream gives. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = []
    const reader = stream.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value)
    return chunks
}

/** So many MiB to a file nobody keeps. */
export async function sealPass(pipe: Pipe, mib: number): Promise<Pass> {
    const begun = performance.now()
    await drain(await pipe.seal(content(mib)))
    return pass(begun, performance.now() - begun)
}

/**
 * Open what is sealed meanwhile, {@link GATE} bytes at a time; only the opening is on the clock.
 *
 * @throws Error if not exactly so many MiB come out.
 */
export async function openPass(pipe: Pipe, mib: number): Promise<Pass> {
    const sealed = (await pipe.seal(content(mib))).getReader()
    const waiting: Uint8Array[] = []
    await fill(sealed, waiting)
    const begun = performance.now()
    let spent = 0
    const source = new ReadableStream<Uint8Array>({
        async pull(controller) {
            const stopped = performance.now()
            if (waiting.length === 0) await fill(sealed, waiting)
            const next = waiting.shift()
            if (next === undefined) controller.close()
            else controller.enqueue(next)
            spent += performance.now() - stopped
        },
    }, { highWaterMark: 0 })
    const length = await drain(await pipe.open(source))
    if (length !== mib * MIB) throw new Error(`of ${String(mib)} MiB, ${String(length)} bytes came out`)
    return pass(begun, performance.now() - begun - spent)
}

/** The limit as a stream: a window of chunks in flight, nothing else. */
export function barePipe(cipher: Cipher): StreamContender {
    const prepare = async () => {
        const key = await cipherKey(cipher, crypto.getRandomValues(new Uint8Array(32)))
        const seal = (content: ReadableStream<Uint8Array>) => windowed(content, (chunk, at) => sealChunk(cipher, key, chunk, at))
        const open = (sealed: ReadableStream<Uint8Array>) => windowed(sealed, (chunk, at) => openChunk(cipher, key, chunk, at))
        return { seal: (content: ReadableStream<Uint8Array>) => Promise.resolve(seal(content)), open: (sealed: ReadableStream<Uint8Array>) => Promise.resolve(open(sealed)) }
    }
    return { name: bareName(cipher, "hybrid").replace(" hybrid", ""), prepare }
}

/** The same 64 KiB over and over: making them shall cost nothing. */
function content(mib: number): ReadableStream<Uint8Array> {
    const chunk = crypto.getRandomValues(new Uint8Array(CHUNK))
    let left = (mib * MIB) / CHUNK
    return new ReadableStream({
        pull(controller) {
            controller.enqueue(chunk.slice())
            left -= 1
            if (left === 0) controller.close()
        },
    }, { highWaterMark: 0 })
}

function windowed(
    from: ReadableStream<Uint8Array>, work: (chunk: Bytes, index: number) => Promise<Bytes>,
): ReadableStream<Uint8Array> {
    const reader = from.getReader()
    const flying: Promise<Bytes>[] = []
    let index = 0
    let open = true
    return new ReadableStream({
        async pull(controller) {
            while (open && flying.length < WINDOW) {
                const next = await reader.read()
                if (next.done) open = false
                else flying.push(work(next.value as Bytes, index++))
            }
            const first = flying.shift()
            if (first === undefined) controller.close()
            else controller.enqueue(await first)
        },
    }, { highWaterMark: 0 })
}

async function fill(from: ReadableStreamDefaultReader<Uint8Array>, waiting: Uint8Array[]): Promise<void> {
    let length = 0
    while (length < GATE) {
        const next = await from.read()
        if (next.done) return
        waiting.push(next.value)
        length += next.value.length
    }
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<number> {
    const reader = stream.getReader()
    let length = 0
    let rest = REST
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
        length += next.value.length
        if (length < rest) continue
        // What works in promises alone would not let anybody sample the memory.
        await nextTask()
        rest += REST
    }
    return length
}

function pass(begun: number, ms: number): Pass {
    return { ms, begun: performance.timeOrigin + begun, ended: performance.timeOrigin + performance.now() }
}
