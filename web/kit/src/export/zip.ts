/** A zip that is made while it is read. */

// client-zip: streams, stores only (ciphertext does not compress), 6 KB without dependencies; 2.5.1 is of
// September 2026. Below 4 GB it writes no zip64, which the offline reader refuses.
import { makeZip } from "client-zip"

export interface Entry {
    readonly name: string
    readonly input: Uint8Array | Blob | string
}

/** The zip of `entries`, each taken when the one before has been written. All bear the same time. */
export function zipOf(entries: AsyncIterable<Entry>, made: Date): ReadableStream<Uint8Array> {
    return makeZip(timed(entries, made), { buffersAreUTF8: true })
}

async function* timed(entries: AsyncIterable<Entry>, lastModified: Date): AsyncGenerator<Entry & { lastModified: Date }> {
    for await (const entry of entries) yield { ...entry, lastModified }
}
