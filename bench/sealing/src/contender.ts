/** What is measured: somebody who can seal a content to some readers, and open it as the last. */

export type Bytes = Uint8Array<ArrayBuffer>

/** A sealed content, and how its last reader opens it. */
export interface Sealed {
    /** All that would be sent, in bytes. */
    readonly size: number
    /** The content, in one piece or in several, or where it can be read. */
    readonly open: () => Promise<readonly Uint8Array[] | Blob>
}

/** Keys for so many readers are made before the clock starts. */
export type Seal = (content: Bytes) => Promise<Sealed>

export interface Contender {
    /** Short and stable: results are compared by it. */
    readonly name: string
    /**
     * Make the keys of so many readers; not timed.
     *
     * @throws Any error, if this browser cannot: the row is left out and says why.
     */
    readonly prepare: (readers: number) => Promise<Seal>
}

/** Both ways of a stream; nothing is kept. */
export interface Pipe {
    readonly seal: (content: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>
    readonly open: (sealed: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>
}

export interface StreamContender {
    readonly name: string
    /** As {@link Contender.prepare}, for one reader. */
    readonly prepare: () => Promise<Pipe>
}

/** The last of a list that is never empty. */
export function last<T>(items: readonly T[]): T {
    const item = items.at(-1)
    if (item === undefined) throw new Error("a list without a last item")
    return item
}

/** So many of what `make` makes, one after the other. */
export async function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
    const made: T[] = []
    while (made.length < count) made.push(await make())
    return made
}
