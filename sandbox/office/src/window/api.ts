/** The window's calls to its own server. */

export interface Person {
    readonly name: string
    readonly address: string
}

/** A file of a mail. `content` is base64. */
export interface Attachment {
    readonly id: string
    readonly name: string
    readonly type: string
    readonly content: string
    /** A picture that stands in the text. */
    readonly inline: boolean
}

export interface Folder {
    readonly id: string
    readonly name: string
    readonly total: number
    readonly unread: number
}

export interface Summary {
    readonly id: string
    readonly subject: string
    readonly from: Person
    readonly to: readonly Person[]
    readonly sent: string
    readonly is_read: boolean
    readonly is_draft: boolean
    readonly preview: string
    readonly conversation_id: string
}

export interface Message extends Summary {
    readonly folder: string
    readonly cc: readonly Person[]
    readonly bcc: readonly Person[]
    readonly html: string | null
    readonly text: string
    readonly headers: readonly (readonly [string, string])[]
    readonly internet_message_id: string
    readonly attachments: readonly Attachment[]
}

export interface View {
    readonly folders: readonly Folder[]
    readonly folder: string
    readonly messages: readonly Summary[]
}

export interface Draft {
    readonly from: string
    readonly to: string
    readonly cc: string
    readonly bcc: string
    readonly subject: string
    /** Html; `text` is the same without markup. */
    readonly body: string
    readonly text: string
    readonly headers: Readonly<Record<string, string>>
    readonly attachments: readonly Attachment[]
}

/** The server's answer was no success. */
export class Refused extends Error {
    override readonly name = "Refused"
    readonly body: Readonly<Record<string, unknown>>

    constructor(body: Readonly<Record<string, unknown>>) {
        super(typeof body["error"] === "string" ? body["error"] : "The sandbox did not answer.")
        this.body = body
    }
}

/** One mailbox's server side. */
export class Api {
    readonly #address: string

    constructor(address: string) {
        this.#address = address
    }

    /** Address of a resource of this mailbox. */
    url(path: string, more: Readonly<Record<string, string>> = {}): string {
        return `/outlook/${path}?${new URLSearchParams({ as: this.#address, ...more }).toString()}`
    }

    /** A folder's view, or null when nothing has changed since `etag`. */
    async view(folder: string, etag: string | null): Promise<{ view: View; etag: string | null } | null> {
        const headers = etag === null ? {} : { "If-None-Match": etag }
        const answer = await fetch(this.url("api/mailbox", { folder }), { headers, cache: "no-store" })
        if (answer.status === 304) return null
        if (!answer.ok) throw new Refused({})
        return { view: (await answer.json()) as View, etag: answer.headers.get("ETag") }
    }

    message(id: string): Promise<Message> {
        return this.#json("GET", `api/messages/${encodeURIComponent(id)}`) as Promise<Message>
    }

    markRead(id: string): Promise<unknown> {
        return this.#json("POST", `api/messages/${encodeURIComponent(id)}/read`)
    }

    /** Into Deleted Items, and from there into Recoverable Items. `to` is where a discarded draft goes. */
    remove(id: string, to?: "deletions" | "deleteditems"): Promise<unknown> {
        const more: Record<string, string> = to === "deletions" ? { discard: "" } : {}
        return this.#json("DELETE", `api/messages/${encodeURIComponent(id)}`, undefined, more)
    }

    /** Keep a draft; a new one gets an id. */
    async save(draft: Draft, id: string | null): Promise<string> {
        const kept = id === null
            ? await this.#json("POST", "api/drafts", draft)
            : await this.#json("PUT", `api/drafts/${encodeURIComponent(id)}`, draft)
        return (kept as { id: string }).id
    }

    send(id: string): Promise<unknown> {
        return this.#json("POST", `api/drafts/${encodeURIComponent(id)}/send`)
    }

    token(asked: object): Promise<Record<string, unknown>> {
        return this.#json("POST", "api/token", asked) as Promise<Record<string, unknown>>
    }

    roaming(): Promise<Record<string, unknown>> {
        return this.#json("GET", "api/roaming") as Promise<Record<string, unknown>>
    }

    saveRoaming(values: unknown): Promise<unknown> {
        return this.#json("PUT", "api/roaming", values)
    }

    async #json(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<unknown> {
        const answer = await fetch(this.url(path, more), {
            method,
            ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
        })
        const text = await answer.text()
        const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : {}
        if (!answer.ok) throw new Refused(parsed as Record<string, unknown>)
        return parsed
    }
}
