/** The place of one letter at the server, and its message key: made when they are first needed, and once. */

import { type MessageKey, recipientFingerprint, recipientOf } from "@letterlock/crypto"

import { newKey } from "../api.ts"
import { members, text } from "../shape.ts"
import type { Desk } from "./desk.ts"

export interface Where {
    /** The message's id. */
    readonly id: string
    readonly thread: string
}

/** A place that exists already: a draft taken up again. */
export interface Taken extends Where {
    /** The message key's identity. Secret. */
    readonly identity: string
}

export class Place {
    readonly desk: Desk
    /** Id of the message that is answered, or null. */
    readonly replyTo: string | null
    readonly #draft = crypto.randomUUID()
    readonly #createKey = newKey()
    #where: Promise<Where> | null = null
    #key: Promise<MessageKey> | null = null

    constructor(desk: Desk, replyTo: string | null, taken?: Taken) {
        this.desk = desk
        this.replyTo = replyTo
        if (taken === undefined) return
        this.#where = Promise.resolve({ id: taken.id, thread: taken.thread })
        this.#key = keyOf(taken.identity)
    }

    /** Whether the server knows of it, or soon will. */
    get isMade(): boolean { return this.#where !== null }

    /** The message at the server; a failure is not kept, so that the next call tries again. */
    where(): Promise<Where> {
        this.#where ??= this.#create().catch((error: unknown) => {
            this.#where = null
            throw error
        })
        return this.#where
    }

    /** The message key of the letter, fresh with its first file, draft or sealing. */
    key(): Promise<MessageKey> {
        this.#key ??= this.desk.crypto.newMessageKey().catch((error: unknown) => {
            this.#key = null
            throw error
        })
        return this.#key
    }

    /** Forget the letter at the server, with all its objects. One that was sent stays. */
    async discard(): Promise<void> {
        if (this.#where === null) return
        const { id } = await this.#where
        await this.desk.call((api) => api.delete(`/messages/${id}`))
    }

    async #create(): Promise<Where> {
        const body = { draft_id: this.#draft, reply_to: this.replyTo }
        const made = members(await this.desk.call((api) => api.post("/messages", { body, key: this.#createKey })))
        return { id: text(made, "id"), thread: text(made, "thread_id") }
    }
}

async function keyOf(identity: string): Promise<MessageKey> {
    const recipient = await recipientOf(identity)
    return { identity, recipient, fingerprint: await recipientFingerprint(recipient) }
}
