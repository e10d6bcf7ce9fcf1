/** Read age v1 files (https://c2sp.org/age), whoever unwraps the file key. */

import { encodeText, equal, wipe, type Bytes } from "../bytes.ts"
import { MalformedFile } from "../errors.ts"
import { readHeader, type Stanza } from "./header.ts"
import type { Derive, Primitives } from "./primitives.ts"
import type { Source } from "./source.ts"
import { openChunks, type NextChunk } from "./stream.ts"

/**
 * The file key, 16 bytes, of some stanzas; null if none of them is for this identity. What it
 * gives is wiped after use.
 *
 * @throws {@link MalformedFile} `stanza` for one that it knows and that is not well formed.
 */
export type Unwrapper = (stanzas: readonly Stanza[]) => Promise<Bytes | null>

/** Of the nonce before the payload. */
export const NONCE_SIZE = 16

const NONE: Bytes = new Uint8Array()

/**
 * Read a file up to its payload.
 *
 * @param maxHeader - As for {@link readHeader}.
 * @returns The content, chunk by chunk: see {@link openChunks}.
 * @throws {@link MalformedFile} `header`, `too-large`, `stanza`, `no-match` or `mac`.
 */
export async function openFile(by: Primitives, file: Source, unwrap: Unwrapper, maxHeader?: number): Promise<NextChunk> {
    const { stanzas, covered, mac } = await readHeader(file, maxHeader)
    const fileKey = await unwrap(stanzas)
    if (fileKey === null) throw new MalformedFile("no-match")
    try {
        const derive = await by.kdf.from(fileKey)
        const nonce = await file.take(NONCE_SIZE)
        // Both at once: nothing is opened with the one before the other has been looked at.
        const [expected, cipher] = await Promise.all([
            macKey(derive).then(async (key) => by.kdf.mac(key, covered)),
            payloadKey(derive, nonce).then(async (key) => by.aead(key)),
        ])
        if (!equal(mac, expected)) throw new MalformedFile("mac")
        if (nonce.length !== NONCE_SIZE) throw new MalformedFile("header")
        return openChunks(cipher, file)
    } finally {
        wipe(fileKey)
    }
}

/** The key of the header's MAC, 32 bytes, derived from the file key. */
export async function macKey(derive: Derive): Promise<Bytes> {
    return derive(NONE, encodeText("header"), 32)
}

/** The key of the payload's chunks, 32 bytes, derived from the file key. */
export async function payloadKey(derive: Derive, nonce: Bytes): Promise<Bytes> {
    return derive(nonce, encodeText("payload"), 32)
}
