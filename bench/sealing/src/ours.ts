/** Ours: age files alone. */

import { newMessageKey } from "@letterlock/crypto"

import { decryptStream, decryptWith, encryptStream, encryptTo } from "../../../web/crypto/src/age.ts"
import { last, several, type Bytes, type Contender, type StreamContender } from "./contender.ts"
import { collect, streamOf } from "./streams.ts"

/** About what an envelope to a few readers holds, in bytes. */
const ENVELOPE = 1024

/** One age file, whole. */
export const ours: Contender = {
    name: "ours",
    prepare: async () => {
        const { identity, recipient } = await newMessageKey()
        return async (content) => {
            const file = await encryptTo(recipient, content)
            return { size: file.length, open: async () => [await decryptWith(identity, file)] }
        }
    },
}

/** One age file, in and out as streams: how files are sealed and saved. */
export const oursStreamed: Contender = {
    name: "ours, streamed",
    prepare: async () => {
        const { identity, recipient } = await newMessageKey()
        return async (content) => {
            const chunks = await collect(await encryptStream(recipient, streamOf([content])))
            const size = chunks.reduce((total, chunk) => total + chunk.length, 0)
            return { size, open: async () => collect(await decryptStream(identity, streamOf(chunks))) }
        }
    },
}

/** One age file of the content, and one small one for each reader; opened is a small one, then the content. */
export const oursFiles: Contender = {
    name: "ours, age files",
    prepare: async (count) => {
        const [message, readers] = [await newMessageKey(), await several(count, newMessageKey)]
        const small = new Uint8Array(ENVELOPE)
        return async (content) => {
            const file = await encryptTo(message.recipient, content)
            const envelopes = await inTurn(readers.map((reader) => reader.recipient), small)
            const size = [file, ...envelopes].reduce((total, each) => total + each.length, 0)
            const open = async () => {
                await decryptWith(last(readers).identity, last(envelopes))
                return [await decryptWith(message.identity, file)]
            }
            return { size, open }
        }
    },
}

/** One age file for each reader, one after the other. */
export const oursEnvelopes = envelopes("ours", inTurn)

/** The same, begun all at once. */
export const oursEnvelopesAtOnce = envelopes("ours, at once", (recipients, content) =>
    Promise.all(recipients.map((recipient) => encryptTo(recipient, content))))

export const oursPipe: StreamContender = {
    name: "ours",
    prepare: async () => {
        const { identity, recipient } = await newMessageKey()
        return {
            seal: (content) => encryptStream(recipient, content),
            open: (sealed) => decryptStream(identity, sealed),
        }
    },
}

async function inTurn(recipients: readonly string[], content: Bytes): Promise<Bytes[]> {
    const files: Bytes[] = []
    for (const recipient of recipients) files.push(await encryptTo(recipient, content))
    return files
}

function envelopes(name: string, make: (recipients: readonly string[], content: Bytes) => Promise<Bytes[]>): Contender {
    const prepare = async (count: number) => {
        const readers = await several(count, newMessageKey)
        return async (content: Bytes) => {
            const files = await make(readers.map((reader) => reader.recipient), content)
            const size = files.reduce((total, file) => total + file.length, 0)
            return { size, open: async () => [await decryptWith(last(readers).identity, last(files))] }
        }
    }
    return { name, prepare }
}
