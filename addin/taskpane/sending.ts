/**
 * Send one letter (http.md section 3): look up, create, seal, hand over, have it signed, post.
 *
 * A letter keeps its draft id until it was accepted, and each step its result and its
 * Idempotency-Key for as long as the letter does not change. So pressing "Send securely" again
 * after a failure takes up where it stopped, and nothing goes twice.
 */

import {
    buildStatement, fingerprint, fromBase64url, statementHash, type Reader, type SealedEnvelope, type SealedObjects, type Signature,
} from "@letterlock/crypto"
import { members, newKey, Problem, text, toBase64, Unreachable } from "@letterlock/kit"
import type { Written } from "@letterlock/kit/editor/editor"

import type { Recipients } from "./recipients.ts"
import type { Found, Me, Session } from "./session.ts"
import { NotSignedIn } from "./signin.ts"

export interface Letter {
    readonly recipients: Recipients
    /** Public. */
    readonly subject: string
    readonly written: Written
}

/** Nobody knows yet whether the server took it: ask again before anything else. */
export class Unsure extends Error {
    override readonly name = "Unsure"
}

export interface Accepted {
    readonly id: string
    /** The letter was changed after the try that was accepted. */
    readonly earlier: boolean
}

/** What is being done, as a key of the words. */
export type Step = "pane.looking" | "pane.sealing" | "pane.uploading" | "pane.signing" | "pane.posting"

type Tell = (step: Step) => void

interface Place { readonly id: string; readonly thread: string }

export class Sending {
    readonly #session: Session
    readonly #me: Me
    readonly #draft = crypto.randomUUID()
    readonly #createKey = newKey()
    #place: Place | null = null
    #attempt: Attempt | null = null
    #unsure = false

    constructor(session: Session, me: Me) {
        this.#session = session
        this.#me = me
    }

