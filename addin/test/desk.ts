/** A small server on the far side of the pane's API: http.md section 3, in memory, which can lose its answers. */

import { createPrivateKey, createPublicKey } from "node:crypto"

import {
    canonical, LOOKUP_DOMAIN, newMessageKey, openEnvelope, parseStatement, sealEnvelopes,
    sealObjects, sign, STATEMENT_DOMAIN, statementHash, verifyLookup, type Opened,
} from "@letterlock/crypto"
import type { World } from "@letterlock/kit"

import { Session } from "../taskpane/session.ts"

interface Keys { readonly identity: string; readonly recipient: string; readonly key: string }
interface Asked { readonly method: string; readonly path: string; readonly key: string | null; readonly token: string | null }

const MESSAGE = "q8Zr3kVtY1mXw0bHc7LdPA"
const SEED = new Uint8Array(32).fill(7)
const DIRECTORY = new Uint8Array(32).fill(9)

export class Desk {
    readonly asked: Asked[] = []
    /** Path endings whose next answers are lost on the way back, and those that are refused instead. */
    readonly lose: string[] = []
    readonly refuse: { end: string; status: number; code: string; facts?: object }[] = []
    state = "draft"
    sends = 0
    statement = ""
    subject = ""
    readonly drafts = new Set<string>()
    readonly objects = new Map<string, Uint8Array>()
    readonly envelopes = new Map<string, Uint8Array>()
    readonly #people = new Map<string, Keys>()
    readonly claims: (string | null)[] = []

    session(): Session {
        const signIn = {
            token: () => Promise.resolve(`token ${String(this.claims.length)}`),
            again: (claims: string | null) => {
                this.claims.push(claims)
                return Promise.resolve()
            },
        }
        const crypto = {
            verifyLookup: ({ text, signature, directoryKey, address }: Parameters<Session["crypto"]["verifyLookup"]>[0]) =>
                verifyLookup(text, signature, directoryKey, { address }),
            sealObjects: (draft: Parameters<typeof sealObjects>[0]) => sealObjects(draft),
            sealEnvelopes: (draft: Parameters<typeof sealEnvelopes>[0]) => sealEnvelopes(draft),
        }
        const world: World = {
            fetch: (url, init) => this.#fetch(typeof url === "string" ? url : "", init ?? {}), wait: () => Promise.resolve(), patience: 10_000,
        }
        return new Session(signIn, crypto, world)
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

    async #fetch(url: string, init: RequestInit): Promise<Response> {
        const path = url.replace("/api/v1", "")
        const headers = new Headers(init.headers)
        const method = init.method ?? "GET"
        this.asked.push({ method, path, key: headers.get("idempotency-key"), token: headers.get("authorization") })
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
        if (path.includes("/objects/")) return this.#object(path, body)
        if (method === "GET") return answer({ state: this.state, notice: { state: "queued", detail: null } })
        const said = JSON.parse(typeof body === "string" ? body : "{}") as Record<string, unknown>
        if (path === "/lookups") return answer({ lookups: await this.#lookups(said["readers"] as { address: string }[]) })
        if (path === "/messages") return this.#create(said["draft_id"] as string)
        if (path.endsWith("/signature")) return answer(await this.#sign(said["statement"] as string))
        return this.#send(said)
    }

    async #me(): Promise<object> {
        return {
            person: { address: "ann@hart.example", name: "Ann Lee" }, firm: { id: "firm", name: "Hart & Co", portal: "" },
            directory_key: publicKey(DIRECTORY), lookup: await this.#lookup("ann@hart.example"),
        }
    }

    #lookups(readers: readonly { address: string }[]): Promise<object[]> {
        return Promise.all(readers.map(async ({ address }) => ({ ...(await this.#lookup(address)), name: "" })))
    }

    async #lookup(address: string): Promise<object> {
        const { key, recipient } = await this.keysOf(address)
        const signing_key = address === "ann@hart.example" ? publicKey(SEED) : null
        const text = canonical({
            address, asked: 1, checkpoint: null, custody: "managed", key, level: "managed", recipient, signing_key, v: 1,
        })
        return { text, signature: await sign(LOOKUP_DOMAIN, text, DIRECTORY) }
    }

    #create(draft: string): Response {
        this.drafts.add(draft)
        return answer({ id: MESSAGE, thread_id: MESSAGE }, 201)
    }

    #object(path: string, body: BodyInit | null | undefined): Response {
        this.objects.set(path.split("/").at(-1) ?? "", body as Uint8Array)
        return answer({}, 201)
    }

    async #sign(statement: string): Promise<object> {
        if (this.state !== "draft") return { type: "urn:letterlock:problem:already-sent" }
        parseStatement(statement)
        this.statement = statement
        return sign(STATEMENT_DOMAIN, statement, SEED)
    }

    async #send(said: Record<string, unknown>): Promise<Response> {
        if (this.state !== "draft") return answer({ state: this.state }, 202)
        if (said["statement_hash"] !== await statementHash(this.statement)) return answer({}, 422)
        this.sends += 1
        this.state = "sealed"
        this.subject = said["subject"] as string
        for (const { key, age } of said["envelopes"] as { key: string; age: string }[]) {
            this.envelopes.set(key, Buffer.from(age, "base64"))
        }
        return answer({}, 202)
    }
}

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

