/** A small server on the far side of whoever writes: http.md section 3, in memory, which can lose its answers. */

import { createHash, createPrivateKey, createPublicKey } from "node:crypto"

import {
    canonical, GRANT_DOMAIN, LOOKUP_DOMAIN, messageKeyOf, newMessageKey, openDraft, openDraftEnvelope, openEnvelope, parseGrant, parseStatement, sealDraft,
    sealEnvelopes, sealFile, sealObjects, sign, STATEMENT_DOMAIN, statementHash, verifyLookup, type Opened,
} from "@letterlock/crypto"

import { Api, type World } from "../../src/api.ts"
import { type Desk, openDesk, type Sealer } from "../../src/writing/index.ts"

interface Keys { readonly identity: string; readonly recipient: string; readonly key: string }
interface Asked { readonly method: string; readonly path: string; readonly key: string | null }
interface KeptDraft { readonly object: string; readonly envelope: string; readonly before?: number | null }

const MESSAGE = "q8Zr3kVtY1mXw0bHc7LdPA"
const SEED = new Uint8Array(32).fill(7)
const DIRECTORY = new Uint8Array(32).fill(9)
export const ANN = "ann@hart.example"

/** The operations of the worker, without one. */
export const sealer: Sealer = {
    newMessageKey: () => newMessageKey(),
    messageKey: ({ identity }) => messageKeyOf(identity),
    checkLooked: () => Promise.resolve({ checkpoint: { size: 1, root: "" }, seen: { index: 0, event: "" } }),
    verifyLookup: ({ text, signature, directoryKey, address }) => verifyLookup(text, signature, directoryKey, { address }),
    sealObjects: (draft) => sealObjects(draft),
    sealEnvelopes: (draft) => sealEnvelopes(draft),
    sealFile: (draft, options) => sealFile(draft, options),
    sealDraft: (draft) => sealDraft(draft),
    openDraft: (draft) => openDraft(draft),
}

export class Server {
    readonly asked: Asked[] = []
    /** Path endings whose next answers are lost on the way back, and those that are refused instead. */
    readonly lose: string[] = []
    readonly refuse: { end: string; status: number; code: string; facts?: object }[] = []
    /** Nothing gets through. */
    away = false
    /** How many of the next objects come with another bit. */
    damage = 0
    /** The directory's signatures are somebody else's. */
    forged = false
    /** Of the newest message. */
    state = "draft"
    /** Ids of messages that were thrown away. */
    readonly gone = new Set<string>()
    /** When the newest draft was saved, in seconds. */
    saved: number | null = null
    sends = 0
    statement = ""
    subject = ""
    names: Readonly<Record<string, string>> = {}
    readonly made = new Map<string, string | null>()
    readonly objects = new Map<string, Uint8Array>()
    readonly envelopes = new Map<string, Uint8Array>()
    readonly drafts: KeptDraft[] = []
    #sentHash: unknown = ""
    readonly #ids = new Map<string, string>()
    readonly #people = new Map<string, Keys>()

    desk(): Promise<Desk> {
        const world: World = {
            fetch: (url, init) => this.#fetch(typeof url === "string" ? url : "", init ?? {}),
            upload: async (url, { method, headers, body, onProgress }) => {
                onProgress?.(body.size / 2, body.size)
                return this.#fetch(url, { method, headers, body: new Uint8Array(await body.arrayBuffer()) })
            },
            wait: () => Promise.resolve(), patience: 10_000,
        }
        const api = new Api("/api/v1", undefined, world)
        return openDesk({ crypto: sealer, call: (work) => work(api) })
    }

    /** What `address` finds in her envelope. */
    async opened(address: string): Promise<Opened> {
        const { identity, key } = await this.keysOf(address)
        return openEnvelope(identity, this.envelopes.get(key) ?? new Uint8Array())
    }

    async keysOf(address: string): Promise<Keys> {
        const made = this.#people.get(address) ?? await newKeys()
        this.#people.set(address, made)
        return made
    }

    paths(method: string): string[] {
        return this.asked.filter((one) => one.method === method).map(({ path }) => path)
    }

