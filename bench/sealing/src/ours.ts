/** Ours: age files alone, and whole letters as the pane and the reader's page make and open them. */

import {
    buildStatement, newMessageKey, openEnvelope, openMessage, sealEnvelopes, sealObjects, sign, STATEMENT_DOMAIN, toBase64url,
    type Body, type Lookup, type MessageKey, type Reader,
} from "@letterlock/crypto"

import { decryptStream, decryptWith, encryptStream, encryptTo } from "../../../web/crypto/src/age.ts"
import { publicKeyOf } from "../../../web/crypto/src/ed25519.ts"
import { last, several, type Bytes, type Contender, type Sealed, type StreamContender } from "./contender.ts"
import { collect, streamOf } from "./streams.ts"

const NOW = 1795348800
const ID = "AAAAAAAAAAAAAAAAAAAAAA"

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

/** One age file for each reader, one after the other. */
export const oursEnvelopes = envelopes("ours", async (recipients, content) => {
    const files: Bytes[] = []
    for (const recipient of recipients) files.push(await encryptTo(recipient, content))
    return files
})

/** The same, begun all at once. */
export const oursEnvelopesAtOnce = envelopes("ours, at once", (recipients, content) =>
    Promise.all(recipients.map((recipient) => encryptTo(recipient, content))))

/** A whole letter: body padded and sealed, statement built and signed, one envelope per reader; all checked at opening. */
export const oursLetter: Contender = {
    name: "ours, whole letter",
    prepare: async (count) => {
        const people = await several(count, newMessageKey)
        const seed = crypto.getRandomValues(new Uint8Array(32))
        const sender = lookup(last(people), publicKeyOf(seed))
        return (content) => sealLetter(content, people, seed, sender)
    },
}

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

function envelopes(name: string, make: (recipients: string[], content: Bytes) => Promise<Bytes[]>): Contender {
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

async function sealLetter(content: Bytes, people: readonly MessageKey[], seed: Bytes, sender: Lookup): Promise<Sealed> {
    const text = new TextDecoder().decode(content)
    const body: Body = { v: 1, subject: "", html: "", text, sent_at: NOW, files: [] }
    const { messageKey, messageKeyFingerprint, objects } = await sealObjects({ body })
    const statement = buildStatement({
        message_id: ID, thread_id: ID, parents: [], readers: people.map(line), created: NOW, expires: null,
        sender: { address: sender.address, firm: "hart", key: (await sign(STATEMENT_DOMAIN, "", seed)).key, custody: "managed" },
        message_key: messageKeyFingerprint, objects,
    })
    const signature = await sign(STATEMENT_DOMAIN, statement, seed)
    const readers = people.map(({ fingerprint: key, recipient }) => ({ key, recipient }))
    const sealed = await sealEnvelopes({ messageKey, statement, signature, readers })
    const size = [...objects, ...sealed].reduce((total, { bytes }) => total + bytes.length, 0)
    return {
        size,
        open: async () => {
            const opened = await openEnvelope(last(people).identity, last(sealed).bytes)
            const viewer = { address: sender.address, key: last(people).fingerprint }
            const files = new Map(objects.map(({ id, bytes }) => [id, bytes]))
            const message = await openMessage({ asked: ID, viewer, opened, sender, objects: files })
            return [new TextEncoder().encode(message.body.text)]
        },
    }
}

/** The last person is the sender too, since every statement lists the sender's own copy. */
function line({ fingerprint: key }: MessageKey, at: number, all: readonly MessageKey[]): Reader {
    return { address: addressOf(at, all.length), role: at === all.length - 1 ? "sender" : "to", level: "managed", key }
}

function addressOf(at: number, count: number): string {
    return at === count - 1 ? "ann@hart.example" : `reader${String(at)}@client.example`
}

function lookup({ fingerprint: key, recipient }: MessageKey, signingKey: Uint8Array): Lookup {
    return {
        v: 1, address: "ann@hart.example", asked: NOW, checkpoint: null, custody: "managed", key, level: "managed", recipient,
        signing_key: toBase64url(signingKey),
    }
}
