/** The payload of an age v1 file: STREAM of 64 KiB chunks (https://c2sp.org/age). */

import type { Bytes } from "../bytes.ts"
import { MalformedFile, type FileFault } from "../errors.ts"
import type { Cipher } from "./primitives.ts"
import type { Source } from "./source.ts"

/** Of content in a chunk; all but the last are full. */
export const CHUNK_SIZE = 64 * 1024
const TAG_SIZE = 16
const SEALED_SIZE = CHUNK_SIZE + TAG_SIZE

/** Chunks that are worked on at once, where the platform has threads for it. */
const IN_FLIGHT = 16

/** The next chunk, or null after the last. Calls must not overlap. */
export type NextChunk = () => Promise<Bytes | null>

/** Length in bytes of the payload, without its nonce, of so many bytes of content. */
export function sealedLength(contentLength: number): number {
    return contentLength + TAG_SIZE * Math.max(1, Math.ceil(contentLength / CHUNK_SIZE))
}

/** Length in bytes of the content that fits into a payload of so many bytes. */
export function openedLength(payloadLength: number): number {
    const rest = payloadLength % SEALED_SIZE
    return Math.floor(payloadLength / SEALED_SIZE) * CHUNK_SIZE + Math.max(0, rest - TAG_SIZE)
}

/** Seal all of the content, chunk by chunk. */
export function sealChunks(cipher: Cipher, content: Source): NextChunk {
    return inFlight(inOrder(content, CHUNK_SIZE), async ({ bytes, counter, last }) =>
        cipher.seal(nonce(counter, last), bytes),
    )
}

/**
 * Open a payload, chunk by chunk. What it gives is authentic and in its place, but whole only
 * once it has given null.
 *
 * @throws {@link MalformedFile} `payload`, or `truncated` where the end is missing for certain; a
 * cut in the middle of a chunk looks like any other change.
 */
export function openChunks(cipher: Cipher, payload: Source): NextChunk {
    const next = inFlight(inOrder(payload, SEALED_SIZE), async (chunk) => openChunk(cipher, chunk))
    let fault: FileFault | null = null
    return async () => {
        if (fault !== null) throw new MalformedFile(fault)
        return next().then((opened) => {
            fault = opened?.fault ?? null
            return opened?.content ?? null
        })
    }
}

interface Chunk {
    readonly bytes: Bytes
    readonly counter: number
    readonly last: boolean
}

interface OpenedChunk {
    readonly content: Bytes
    /** What is wrong after it. */
    readonly fault: FileFault | null
}

async function openChunk(cipher: Cipher, { bytes, counter, last }: Chunk): Promise<OpenedChunk> {
    if (bytes.length < TAG_SIZE) throw new MalformedFile("truncated")
    // Only a file without content may end with an empty chunk.
    if (bytes.length === TAG_SIZE && counter > 0) throw new MalformedFile("payload")
    const content = await cipher.open(nonce(counter, last), bytes)
    if (content !== null) return { content, fault: null }
    // A full chunk may be the last with something after it, or not the last and yet at the end.
    const other = bytes.length === SEALED_SIZE ? await cipher.open(nonce(counter, !last), bytes) : null
    if (other === null) throw new MalformedFile("payload")
    return { content: other, fault: last ? "truncated" : "payload" }
}

/** Big-endian counter of 11 bytes, then 1 for the last chunk. */
function nonce(counter: number, last: boolean): Bytes {
    const bytes = new Uint8Array(12)
    const view = new DataView(bytes.buffer)
    view.setUint32(3, Math.floor(counter / 2 ** 32))
    view.setUint32(7, counter >>> 0)
    bytes[11] = last ? 1 : 0
    return bytes
}

/** Chunks of `size` bytes, the last with what is left: at least one, and empty only if alone. */
function inOrder(source: Source, size: number): () => Promise<Chunk | null> {
    let counter = 0
    let ended = false
    return async () => {
        if (ended) return null
        const bytes = await source.take(size)
        ended = await source.atEnd()
        return { bytes, counter: counter++, last: ended }
    }
}

/** Begin some ahead, and give them out in order; what failed once fails ever after. */
function inFlight<T>(next: () => Promise<Chunk | null>, work: (chunk: Chunk) => Promise<T>): () => Promise<T | null> {
    const begun: Promise<T>[] = []
    return async () => {
        while (begun.length < IN_FLIGHT) {
            const chunk = await next()
            if (chunk === null) break
            const result = work(chunk)
            // If an earlier one fails, nobody asks for this one.
            result.catch(() => undefined)
            begun.push(result)
        }
        // Left in its place until it is there, so that a failure stays the first in line.
        const first = await begun[0]
        void begun.shift()
        return first ?? null
    }
}