    async #fetch(url: string, init: RequestInit): Promise<Response> {
        const path = url.replace("/api/v1", "")
        const method = init.method ?? "GET"
        this.asked.push({ method, path, key: new Headers(init.headers).get("idempotency-key") })
        if (this.away) throw new TypeError("no connection")
        const at = this.refuse.findIndex(({ end }) => path.endsWith(end))
        const [refusal] = at < 0 ? [] : this.refuse.splice(at, 1)
        if (refusal !== undefined) {
            const type = `urn:letterlock:problem:${refusal.code}`
            return answer({ type, status: refusal.status, detail: "D.", ...refusal.facts }, refusal.status)
        }
        const done = await this.#do(method, path, init.body)
        const lost = this.lose.findIndex((end) => path.endsWith(end))
        if (lost >= 0) {
            this.lose.splice(lost, 1)
            throw new TypeError("the connection broke")
        }
        return done
    }

    async #do(method: string, path: string, body: BodyInit | null | undefined): Promise<Response> {
        if (path === "/me") return answer(await this.#me())
        if (this.gone.has(path.split("/")[2] ?? "")) return answer({ type: "urn:letterlock:problem:not-found" }, 404)
        if (path.includes("/objects/") && method === "PUT") return this.#object(path, body)
        if (method === "DELETE") this.objects.delete(path.split("/").at(-1) ?? "")
        if (path === "/drafts") return answer({ drafts: this.drafts.length === 0 ? [] : [{ ...DRAFT, id: this.id, thread_id: this.id, saved: this.saved }] })
        if (path.endsWith("/draft/open")) return answer(await this.#openDraft())
        if (method === "GET") return answer({ state: this.state, notice: { state: "queued", detail: null } })
        if (method === "DELETE") return new Response(null, { status: 204 })
        const said = JSON.parse(typeof body === "string" ? body : "{}") as Record<string, unknown>
        if (path.endsWith("/draft")) return this.#keep(said as unknown as KeptDraft)
        if (path === "/lookups") return answer({ lookups: await this.#lookups(said["readers"] as { address: string }[]) })
        if (path === "/messages") return this.#create(said["draft_id"] as string, said["reply_to"] as string | null)
        if (path.endsWith("/signature")) return answer(await this.#sign(said["statement"] as string, said["grants"] as string[]))
        return this.#send(said)
    }

    async #me(): Promise<object> {
        return {
            person: { id: "a".repeat(32), address: ANN, name: "Ann Lee" }, firm: { id: "firm", name: "Hart & Co", portal: "" },
            directory_key: publicKey(DIRECTORY), log_key: "", lookup: await this.#lookup(ANN),
        }
    }

    #lookups(readers: readonly { address: string }[]): Promise<object[]> {
        return Promise.all(readers.map(async ({ address }) => ({ ...(await this.#lookup(address)), name: "" })))
    }

    async #lookup(address: string): Promise<object> {
        const { key, recipient } = await this.keysOf(address)
        const signing_key = address === ANN ? publicKey(SEED) : null
        const text = canonical({
            address, asked: 1, checkpoint: null, custody: "managed", key, level: "managed", recipient, signing_key, until: null, v: 1,
        })
        const log = { text: "", signature: null, history: [] }
        return { text, signature: await sign(LOOKUP_DOMAIN, text, this.forged ? SEED : DIRECTORY), log }
    }

    #create(draft: string, replyTo: string | null): Response {
        const known = this.#ids.get(draft)
        const id = known ?? `${"qrstuvw"[this.#ids.size] ?? "x"}${MESSAGE.slice(1)}`
        if (known === undefined && this.#ids.size > 0) [this.state, this.saved] = ["draft", null]
        this.#ids.set(draft, id)
        this.made.set(draft, replyTo)
        return answer({ id, thread_id: id }, 201)
    }

    /** Of the newest message. */
    get id(): string { return [...this.#ids.values()].at(-1) ?? MESSAGE }

    #object(path: string, body: BodyInit | null | undefined): Response {
        const kept = (body as Uint8Array).slice()
        if (this.damage > 0) kept[0] = (kept[0] ?? 0) ^ 1
        this.damage -= 1
        this.objects.set(path.split("/").at(-1) ?? "", kept)
        return answer({ sha256: createHash("sha256").update(kept).digest("base64url"), size: kept.length }, 201)
    }

    #keep(draft: KeptDraft): Response {
        if (this.state !== "draft") return answer({ type: "urn:letterlock:problem:already-sent" }, 409)
        if (draft.before !== undefined && draft.before !== this.saved) return answer({ type: "urn:letterlock:problem:draft-changed" }, 409)
        this.drafts.push(draft)
        this.saved = (this.saved ?? SAVED) + 1
        return answer({ saved: this.saved })
    }

    async #openDraft(): Promise<object> {
        const { object, envelope } = this.drafts.at(-1) ?? { object: "", envelope: "" }
        const { identity } = await this.keysOf(ANN)
        return { draft_key: await openDraftEnvelope(identity, Buffer.from(envelope, "base64")), object }
    }

    async #sign(statement: string, grants: readonly string[]): Promise<object> {
        parseStatement(statement)
        this.statement = statement
        for (const grant of grants) parseGrant(grant)
        const signed = await Promise.all(grants.map((text) => sign(GRANT_DOMAIN, text, SEED)))
        return { ...await sign(STATEMENT_DOMAIN, statement, SEED), grants: signed }
    }

    async #send(said: Record<string, unknown>): Promise<Response> {
        if (this.state !== "draft" && said["statement_hash"] !== this.#sentHash) return answer({ type: "urn:letterlock:problem:already-sent" }, 409)
        if (this.state !== "draft") return answer({ state: this.state }, 202)
        if (said["statement_hash"] !== await statementHash(this.statement)) return answer({}, 422)
        this.sends += 1
        this.#sentHash = said["statement_hash"]
        this.state = "sealed"
        this.subject = said["subject"] as string
        this.names = said["names"] as Record<string, string>
        for (const { key, age } of said["envelopes"] as { key: string; age: string }[]) {
            this.envelopes.set(key, Buffer.from(age, "base64"))
        }
        return answer({}, 202)
    }
}

const SAVED = 1_795_348_800

const DRAFT = { id: MESSAGE, draft_id: "d", thread_id: MESSAGE, reply_to: null }

const answer = (value: object, status = 200): Response => new Response(JSON.stringify(value), { status })

async function newKeys(): Promise<Keys> {
    const { identity, recipient, fingerprint: key } = await newMessageKey()
    return { identity, recipient, key }
}

/** The public half of an Ed25519 seed, base64url. The prefix makes a PKCS #8 key of it (RFC 8410 section 7). */
function publicKey(seed: Uint8Array): string {
    const key = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed])
    return createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" })).export({ format: "jwk" }).x ?? ""
}
