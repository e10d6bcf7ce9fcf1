/** The firm's server as enrolment.md has it, in memory, and a person's authenticator. Its crypto is real. */

import { canonical, fromBase64url, newMessageKey, recipientFingerprint, toBase64url, verify, type Signature } from "@letterlock/crypto"

import { encryptTo } from "../../../crypto/src/age.ts"
import { encodeText, randomBytes, sha256 } from "../../../crypto/src/bytes.ts"
import * as keys from "../../../crypto/src/ownkeys.ts"
import * as slots from "../../../crypto/src/ownslots.ts"
import { Api, type World } from "../../src/api.ts"
import { toBase64 } from "../../src/bytes.ts"
import type { OwnDesk, Passkeys } from "../../src/own/index.ts"

export const RP = "portal.hart.example"
export const PERSON = "3f0c".repeat(8)

type Body = Readonly<Record<string, unknown>>
interface Kept { slot: string; kind: string; name: string; text: string; created: number; used: number | null }
interface Enrolment { id: string; recipient: string; signing_key: string; slots: Kept[]; challenge: string; bytes: string; old: { key: string; age: string }[] }

/** A managed person whom this server knows, until she is not managed. */
export class Server {
    readonly asked: string[] = []
    readonly bodies: Body[] = []
    /** Answers to change on their way out, by path. */
    readonly bend = new Map<string, (answer: Record<string, unknown>) => unknown>()
    managed: { identity: string; key: string } | null = null
    custody: "managed" | "self-held" = "managed"
    key: string | null = null
    recipient = ""
    slots: Kept[] = []
    old: { key: string; age: string }[] = []
    fresh = true
    over = false
    readonly passkeys: string[] = []
    #enrolment: Enrolment | null = null
    #question = { id: "", bytes: "" }

    async begin(): Promise<this> {
        const { identity, fingerprint: key } = await newMessageKey()
        this.managed = { identity, key }
        this.key = key
        return this
    }

    api(): Api {
        const world: World = {
            fetch: async (url, init) => {
                const path = (url as string).slice("/api/v1".length)
                const body = JSON.parse(typeof init?.body === "string" ? init.body : "{}") as Body
                this.asked.push(`${String(init?.method)} ${path}`)
                this.bodies.push(body)
                return this.#answer(`${String(init?.method)} ${path}`, body)
            },
            wait: () => Promise.resolve(), patience: 1000,
        }
        return new Api("/api/v1", () => Promise.resolve({}), world)
    }

    async #answer(what: string, body: Body): Promise<Response> {
        if (this.over) return problem(401, "not-signed-in")
        const found = await this.#route(what, body)
        if (found instanceof Response) return found
        const bent = this.bend.get(what)?.({ ...found }) ?? found
        return new Response(JSON.stringify(bent), { status: 200 })
    }

    async #route(what: string, body: Body): Promise<Response | Body> {
        if (what === "GET /keys/own") return this.#own(false)
        if (what === "GET /keys/own/slots") return this.#own(true)
        if (what === "POST /passkeys/options") return this.fresh ? { options: { challenge: "c" } } : problem(403, "fresh-code-needed")
        if (what === "POST /passkeys") {
            const { id } = body["credential"] as { id: string }
            this.passkeys.push(id)
            return { id, name: body["name"], created: 1 }
        }
        if (what === "POST /passkeys/challenges") return { options: { challenge: "c" } }
        if (what === "POST /sessions/passkey") return { signed_in: true }
        if (what === "POST /keys/enrolments") return this.fresh ? this.#enrol(body) : problem(403, "fresh-code-needed")
        if (what.startsWith("GET /keys/enrolments/")) return this.#readBack()
        if (what.endsWith("/completion")) return this.fresh ? this.#complete(body) : problem(403, "fresh-code-needed")
        if (what === "POST /keys/challenges") return this.#ask()
        if (what === "POST /keys/slots") return this.#add(body)
        if (what.startsWith("DELETE /keys/slots/")) return this.#remove(what.split("/").at(-1) ?? "", body)
        if (what.startsWith("PATCH /keys/slots/") || what.endsWith("/used")) return {}
        return problem(404, "not-found")
    }

    #own(whole: boolean): Body {
        const shown = this.slots.map(({ text, ...rest }) => whole ? { ...rest, text } : rest)
        return { person: PERSON, rp: RP, custody: this.custody, key: this.key, signing_key: null, slots: shown, ...(whole ? { old: this.old } : {}) }
    }

    async #enrol(body: Body): Promise<Response | Body> {
        const { recipient, signing_key, signature } = body as { recipient: string; signing_key: string; signature: Signature }
        const given = body["slots"] as { text: string; name: string }[]
        const key = await recipientFingerprint(recipient)
        const hashes = (await Promise.all(given.map(({ text }) => sha256(encodeText(text))))).sort()
        const said = canonical({ v: 1, key, person: PERSON, signing_key, slots: hashes })
        if (!(await verify("letterlock/enrolment/v1", said, signature, fromBase64url(signing_key)))) return problem(422, "enrolment-malformed")
        const refusal = this.#rotating(body)
        if (refusal !== null) return refusal
        const bytes = randomBytes(32)
        const content = encodeText(canonical({ v: 1, identity: this.managed?.identity ?? "" }))
        const old = "kept" in body ? body["kept"] as Enrolment["old"] : this.managed === null ? [] : [{ key: this.managed.key, age: toBase64(await encryptTo(recipient, content)) }]
        const challenge = toBase64(await encryptTo(recipient, bytes))
        this.#enrolment = { id: "e".repeat(22), recipient, signing_key, slots: given.map(keptOf), challenge, bytes: toBase64url(bytes), old }
        return { id: this.#enrolment.id, challenge, old }
    }

    /** What is refused of a key in the place of one that she has (section 9). */
    #rotating(body: Body): Response | null {
        if (this.custody === "managed") return null
        if (body["replaces"] !== this.key) return problem(409, "enrolment-outdated")
        if (!("kept" in body)) return null
        const [given, known] = [(body["kept"] as Enrolment["old"]).map(({ key }) => key), [this.key, ...this.old.map(({ key }) => key)]]
        if (given.toSorted().join() !== known.toSorted().join()) return problem(422, "enrolment-malformed")
        return this.#isProved(body) ? null : problem(403, "key-not-proved")
    }

    #readBack(): Response | Body {
        if (this.#enrolment === null) return problem(404, "not-found")
        const { id, challenge, old, slots: kept } = this.#enrolment
        return { id, challenge, old, slots: kept }
    }

    async #complete({ challenge }: Body): Promise<Response | Body> {
        const done = this.#enrolment
        if (done === null || done.bytes !== challenge) return problem(403, "enrolment-not-proved")
        this.custody = "self-held"
        this.key = await recipientFingerprint(done.recipient)
        this.recipient = done.recipient
        this.slots = done.slots
        this.old = done.old
        this.managed = null
        return { key: this.key, backups_until: 1_800_000_000 }
    }

    async #ask(): Promise<Body> {
        const bytes = randomBytes(32)
        this.#question = { id: "q".repeat(22), bytes: toBase64url(bytes) }
        return { id: this.#question.id, challenge: toBase64(await encryptTo(this.recipient, bytes)) }
    }

    #add(body: Body): Response | Body {
        if (!this.#isProved(body)) return problem(403, "key-not-proved")
        this.slots.push(keptOf(body as { text: string; name: string }))
        return {}
    }

    #remove(slot: string, body: Body): Response | Body {
        if (!this.#isProved(body)) return problem(403, "key-not-proved")
        this.slots = this.slots.filter((one) => one.slot !== slot)
        return {}
    }

    #isProved({ proof }: Body): boolean {
        const { id, bytes } = proof as { id: string; bytes: string }
        const right = id === this.#question.id && bytes === this.#question.bytes
        this.#question = { id: "", bytes: "" }
        return right
    }
}

