/** Bytes that come in pieces of any size, taken in the sizes that a parser wants. */

import { concat, ownBytes, type Bytes } from "../bytes.ts"

/** The next piece, or null at the end and ever after. */
export type Pull = () => Promise<Uint8Array | null>

const LINE_FEED = 0x0a
const NONE: Bytes = new Uint8Array()

/** Holds at most one piece, and what one call takes. Calls must not overlap. */
export class Source {
    readonly #pull: Pull
    readonly #cancel: (reason: unknown) => Promise<void>
    #rest = NONE
    #ended = false

    constructor(pull: Pull, cancel: (reason: unknown) => Promise<void> = async () => Promise.resolve()) {
        this.#pull = pull
        this.#cancel = cancel
    }

    /** Of bytes that are all here. They are not copied. */
    static of(bytes: Uint8Array): Source {
        let piece: Uint8Array | null = bytes
        return new Source(async () => {
            const next = piece
            piece = null
            return Promise.resolve(next)
        })
    }

    /** Of a stream, which is locked from now on. */
    static from(stream: ReadableStream<Uint8Array>): Source {
        const reader = stream.getReader()
        const pull: Pull = async () => {
            const { done, value } = await reader.read()
            return done ? null : value
        }
        return new Source(pull, async (reason) => reader.cancel(reason))
    }

    /** Whether nothing is left; waits for a piece to know. */
    async atEnd(): Promise<boolean> {
        while (this.#rest.length === 0 && !this.#ended) {
            const piece = await this.#pull()
            if (piece === null) this.#ended = true
            else this.#rest = ownBytes(piece)
        }
        return this.#rest.length === 0
    }

    /**
     * The next `size` bytes, or what is left if that is less; a view where they came in one piece,
     * and at once where they are here.
     */
    take(size: number): Bytes | Promise<Bytes> {
        return this.#rest.length >= size ? this.#cut(size) : this.#gather(size)
    }

    async #gather(size: number): Promise<Bytes> {
        if (!(await this.atEnd()) && this.#rest.length >= size) return this.#cut(size)
        const taken = new Uint8Array(size)
        let length = 0
        while (length < size && (this.#rest.length > 0 || !(await this.atEnd()))) {
            const part = this.#cut(Math.min(size - length, this.#rest.length))
            taken.set(part, length)
            length += part.length
        }
        return taken.subarray(0, length)
    }

    /**
     * The bytes up to and with the next line feed; fewer at the end, and never more than `limit`. At
     * once where they are here.
     */
    line(limit: number): Bytes | Promise<Bytes> {
        const end = this.#rest.indexOf(LINE_FEED) + 1
        return end > 0 && end <= limit ? this.#cut(end) : this.#gatherLine(limit)
    }

    async #gatherLine(limit: number): Promise<Bytes> {
        const parts: Bytes[] = []
        let length = 0
        while (length < limit && !(await this.atEnd())) {
            const within = this.#rest.subarray(0, limit - length)
            const end = within.indexOf(LINE_FEED) + 1
            parts.push(this.#cut(end === 0 ? within.length : end))
            length += within.length
            if (end > 0) break
        }
        return parts.length === 1 ? (parts[0] ?? NONE) : concat(...parts)
    }

    /** Say that nothing more is wanted. */
    async cancel(reason: unknown): Promise<void> {
        await this.#cancel(reason)
    }

    #cut(size: number): Bytes {
        const part = size === this.#rest.length ? this.#rest : this.#rest.subarray(0, size)
        this.#rest = part === this.#rest ? NONE : this.#rest.subarray(size)
        return part
    }
}
