/** Read age v1 files (https://c2sp.org/age), whoever unwraps the file key. */

import { encodeText, equal, wipe, type Bytes } from "../bytes.ts"
import { MalformedFile } from "../errors.ts"
import { readHeader, type Stanza } from "./header.ts"
import type { Kdf, Primitives } from "./primitives.ts"
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
 * @returns The content, chunk by chunk: see {@link openChunks}.
 * @throws {@link MalformedFile} `header`, `too-large`, `stanza`, `no-match` or `mac`.
 */
export async function openFile(by: Primitives, file: Source, unwrap: Unwrapper): Promise<NextChunk> {
    const { stanzas, covered, mac } = await readHeader(file)
    const fileKey = await unwrap(stanzas)
    if (fileKey === null) throw new MalformedFile("no-match")
    try {
        if (!equal(mac, await headerMac(by.kdf, fileKey, covered))) throw new MalformedFile("mac")
        const nonce = await file.take(NONCE_SIZE)
        if (nonce.length !== NONCE_SIZE) throw new MalformedFile("header")
        const key = await payloadKey(by.kdf, fileKey, nonce)
        return openChunks(await by.aead(key), file)
    } finally {
        wipe(fileKey)
    }
}

/** The MAC of a header, 32 bytes. */
export async function headerMac(kdf: Kdf, fileKey: Bytes, covered: Bytes): Promise<Bytes> {
    return kdf.mac(await kdf.derive(fileKey, NONE, encodeText("header"), 32), covered)
}

/** The key of the payload's chunks, 32 bytes. */
export async function payloadKey(kdf: Kdf, fileKey: Bytes, nonce: Bytes): Promise<Bytes> {
    return kdf.derive(fileKey, nonce, encodeText("payload"), 32)
}
