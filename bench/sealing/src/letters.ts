/** Ours as the pane and the reader's page use it: whole letters, and files of letters. */

import {
    buildStatement, newMessageKey, openEnvelope, openFile, openMessage, sealEnvelopes, sealFile, sealObjects, sign,
    STATEMENT_DOMAIN, temporaryOf, toBase64url, type Body, type Lookup, type MessageKey, type Reader,
} from "@letterlock/crypto"

import { publicKeyOf } from "../../../web/crypto/src/ed25519.ts"
import { last, several, type Bytes, type Contender, type Sealed } from "./contender.ts"
import { streamOf } from "./streams.ts"

const NOW = 1795348800
const ID = "AAAAAAAAAAAAAAAAAAAAAA"

/** A whole letter: statement and signature with it, all checked at opening. */
export const oursLetter: Contender = {
    name: "ours, whole letter",
    prepare: async (count) => {
        const people = await several(count, newMessageKey)
        const seed = crypto.getRandomValues(new Uint8Array(32))
        const sender = lookup(last(people), publicKeyOf(seed))
        return (content) => sealLetter(content, people, seed, sender)
    },
}

/** From the picked file to the padded, hashed age file, and back, checked; kept in memory. */
export const oursFile: Contender = {
    name: "ours, file of a letter",
    prepare: async () => {
        const { identity: messageKey } = await newMessageKey()
        const temporary = temporaryOf({})
        return async (content) => {
            const { bytes, type, ...object } = await sealFile({ file: new Blob([content]), name: "scan", messageKey })
            const open = async () => (await openFile({ messageKey, object, type }, streamOf([bytes]), { temporary })).file
            return { size: bytes.length, open }
        }
    },
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
        signing_key: toBase64url(signingKey), until: null,
    }
}
