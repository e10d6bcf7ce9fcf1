/** The parts of a folder that were sealed anew for the copy, held against what was signed. */

import { decodeIdentity, decryptWith, encodeBody, parseCanonical, Refusal, type Body } from "@letterlock/crypto"
import { type Members, members, text } from "@letterlock/kit"

import type { Folder } from "./copy.ts"

/** What `age` would open is not what was signed. */
export class CopyChanged extends Error {
    override readonly name = "CopyChanged"
}

/** A folder's identity and its opened envelope. Nothing in it is checked yet but its form. */
export interface Sealed {
    readonly identity: string
    /** As the server answered when the letter was opened for the copy (http.md section 4). */
    readonly content: Members
    /** Base64url of 32 bytes. */
    readonly directoryKey: string
    /** Ids of the files' objects, in the order of `file-1.age`; known once the letter is open. */
    readonly order: string[]
}

const IDENTITY = /^(AGE-SECRET-KEY-PQ-1[0-9A-Z]+)\n$/u

/** Open a folder's envelope. @throws Refusal `envelope-malformed`. */
export async function openSealed(folder: Folder): Promise<Sealed> {
    const identity = IDENTITY.exec(await folder.identity.text())?.[1] ?? ""
    try {
        decodeIdentity(identity).fill(0)
        const content = members(parseCanonical(decode(await decryptWith(identity, await bytesOf(folder.envelope)))))
        if (content["v"] !== 1) throw new Refusal("envelope-malformed")
        return { identity, content, directoryKey: text(content, "directory_key"), order: [] }
    } catch {
        throw new Refusal("envelope-malformed")
    }
}

/** @throws {@link CopyChanged} unless `message.age` holds this body. */
export async function sameText(folder: Folder, { identity }: Sealed, body: Body): Promise<void> {
    await same(identity, folder.message, encodeBody(body))
}

/** @throws {@link CopyChanged} unless the sealed copy of an object holds this content. */
export async function sameFile(folder: Folder, { identity, order }: Sealed, object: string, content: Blob): Promise<void> {
    const sealed = folder.files[order.indexOf(object)]
    if (sealed === undefined) throw new CopyChanged()
    await same(identity, sealed, await bytesOf(content))
}

async function same(identity: string, sealed: Blob, expected: Uint8Array): Promise<void> {
    const found = await decryptWith(identity, await bytesOf(sealed)).catch(() => { throw new CopyChanged() })
    if (found.length !== expected.length || found.some((byte, index) => byte !== expected[index])) throw new CopyChanged()
}

const bytesOf = async (content: Blob): Promise<Uint8Array> => new Uint8Array(await content.arrayBuffer())

const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
