/** The firm's server as pairing.md section 3 has it, in memory, with a pane and a page of one person. Its crypto is real. */

import { newMessageKey, type OwnKey, type PairingAsked, toBase64url } from "@letterlock/crypto"

import { encryptTo } from "../../../crypto/src/age.ts"
import { randomBytes } from "../../../crypto/src/bytes.ts"
import { decodeIdentity } from "../../../crypto/src/keytext.ts"
import { hold, newSeeds } from "../../../crypto/src/own.ts"
import * as keys from "../../../crypto/src/ownkeys.ts"
import * as pairing from "../../../crypto/src/ownpairing.ts"
import * as kept from "../../../crypto/src/pane.ts"
import { Api, type World } from "../../src/api.ts"
import { toBase64 } from "../../src/bytes.ts"
import type { AnswerDesk } from "../../src/own/index.ts"
import type { PaneDesk, PaneStorage } from "../../src/own/pane.ts"

export const PERSON = "3f0c".repeat(8)

type Body = Readonly<Record<string, unknown>>
interface Kept extends PairingAsked { id: string; answer: string | null; pane: string | null }

export class Pairings {
    readonly asked: string[] = []
    readonly bodies: Body[] = []
    /** Answers to change on their way out, by path; a number is a refusal of that status. */
    readonly bend = new Map<string, (answer: Body) => Body | number>()
    readonly panes = new Map<string, { share: string; kept: boolean }>()
    /** No network. */
    away = false
    current: Kept | null = null
    readonly #own: OwnKey
    #proof = ""

    constructor(own: OwnKey) {
        this.#own = own
    }

    api(): Api {
        const world: World = {
            fetch: async (url, init) => {
                const path = (url as string).slice("/api/v1".length)
                const body = JSON.parse(typeof init?.body === "string" ? init.body : "{}") as Body
                if (this.away) throw new TypeError("no network")
                const what = `${String(init?.method)} ${path}`
                this.asked.push(what)
                this.bodies.push(body)
                return this.#answer(what, body)
            },
            wait: () => Promise.resolve(), patience: 1000,
        }
        return new Api("/api/v1", () => Promise.resolve({}), world)
    }

    async #answer(what: string, body: Body): Promise<Response> {
        const found = await this.#route(what, body)
        if (found instanceof Response) return found
        const bent = this.bend.get(what.replace(this.current?.id ?? " ", "{id}"))?.({ ...found }) ?? found
        return typeof bent === "number" ? problem(bent, "unexpected") : new Response(JSON.stringify(bent), { status: 200 })
    }

    async #route(what: string, body: Body): Promise<Response | Body> {
        if (what === "POST /pairings") return this.#begin(body)
        if (what === "POST /keys/challenges") return this.#challenge()
        const pane = /^(?:POST|DELETE) \/panes\/(?<id>[^/]+)(?:\/share)?$/u.exec(what)?.groups?.["id"]
        if (pane !== undefined) return this.#pane(pane, what)
        const now = this.current
        if (now === null || !what.includes(`/pairings/${now.id}`)) return problem(404, "pairing-gone")
        if (what.startsWith("GET /pairings/")) return { state: now.answer === null && now.pane === null ? "waiting" : "answered", answer: now.answer }
        if (what.endsWith("/completion")) return this.#complete(now, body["kept"] === true)
        if (what.startsWith("GET /keys/pairings/")) return { ...now, browser: "Edge on Windows", created: 1_800_000_000, expires: 1_800_000_600 }
        if (what.endsWith("/answer")) return this.#take(now, body)
        this.current = null
        return {}
    }

    #begin(body: Body): Body {
        this.current = { ...(body as unknown as Kept), answer: null, pane: null }
        return { expires: 1_800_000_600 }
    }

    async #challenge(): Promise<Body> {
        const bytes = randomBytes(32)
        this.#proof = toBase64url(bytes)
        return { id: "q".repeat(22), challenge: toBase64(await encryptTo(this.#own.recipient, bytes)) }
    }

    #take(now: Kept, { answer, proof }: Body): Response | Body {
        if (now.answer !== null) return now.answer === answer ? {} : problem(409, "pairing-answered")
        if ((proof as { bytes: string }).bytes !== this.#proof) return problem(403, "key-not-proved")
        now.answer = answer as string
        return {}
    }

    #complete(now: Kept, isKept: boolean): Response | Body {
        if (now.answer === null && now.pane === null) return problem(409, "pairing-unanswered")
        now.pane ??= toBase64url(randomBytes(16))
        now.answer = null
        const share = this.panes.get(now.pane)?.share ?? toBase64url(randomBytes(32))
        this.panes.set(now.pane, { share, kept: isKept })
        return { pane: now.pane, share }
    }

    #pane(id: string, what: string): Response | Body {
        const found = this.panes.get(id)
        if (found === undefined) return problem(404, "pane-forgotten")
        if (what.startsWith("POST")) return { share: found.share }
        this.panes.delete(id)
        return {}
    }
}

/** A disk that copies what it is given, as IndexedDB does. */
export class Disk implements PaneStorage {
    value: unknown = null
    /** How many times it still takes something. */
    room = Infinity
    works = (): Promise<boolean> => Promise.resolve(this.room > 0)
    get = (): Promise<unknown> => Promise.resolve(this.value)
    put = (value: unknown): Promise<boolean> => {
        if (this.room > 0) this.value = structuredClone(value)
        return Promise.resolve(this.room > 0)
    }
    clear = (): Promise<void> => {
        this.value = null
        return Promise.resolve()
    }
}

export interface Setting {
    readonly server: Pairings
    readonly own: OwnKey
    readonly pane: PaneDesk & { readonly storage: Disk }
    readonly page: AnswerDesk
    readonly me: { readonly id: string; readonly lookup: OwnKey }
}

/** Somebody who holds her key herself, had another before, and has one pane. */
export async function setting(): Promise<Setting> {
    const before = await newMessageKey()
    const own = await hold(PERSON, { ...newSeeds(), old: [decodeIdentity(before.identity)] }, [before.fingerprint])
    const server = new Pairings(own)
    const api = server.api()
    const call: PaneDesk["call"] = (work) => work(api)
    const pane = {
        call, storage: new Disk(), crypto: {
            newPairing: ({ person, ...asker }: Parameters<PaneDesk["crypto"]["newPairing"]>[0]) => pairing.newPairing(person, asker),
            openPairing: ({ pairing: held, answer, lookup }: Parameters<PaneDesk["crypto"]["openPairing"]>[0]) => pairing.openPairing(held, answer, lookup),
            keepOwn: ({ own: given, ...share }: Parameters<PaneDesk["crypto"]["keepOwn"]>[0]) => kept.keepOwn(given, share),
            reopenOwn: ({ kept: given, share }: Parameters<PaneDesk["crypto"]["reopenOwn"]>[0]) => kept.reopenOwn(given, share),
        },
    }
    const page: AnswerDesk = {
        call, crypto: {
            linkedPairing: ({ k }) => pairing.linkedPairing(k),
            answerPairing: ({ own: given, ...vouching }) => pairing.answerPairing(given, vouching),
            openChallenge: ({ own: given, challenge }) => keys.openChallenge(given, challenge),
        },
    }
    return { server, own, pane, page, me: { id: PERSON, lookup: own } }
}

function problem(status: number, code: string): Response {
    return new Response(JSON.stringify({ type: `urn:letterlock:problem:${code}`, title: "T", status, detail: "D." }), { status })
}