/** Passkeys with a PRF, as an authenticator has them: one secret for each credential and salt. */
export class Authenticator implements Passkeys {
    readonly touches: string[] = []
    readonly made: string[] = []
    /** Which one the person takes; the first that is asked for if null. */
    takes: string | null = null
    prf = true
    readonly #secret = randomBytes(32)

    create = (): Promise<{ credential: unknown; id: string; prf: boolean }> => {
        const id = toBase64url(randomBytes(20))
        this.made.push(id)
        this.touches.push("create")
        return Promise.resolve({ credential: { id, type: "public-key" }, id, prf: this.prf })
    }

    evaluate: Passkeys["evaluate"] = async (rp, asked) => {
        this.touches.push("get")
        const one = asked.find(({ credential }) => credential === this.takes) ?? asked[0]
        if (one === undefined) throw new DOMException("no passkey", "NotAllowedError")
        return { id: one.credential, prf: await this.#secretOf(rp, one.credential, one.salt) }
    }

    assert: Passkeys["assert"] = async (_, known) => {
        this.touches.push("get")
        const id = known?.credential ?? this.takes ?? this.made[0] ?? ""
        return { credential: { id }, id, prf: known === null ? null : await this.#secretOf(RP, id, known.salt) }
    }

    async #secretOf(...parts: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
        const hash = await sha256(encodeText([toBase64url(this.#secret), ...parts].join("|")))
        return fromBase64url(hash)
    }
}

/** A page's desk, with the worker's operations without a worker. `stretch` is no Argon2id: it is as fast as a hash. */
export function deskOf(server: Server, passkeys: Passkeys = new Authenticator()): OwnDesk {
    const api = server.api()
    return {
        call: (work) => work(api), passkeys, rp: RP,
        stretcher: { stretch: async (password, { salt }) => fromBase64url(await sha256(encodeText(`${password}|${salt}`))) },
        crypto: {
            newIdentity: ({ person }) => keys.newIdentity(person),
            newRecoveryCode: () => slots.newRecoveryCode(),
            sealSlots: ({ own, ways }) => slots.sealSlots(own, ways),
            readSlots: ({ texts, owner }) => Promise.resolve(slots.readSlots(texts, owner)),
            openSlot: ({ text, given, owner }) => slots.openSlot(text, given, owner),
            openChallenge: ({ own, challenge }) => keys.openChallenge(own, challenge),
            unwrapOld: ({ own, old }) => keys.unwrapOld(own, old),
            wrapOld: ({ own, to }) => keys.wrapOld(own, to),
            signEnrolment: ({ own, slots: texts }) => keys.signEnrolment(own, texts),
        },
    }
}

/** A managed identity of nobody in particular. */
export async function someIdentity(): Promise<{ identity: string; key: string }> {
    const { identity, fingerprint: key } = await newMessageKey()
    return { identity, key }
}

function keptOf({ text, name }: { text: string; name: string }): Kept {
    const { slot, kind } = JSON.parse(text) as { slot: string; kind: string }
    return { slot, kind, name, text, created: 1, used: null }
}

function problem(status: number, code: string): Response {
    return new Response(JSON.stringify({ type: `urn:letterlock:problem:${code}`, title: "T", status, detail: "D." }), { status })
}
