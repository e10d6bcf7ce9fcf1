/** Write age v1 files (https://c2sp.org/age). */

import { concat, randomBytes, wipe, type Bytes } from "../bytes.ts"
import { encodeHeader, encodeStanzas, type Stanza } from "./header.ts"
import type { Primitives } from "./primitives.ts"
import { macKey, NONCE_SIZE, payloadKey } from "./reader.ts"
import type { Source } from "./source.ts"
import { sealChunks, type NextChunk } from "./stream.ts"

/** Wraps a file key of 16 bytes, for each reader in a stanza. */
export type Wrapper = (fileKey: Bytes) => Promise<readonly Stanza[]>

/** A file that is being written: its beginning, then the chunks of its payload. */
export interface Written {
    readonly head: Bytes
    readonly next: NextChunk
}

/** Write a file under a fresh key. The content is read as the chunks are asked for. */
export async function writeFile(by: Primitives, content: Source, wrap: Wrapper): Promise<Written> {
    const [fileKey, nonce] = [randomBytes(16), randomBytes(NONCE_SIZE)]
    try {
        const derive = await by.kdf.from(fileKey)
        const [stanzas, key, cipher] = await Promise.all([
            wrap(fileKey), macKey(derive), payloadKey(derive, nonce).then(by.aead),
        ])
        const covered = encodeStanzas(stanzas)
        const header = encodeHeader({ covered, mac: await by.kdf.mac(key, covered) })
        return { head: concat(header, nonce), next: sealChunks(cipher, content) }
    } finally {
        wipe(fileKey)
    }
}
