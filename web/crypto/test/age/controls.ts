/** Readers that are broken on purpose: the suite must say so of each. */

import { readHeader } from "../../src/age/header.ts"
import { NONCE_SIZE, openFile, payloadKey } from "../../src/age/reader.ts"
import { openChunks } from "../../src/age/stream.ts"
import { MalformedFile } from "../../src/errors.ts"
import type { Reader } from "./suite.ts"

/** Believes every header. */
const withoutMac: Reader = async (by, file, unwrap) => {
    const fileKey = await unwrap((await readHeader(file)).stanzas)
    if (fileKey === null) throw new MalformedFile("no-match")
    return openChunks(await by.aead(await payloadKey(await by.kdf.from(fileKey), await file.take(NONCE_SIZE))), file)
}

/** Takes a chunk for the last or not, as it likes. */
const withoutFinalFlag: Reader = async (by, file, unwrap) =>
    openFile(
        {
            ...by,
            aead: async (key) => {
                const cipher = await by.aead(key)
                const open: typeof cipher.open = async (nonce, sealed) => {
                    const other = nonce.slice()
                    other[11] = nonce[11] === 1 ? 0 : 1
                    return (await cipher.open(nonce, sealed)) ?? cipher.open(other, sealed)
                }
                return { ...cipher, open }
            },
        },
        file,
        unwrap,
    )

/** Goes on after a stanza that is not well formed. */
const pastBadStanzas: Reader = async (by, file, unwrap) =>
    openFile(by, file, async (stanzas) =>
        unwrap(stanzas).catch((error: unknown) => {
            if (error instanceof MalformedFile) return null
            throw error
        }),
    )

/** Each with a file of the suite that gives it away. */
export const CONTROLS: readonly { readonly name: string; readonly read: Reader; readonly caught: string }[] = [
    { name: "ignores the MAC", read: withoutMac, caught: "hmac_bad" },
    { name: "ignores the final flag", read: withoutFinalFlag, caught: "stream_no_final_full" },
    { name: "goes on after a bad stanza", read: pastBadStanzas, caught: "hybrid_long_share" },
]
