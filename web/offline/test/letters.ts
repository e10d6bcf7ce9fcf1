/** Letters by people with keys, exported in this process the way a page does it. */

import {
    buildStatement, canonical, encodeIdentity, fingerprint, LOOKUP_DOMAIN, newMessageKey, openMessage, recipientFingerprint,
    recipientOf, resealFile, sealFile, sealObjects, sealPlain, sign, STATEMENT_DOMAIN, temporaryOf, toBase64url,
    verifyLookup, type SealedFile,
} from "@letterlock/crypto"
import { Api } from "@letterlock/kit"
import { exportThread, type ExportDesk } from "@letterlock/kit/export/index"
import { ed25519 } from "@noble/curves/ed25519.js"

export const NOW = 1_795_348_800
export const MADE = new Date(Date.UTC(2026, 10, 22, 12))
export const READER = "data:text/html,reader"
const DIRECTORY = new Uint8Array(32).fill(7)
const WORK = { temporary: temporaryOf({}) }

interface Person {
    readonly address: string
    readonly key: string
    readonly recipient: string
    readonly seed: Uint8Array
}

/** As the server holds them: the answer of `open`, and the objects. */
export interface Stored {
    readonly id: string
    readonly answer: Record<string, unknown>
    readonly objects: Map<string, Uint8Array>
}

async function person(address: string, byte: number): Promise<Person> {
    const recipient = await recipientOf(encodeIdentity(new Uint8Array(32).fill(byte)))
    return { address, recipient, key: await recipientFingerprint(recipient), seed: new Uint8Array(32).fill(byte + 1) }
}

const ann = await person("ann@hart.example", 1)
const maya = await person("maya@client.example", 3)

/** Ann writes to Maya, with files. */
export async function letter(subject: string, files: Readonly<Record<string, string>> = {}, byte = 0xa1): Promise<Stored> {
    const { identity, fingerprint: message_key } = await newMessageKey()
    const sealed: SealedFile[] = []
    for (const [name, content] of Object.entries(files)) {
        sealed.push(await sealFile({ file: new Blob([content]), name, messageKey: identity }))
    }
    const text = `Dear Maya, ${subject}.`
    const named = sealed.map(({ id: object, name, type }) => ({ object, name, type }))
    const body = { v: 1, subject, html: `<p>${text}</p>`, text, sent_at: NOW, files: named } as const
    const { objects } = await sealObjects({ body, messageKey: identity })
    const id = toBase64url(new Uint8Array(16).fill(byte))
    const key = await fingerprint(ed25519.getPublicKey(ann.seed))
    const line = ({ address, key }: Person, role: "sender" | "to") => ({ address, role, level: "managed", key }) as const
    const statement = buildStatement({
        message_id: id, thread_id: toBase64url(new Uint8Array(16).fill(0xb1)), parents: [],
        sender: { address: ann.address, firm: "hart", key, custody: "managed" }, readers: [line(ann, "sender"), line(maya, "to")],
        created: NOW, expires: null, message_key, objects: [...objects, ...sealed],
    })
    const answer = {
        message_key: identity, statement, signature: await sign(STATEMENT_DOMAIN, statement, ann.seed), grants: [], merge: {},
        viewer: { address: maya.address, key: maya.key }, sender: await lookUp(ann), sender_name: "Ann Lee",
        names: { [ann.address]: "Ann Lee" }, granters: [], directory_key: toBase64url(ed25519.getPublicKey(DIRECTORY)),
    }
    return { id, answer, objects: new Map([...objects, ...sealed].map((one) => [one.id, one.bytes])) }
}

async function lookUp({ address, key, recipient, seed }: Person): Promise<unknown> {
    const text = canonical({
        v: 1, address, asked: NOW, checkpoint: null, custody: "managed", key, level: "managed", recipient,
        signing_key: toBase64url(ed25519.getPublicKey(seed)), until: null,
    })
    return { text, signature: await sign(LOOKUP_DOMAIN, text, DIRECTORY) }
}

/** The calls of a server that holds these letters. */
export function deskOf(stored: readonly Stored[], trusted = toBase64url(ed25519.getPublicKey(DIRECTORY))): ExportDesk {
    const answer = (path: string): Response => {
        const [, , id, , object] = path.split("/")
        const found = stored.find((one) => one.id === id)
        if (path.endsWith("/open") && found !== undefined) return Response.json(found.answer)
        const bytes = found?.objects.get(object ?? "")
        return bytes === undefined ? new Response("{}", { status: 404 }) : new Response(bytes as BodyInit)
    }
    const api = new Api("", () => Promise.resolve({}), {
        fetch: (path) => Promise.resolve(answer(path as string)), wait: () => Promise.resolve(), patience: 60_000,
    })
    return {
        call: (work) => work(api), directoryKey: trusted,
        log: { begin: () => ({ since: 0, check: (_, lookup) => Promise.resolve(lookup) }) },
        crypto: {
            newMessageKey, openMessage, cleanTemporary: () => WORK.temporary.clean(),
            verifyLookup: ({ text, signature, directoryKey, address }) => verifyLookup(text, signature, directoryKey, { address }),
            sealPlain: (draft) => sealPlain(draft, WORK),
            resealFile: (args, source) => resealFile(args, source, WORK),
        },
    }
}

/** The zip of these letters. */
export function exported(stored: readonly Stored[]): Promise<Blob> {
    return exportThread({ ...deskOf(stored), ids: stored.map(({ id }) => id), reader: READER, made: MADE })
}
