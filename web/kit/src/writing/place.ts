/** The place of one letter at the server, and its message key: made when they are first needed, and once. */

import type { MessageKey } from "@letterlock/crypto"

import { type Api, newKey, Problem } from "../api.ts"
import { members, text } from "../shape.ts"
import type { Desk } from "./desk.ts"
import { madeHere } from "./made-here.ts"

export interface Where {
    /** The message's id. */
    readonly id: string
    readonly thread: string
}

/** A place that exists already: a draft taken up again. */
export interface Taken extends Where {
    /** The message key's identity. Secret. */
    readonly identity: string
    /** No other place may stand in for it: its letter is of a kind that `POST /messages` does not make. */
    readonly fixed?: true
}

/** The server does not know the letter any more: it was thrown away in another window. Its place was renewed, unless it is fixed. */
export class Gone extends Error {
    override readonly name = "Gone"
}

export class Place {
    readonly desk: Desk
    /** Id of the message that is answered, or null. */
    readonly replyTo: string | null
    readonly #renewed: (() => void)[] = []
    readonly #fixed: boolean
    #draft = crypto.randomUUID()
    #createKey = newKey()
    #where: Promise<Where> | null = null
    #key: Promise<MessageKey> | null = null

    constructor(desk: Desk, replyTo: string | null, taken?: Taken) {
        this.desk = desk
        this.replyTo = replyTo
        this.#fixed = taken?.fixed === true
        if (taken === undefined) return
        this.#where = Promise.resolve({ id: taken.id, thread: taken.thread })
        this.#key = desk.crypto.messageKey({ identity: taken.identity })
    }

    /** Whether the server knows of it, or soon will. */
    get isMade(): boolean { return this.#where !== null }

    /** The message at the server; a failure is not kept, so that the next call tries again. */
    where(): Promise<Where> {
        if (this.#where !== null) return this.#where
        const where = this.#create().catch((error: unknown) => {
            if (this.#where === where) this.#where = null
            throw error
        })
        this.#where = where
        return where
    }

    /** A call about the letter. @throws {@link Gone} where the server does not know the letter. */
    async at<Value>(work: (api: Api, path: string) => Promise<Value>): Promise<Value> {
        const where = this.where()
        const { id } = await where
        try {
            return await this.desk.call((api) => work(api, `/messages/${id}`))
        } catch (error) {
            if (!(error instanceof Problem && error.status === 404)) throw error
            if (this.#where === where) this.renew()
            throw new Gone("the letter is not kept any more", { cause: error })
        }
    }

    /** From now on it is another letter, with a key of its own: who reads the one before must not read this one. A fixed one stays. */
    renew(): void {
        if (this.#fixed) return
        this.#draft = crypto.randomUUID()
        this.#createKey = newKey()
        this.#where = null
        this.#key = null
        for (const hear of this.#renewed) hear()
    }

    /** Hear of each {@link renew}. */
    onRenewed(hear: () => void): void { this.#renewed.push(hear) }

    /** The message key of the letter, fresh with its first file, draft or sealing. */
    key(): Promise<MessageKey> {
        if (this.#key !== null) return this.#key
        const key = this.desk.crypto.newMessageKey().then((made) => {
            madeHere(made.fingerprint)
            return made
        }).catch((error: unknown) => {
            if (this.#key === key) this.#key = null
            throw error
        })
        this.#key = key
        return key
    }

    /** Forget the letter at the server, with all its objects. One that was sent stays. */
    async discard(): Promise<void> {
        if (this.#where === null) return
        const { id } = await this.#where
        await this.desk.call((api) => api.delete(`/messages/${id}`)).catch((error: unknown) => {
            if (!(error instanceof Problem && error.status === 404)) throw error   // another window did
        })
    }

    async #create(): Promise<Where> {
        const body = { draft_id: this.#draft, reply_to: this.replyTo }
        const made = members(await this.desk.call((api) => api.post("/messages", { body, key: this.#createKey })))
        return { id: text(made, "id"), thread: text(made, "thread_id") }
    }
}
