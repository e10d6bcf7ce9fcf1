/** The portal page's side of pairing (docs/spec/pairing.md section 1): see who asks, and hand the key over on her word. */

import { type CryptoClient, type OwnKey, type PairingAsked, PairingRefused, type Platform, type Program } from "@letterlock/crypto"

import { toBase64 } from "../bytes.ts"
import { codeIn } from "../code.ts"
import { type Members, members, moment, text, textOr, Unexpected } from "../shape.ts"
import { calling, type OwnDesk } from "./desk.ts"
import { prove } from "./slots.ts"

export interface AnswerDesk {
    readonly call: OwnDesk["call"]
    readonly crypto: Pick<CryptoClient, "linkedPairing" | "answerPairing" | "openChallenge">
}

/** The pane that waits, as the server tells of it. Nothing of it is certain before the code was right. */
export interface WaitingPane {
    readonly id: string
    readonly asked: PairingAsked
    /** What the pane's request said of its browser, in words; possibly empty. */
    readonly browser: string
    readonly created: Date
    readonly expires: Date
}

/** Five wrong codes: the pane has to begin again. Nothing was handed over. */
export class TriesUsed extends Error {
    override readonly name = "TriesUsed"
}

const TRIES = 5
const PROGRAMS: readonly Program[] = ["outlook", "word", "excel"]
const PLATFORMS: readonly Platform[] = ["web", "windows", "mac", "phone", "other"]

/**
 * k of an address: `location.hash`. The page takes it out of the address at once.
 *
 * @throws PairingRefused `pairing-link`.
 */
export function kIn(hash: string): string {
    const k = /^#?(?<k>[\w-]{43})$/u.exec(hash)?.groups?.["k"]
    if (k === undefined) throw new PairingRefused("pairing-link")
    return k
}

/**
 * The pane that the link is about.
 *
 * @throws PairingRefused `pairing-link`; Problem `pairing-gone`: it is over, or somebody else's.
 */
export async function fetchWaiting(desk: AnswerDesk, k: string): Promise<WaitingPane> {
    const { id } = await desk.crypto.linkedPairing({ k })
    const said = members(await calling(desk, (api) => api.get(`/keys/pairings/${id}`)))
    const asked = {
        program: oneOf(PROGRAMS, said, "program"), platform: oneOf(PLATFORMS, said, "platform"),
        recipient: text(said, "recipient"), tag: text(said, "tag"),
    }
    return { id, asked, browser: textOr(said, "browser", ""), created: moment(said, "created"), expires: moment(said, "expires") }
}

/** It was not she who asked: the pairing is over. */
export async function refusePairing(desk: Pick<AnswerDesk, "call">, id: string): Promise<void> {
    await calling(desk, (api) => api.delete(`/keys/pairings/${id}`))
}

/** One pairing's answer, with five tries of the code. */
export class Answering {
    readonly #desk: AnswerDesk
    readonly #k: string
    readonly #waiting: WaitingPane
    #left = TRIES
    /** The answer of the code that was right, so that it is posted again and not another. */
    #sealed: { readonly code: string; readonly answer: string } | null = null

    constructor(desk: AnswerDesk, k: string, waiting: WaitingPane) {
        this.#desk = desk
        this.#k = k
        this.#waiting = waiting
    }

    /** Tries that are left. */
    get left(): number { return this.#left }

    /**
     * Hand the key over, if the code is the pane's. May be called again after anything but {@link TriesUsed}.
     *
     * @param own - Open, with the identities that she had before.
     * @param typed - As she typed it.
     * @throws PairingRefused `pairing-code`, without a try lost where no pane shows such a code; {@link TriesUsed} after the fifth; Problem `pairing-gone`, `pairing-answered`; Unreachable.
     */
    async give(own: OwnKey, typed: string): Promise<void> {
        if (this.#left === 0) throw new TriesUsed("five wrong codes")
        const code = codeIn(typed)
        if (!/^[A-HJ-NP-Z2-9]{8}$/u.test(code)) throw new PairingRefused("pairing-code")
        const answer = await this.#answer(own, code)
        const proof = await prove(this.#desk, own)
        await calling(this.#desk, (api) => api.post(`/keys/pairings/${this.#waiting.id}/answer`, { body: { answer, proof } }))
    }

    async #answer(own: OwnKey, code: string): Promise<string> {
        if (this.#sealed?.code === code) return this.#sealed.answer
        const { asked, id } = this.#waiting
        try {
            const { bytes } = await this.#desk.crypto.answerPairing({ own, k: this.#k, code, asked })
            this.#sealed = { code, answer: toBase64(bytes) }
            return this.#sealed.answer
        } catch (error) {
            if (!(error instanceof PairingRefused && error.code === "pairing-code")) throw error
            this.#left -= 1
            if (this.#left > 0) throw error
            // Loading the page again would give five more; the pane is told by this that it is over.
            await refusePairing(this.#desk, id).catch(() => undefined)
            throw new TriesUsed("five wrong codes")
        }
    }
}

function oneOf<T extends string>(allowed: readonly T[], said: Members, name: string): T {
    const found = allowed.find((each) => each === said[name])
    if (found === undefined) throw new Unexpected(`${name} is unknown`)
    return found
}
