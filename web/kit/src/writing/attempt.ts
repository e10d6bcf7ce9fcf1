/** One sealing of one text for certain readers; each step keeps its result for the next try. */

import {
    buildGrant, buildStatement, fingerprint, fromBase64url, statementHash, type Reader, type SealedEnvelope, type SealedObjects,
    type Signature, type SignedGrant,
} from "@letterlock/crypto"

import { newKey } from "../api.ts"
import { KeyNeeded } from "../own/desk.ts"
import type { Own } from "../own/opened.ts"
import { list, type Members, members, text } from "../shape.ts"
import type { Found } from "./desk.ts"
import type { Place } from "./place.ts"
import type { Letter, Tell } from "./sending.ts"
import { asPending, waitingOf } from "./waiting.ts"

export interface Sealed {
    readonly statement: string
    readonly envelopes: readonly SealedEnvelope[]
}

interface Signed {
    readonly signature: Signature
    readonly grants: readonly SignedGrant[]
}

export class Attempt {
    readonly letter: Letter
    readonly content: string
    readonly #place: Place
    readonly #keys = new Map<string, string>()
    readonly #results = new Map<string, unknown>()
    /** To and Cc readers who have no key of their own yet, as far as they were looked up. */
    waiting: readonly string[] = []

    constructor(place: Place, letter: Letter) {
        this.#place = place
        this.letter = letter
        this.content = contentOf(letter)
    }

    /** The Idempotency-Key of a step, the same at every try. */
    key(step: string): string {
        const key = this.#keys.get(step) ?? newKey()
        this.#keys.set(step, key)
        return key
    }

    async seal(tell: Tell): Promise<Sealed> {
        const { me, crypto, lookUp, requireOwn } = this.#place.desk
        requireOwn?.()
        tell("writing.looking")
        const found = await this.#once("lookups", () => lookUp(this.letter.recipients))
        this.waiting = waitingOf(this.letter, me.lookup, found.map(({ lookup }) => lookup))
        tell("writing.sealing")
        const { identity: messageKey } = await this.#place.key()
        const sealed = await this.#once("objects", () => crypto.sealObjects({ body: bodyOf(this.letter), messageKey }))
        tell("writing.uploading")
        await this.#once("uploaded", () => this.#upload(sealed))
        const statement = await this.#once("statement", () => this.#state(sealed, found))
        const grants = await this.#once("grants", () => this.#grant(statement, found))
        tell("writing.signing")
        const signed = await this.#once("signature", () => this.#sign(statement, grants))
        tell("writing.sealing")
        const given = found.map(({ lookup }) => lookup).filter(({ address }) => !this.waiting.includes(address))
        const readers = [me.lookup, ...given].map(({ key, recipient }) => ({ key, recipient }))
        const envelopes = await this.#once("envelopes", () => crypto.sealEnvelopes({ messageKey, statement, ...signed, readers }))
        return { statement, envelopes }
    }

    async #upload({ objects }: SealedObjects): Promise<true> {
        for (const { id, bytes } of objects) {
            await this.#place.at((api, path) => api.put(`${path}/objects/${id}`, { body: bytes, key: this.key(`object ${id}`) }))
        }
        return true
    }

    async #state(sealed: SealedObjects, found: readonly Found[]): Promise<string> {
        const { me } = this.#place.desk
        const { id, thread } = await this.#place.where()
        const listed = this.letter.recipients.flatMap(({ address, role }, index): Reader[] =>
            role === "hidden" ? [] : [{ address, role, ...(this.waiting.includes(address) ? asPending : keyOf(found[index])) }])
        const signing = await fingerprint(fromBase64url(me.lookup.signing_key ?? ""))
        const files = this.letter.files.map(({ object, size, sha256 }) => ({ id: object, role: "file" as const, size, sha256 }))
        return buildStatement({
            message_id: id, thread_id: thread, parents: this.letter.parents,
            sender: { address: me.address, firm: me.firm, key: signing, custody: me.lookup.custody },
            readers: [...listed, { address: me.address, role: "sender", ...keyOf(me) }],
            hidden: this.#hidden(found).map(({ lookup }) => lookup.level),
            created: seconds(), expires: null, message_key: sealed.messageKeyFingerprint,
            objects: [...sealed.objects.map(({ bytes: _, ...object }) => object), ...files],
        })
    }

    /** One for each hidden copy (statement.md section 4). */
    async #grant(statement: string, found: readonly Found[]): Promise<readonly string[]> {
        const { me } = this.#place.desk
        const key = await fingerprint(fromBase64url(me.lookup.signing_key ?? ""))
        const hash = await statementHash(statement)
        const granted_by = { address: me.address, key, custody: me.lookup.custody }
        return Promise.all(this.#hidden(found).map(({ lookup }) => buildGrant({
            statement: hash, address: lookup.address, role: "hidden", ...keyOf({ lookup }), granted_by, created: seconds(),
        })))
    }

    #hidden(found: readonly Found[]): readonly Found[] {
        return found.filter((_, index) => this.letter.recipients[index]?.role === "hidden")
    }

    async #sign(statement: string, grants: readonly string[]): Promise<Signed> {
        const made = this.#place.desk.me.lookup.custody === "self-held" ? await this.#own(statement, grants) : {}
        const call = { body: { statement, grants, ...made }, key: this.key("signature") }
        const said = members(await this.#place.at((api, path) => api.post(`${path}/signature`, call)))
        const signatures = list(said["grants"]).map((one) => signatureIn(members(one)))
        return { signature: signatureIn(said), grants: grants.map((text, index) => ({ text, signature: must(signatures[index]) })) }
    }

    async #own(statement: string, grants: readonly string[]): ReturnType<Own["sign"]> {
        const { own } = this.#place.desk
        if (own === undefined) throw new KeyNeeded("this page opens no key")
        return own.sign(statement, grants)
    }

    async #once<Value>(step: string, work: () => Promise<Value>): Promise<Value> {
        if (!this.#results.has(step)) this.#results.set(step, await work())
        return this.#results.get(step) as Value
    }
}

/** What makes two letters the same: who reads, what stands in it. Names are how they are called and may change. */
export const contentOf = ({ recipients, subject, publicSubject, written, files, parents, waits }: Letter): string =>
    JSON.stringify([recipients.map(({ address, role }) => [address, role]), subject, publicSubject, written.html, files, parents, waits === true])

function keyOf(found: Pick<Found, "lookup"> | undefined): Pick<Reader, "key" | "level"> {
    if (found === undefined) throw new Error("a reader was not looked up")
    return { key: found.lookup.key, level: found.lookup.level }
}

function must(signature: Signature | undefined): Signature {
    if (signature === undefined) throw new Error("a grant was not signed")
    return signature
}

const signatureIn = (said: Members): Signature => ({ alg: text(said, "alg"), key: text(said, "key"), value: text(said, "value") })

const seconds = (): number => Math.floor(Date.now() / 1000)

const bodyOf = ({ subject, written, files }: Letter) => ({
    v: 1, subject, html: written.html, text: written.text, sent_at: seconds(),
    files: files.map(({ object, name, type }) => ({ object, name, type })),
}) as const