    /**
     * @throws {@link Unsure}; Problem and Unreachable of the kit, CryptoError, NotSignedIn: then
     * nothing has gone out.
     */
    async send(letter: Letter, tell: Tell): Promise<Accepted> {
        if (this.#unsure && this.#place !== null && await this.#isAccepted(this.#place)) {
            return { id: this.#place.id, earlier: this.#attempt?.isFor(letter) !== true }
        }
        this.#unsure = false
        if (this.#attempt?.isFor(letter) !== true) this.#attempt = new Attempt(letter)
        this.#place ??= await this.#create()
        return { id: this.#place.id, earlier: await this.#post(this.#place, this.#attempt, tell) }
    }

    async #create(): Promise<Place> {
        const body = { draft_id: this.#draft }
        const made = members(await this.#session.call((api) => api.post("/messages", { body, key: this.#createKey })))
        return { id: text(made, "id"), thread: text(made, "thread_id") }
    }

    /** Whether an earlier try turns out to be the one that was accepted. */
    async #post(place: Place, attempt: Attempt, tell: Tell): Promise<boolean> {
        const { subject, recipients } = attempt.letter
        try {
            const { statement, envelopes } = await attempt.seal(this.#session, this.#me, place, tell)
            tell("pane.posting")
            const body = {
                subject, statement_hash: await statementHash(statement),
                envelopes: envelopes.map(({ key, bytes }) => ({ key, age: toBase64(bytes) })),
                names: Object.fromEntries(recipients.filter(({ name }) => name !== "").map(({ address, name }) => [address, name])),
            }
            this.#unsure = true
            await this.#session.call((api) => api.post(`/messages/${place.id}/send`, { body, key: attempt.key("send") }))
        } catch (error) {
            await this.#settle(place, error)
            return error instanceof Problem && error.code === "already-sent"
        }
        return false
    }

    /** After a failure: returns if it was accepted all the same; throws if it surely was not, or nobody knows. */
    async #settle(place: Place, error: unknown): Promise<void> {
        const sent = error instanceof Problem && error.code === "already-sent"
        const refused = error instanceof NotSignedIn || (error instanceof Problem && error.status < 500 && error.status !== 409)
        const doubtful = sent || (this.#unsure && !refused)
        if (doubtful) {
            if (error instanceof Unreachable) throw new Unsure("no answer to send", { cause: error })
            if (await this.#isAccepted(place)) return
        }
        this.#unsure = false
        // The server refused what was sealed, a replaced key for one: the next try seals anew.
        if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429) this.#attempt = null
        throw error
    }

    async #isAccepted({ id }: Place): Promise<boolean> {
        try {
            const answer = members(await this.#session.call((api) => api.get(`/messages/${id}`)))
            return text(answer, "state") !== "draft"
        } catch (cause) {
            throw new Unsure("cannot see whether it was accepted", { cause })
        }
    }
}

interface Sealed {
    readonly statement: string
    readonly envelopes: readonly SealedEnvelope[]
}

/** One sealing of one text for certain readers. */
class Attempt {
    readonly letter: Letter
    readonly #content: string
    readonly #keys = new Map<string, string>()
    readonly #results = new Map<string, unknown>()

    constructor(letter: Letter) {
        this.letter = letter
        this.#content = contentOf(letter)
    }

    isFor(letter: Letter): boolean {
        return contentOf(letter) === this.#content
    }

    /** The Idempotency-Key of a step, the same at every try. */
    key(step: string): string {
        const key = this.#keys.get(step) ?? newKey()
        this.#keys.set(step, key)
        return key
    }

    async seal(session: Session, me: Me, place: Place, tell: Tell): Promise<Sealed> {
        const { recipients } = this.letter
        tell("pane.looking")
        const found = await this.#once("lookups", () => session.lookUp(me, recipients))
        tell("pane.sealing")
        const sealed = await this.#once("objects", () => session.crypto.sealObjects({ body: bodyOf(this.letter) }))
        tell("pane.uploading")
        await this.#once("uploaded", () => this.#upload(session, place, sealed))
        const statement = await this.#once("statement", () => this.#state(me, place, sealed, found))
        tell("pane.signing")
        const signature = await this.#once("signature", () => this.#sign(session, place, statement))
        tell("pane.sealing")
        const readers = [me.lookup, ...found.map(({ lookup }) => lookup)].map(({ key, recipient }) => ({ key, recipient }))
        const envelopes = await this.#once("envelopes", () =>
            session.crypto.sealEnvelopes({ messageKey: sealed.messageKey, statement, signature, readers }))
        return { statement, envelopes }
    }

    async #upload(session: Session, place: Place, { objects }: SealedObjects): Promise<true> {
        for (const { id, bytes } of objects) {
            const path = `/messages/${place.id}/objects/${id}`
            await session.call((api) => api.put(path, { body: bytes, key: this.key(`object ${id}`) }))
        }
        return true
    }

    async #state(me: Me, place: Place, sealed: SealedObjects, found: readonly Found[]): Promise<string> {
        const readers: Reader[] = this.letter.recipients.map(({ address, role }, index) =>
            ({ address, role, ...keyOf(found[index]) }))
        readers.push({ address: me.address, role: "sender", ...keyOf(me) })
        const signing = await fingerprint(fromBase64url(me.lookup.signing_key ?? ""))
        const sender = { address: me.address, firm: me.firm, key: signing, custody: me.lookup.custody }
        return buildStatement({
            message_id: place.id, thread_id: place.thread, parents: [], sender, readers,
            created: seconds(), expires: null, message_key: sealed.messageKeyFingerprint, objects: sealed.objects,
        })
    }

    async #sign(session: Session, place: Place, statement: string): Promise<Signature> {
        const path = `/messages/${place.id}/signature`
        const said = members(await session.call((api) => api.post(path, { body: { statement }, key: this.key("signature") })))
        return { alg: text(said, "alg"), key: text(said, "key"), value: text(said, "value") }
    }

    async #once<Value>(step: string, work: () => Promise<Value>): Promise<Value> {
        if (!this.#results.has(step)) this.#results.set(step, await work())
        return this.#results.get(step) as Value
    }
}

function keyOf(found: Pick<Found, "lookup"> | undefined): Pick<Reader, "key" | "level"> {
    if (found === undefined) throw new Error("a reader was not looked up")
    return { key: found.lookup.key, level: found.lookup.level }
}

const seconds = (): number => Math.floor(Date.now() / 1000)

const bodyOf = ({ subject, written }: Letter) =>
    ({ v: 1, subject, html: written.html, text: written.text, sent_at: seconds(), files: [] }) as const

const contentOf = ({ recipients, subject, written }: Letter): string =>
    JSON.stringify([recipients.map(({ address, role }) => [address, role]), subject, written.html])
