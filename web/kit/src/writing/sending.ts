/**
 * Send one letter (http.md section 3): look up, create, seal, hand over, have it signed, post.
 *
 * A letter keeps its place until it was accepted, and each step its result and its
 * Idempotency-Key for as long as the letter does not change. So pressing "Send" again
 * after a failure takes up where it stopped, and nothing goes twice.
 */

import { statementHash } from "@letterlock/crypto"

import type { Person } from "../address.ts"
import { Problem, Unreachable } from "../api.ts"
import { toBase64 } from "../bytes.ts"
import type { Written } from "../editor/editor.ts"
import { members, text } from "../shape.ts"
import { Attempt, contentOf } from "./attempt.ts"
import { NotSignedIn } from "./desk.ts"
import type { LetterFile } from "./files.ts"
import { Gone, type Place } from "./place.ts"

export type Role = "to" | "cc" | "hidden"

/** A reader-to-be. `hidden`: the others do not learn of him. No address twice. */
export interface Recipient extends Person {
    readonly role: Role
}

export interface Letter {
    readonly recipients: readonly Recipient[]
    /** Sealed, as the letter's heading. */
    readonly subject: string
    /** What travels by ordinary mail. Empty in an answer: "Re: " and the public subject of what is answered. */
    readonly publicSubject: string
    readonly written: Written
    readonly files: readonly LetterFile[]
    /** Hashes of the statements of all thread heads that the writer had opened; none for a first letter. */
    readonly parents: readonly string[]
    /** End-to-end in any case: it waits for To and Cc readers who have no key of their own (waiting.md section 1). */
    readonly waits?: boolean
}

/** Nobody knows yet whether the server took it: ask again before anything else. */
export class Unsure extends Error {
    override readonly name = "Unsure"
}

export interface Accepted {
    readonly id: string
    /** Another text than this was accepted, at an earlier try or in another window. The place is renewed for what was not sent. */
    readonly earlier: boolean
    /** Addresses of those for whose keys it waits. */
    readonly waiting: readonly string[]
}

/** What is being done, as a key of the words. */
export type Step = "writing.looking" | "writing.sealing" | "writing.uploading" | "writing.signing" | "writing.posting"

export type Tell = (step: Step) => void

export class Sending {
    readonly #place: Place
    #attempt: Attempt | null = null
    #unsure = false

    constructor(place: Place) {
        this.#place = place
        place.onRenewed(() => {
            this.#attempt = null
            this.#unsure = false
        })
    }

    /**
     * @throws {@link Unsure}; Problem and Unreachable of the kit, CryptoError, NotSignedIn, Gone, CannotWait: then
     * nothing has gone out.
     */
    async send(letter: Letter, tell: Tell): Promise<Accepted> {
        const accepted = await this.#send(letter, tell)
        if (accepted.earlier) this.#place.renew()
        return accepted
    }

    async #send(letter: Letter, tell: Tell): Promise<Accepted> {
        if (this.#unsure) {
            const { id } = await this.#place.where()
            if (await this.#isAccepted()) return this.#accepted(id, !this.#isFor(letter))
        }
        this.#unsure = false
        if (!this.#isFor(letter)) this.#attempt = new Attempt(this.#place, letter)
        const { id } = await this.#place.where()
        return this.#accepted(id, await this.#post(tell))
    }

    #accepted(id: string, earlier: boolean): Accepted { return { id, earlier, waiting: this.#attempt?.waiting ?? [] } }

    #isFor(letter: Letter): boolean { return this.#attempt?.content === contentOf(letter) }

    /** Whether an earlier try turns out to be the one that was accepted. */
    async #post(tell: Tell): Promise<boolean> {
        const attempt = this.#attempt
        if (attempt === null) throw new Error("nothing to send")
        const { publicSubject, recipients } = attempt.letter
        try {
            const { statement, envelopes } = await attempt.seal(tell)
            tell("writing.posting")
            const body = {
                subject: publicSubject, statement_hash: await statementHash(statement),
                envelopes: envelopes.map(({ key, bytes }) => ({ key, age: toBase64(bytes) })),
                names: Object.fromEntries(recipients.filter(({ name }) => name !== "").map(({ address, name }) => [address, name])),
            }
            this.#unsure = true
            await this.#place.at((api, path) => api.post(`${path}/send`, { body, key: attempt.key("send") }))
        } catch (error) {
            await this.#settle(error)
            return error instanceof Problem && error.code === "already-sent"
        }
        return false
    }

    /** After a failure: returns if it was accepted all the same; throws if it surely was not, or nobody knows. */
    async #settle(error: unknown): Promise<void> {
        const sent = error instanceof Problem && error.code === "already-sent"
        const refused = error instanceof NotSignedIn || error instanceof Gone || (error instanceof Problem && error.status < 500 && error.status !== 409)
        const doubtful = sent || (this.#unsure && !refused)
        if (doubtful) {
            if (error instanceof Unreachable) throw new Unsure("no answer to send", { cause: error })
            if (await this.#isAccepted()) return
        }
        this.#unsure = false
        // The server refused what was sealed, a replaced key for one: the next try seals anew.
        if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429) this.#attempt = null
        throw error
    }

    async #isAccepted(): Promise<boolean> {
        try {
            const answer = members(await this.#place.at((api, path) => api.get(path)))
            return text(answer, "state") !== "draft"
        } catch (cause) {
            if (cause instanceof Gone) return false   // what was sent cannot be thrown away
            throw new Unsure("cannot see whether it was accepted", { cause })
        }
    }
}
