/** The pane's side of the API: signed in, with look-ups verified (http.md section 3). */

import type { CryptoClient, Lookup } from "@letterlock/crypto"
import { Api, list, type Members, members, type Person, Problem, text, textOr, type World } from "@letterlock/kit"

import type { SignIn } from "./signin.ts"

/** Who writes, as the firm's server knows him. */
export interface Me {
    readonly address: string
    readonly name: string
    readonly firm: string
    readonly directoryKey: string
    readonly lookup: Lookup
}

export interface Found {
    readonly lookup: Lookup
    readonly name: string
}

/** The parts of the sign-in and of the crypto worker that the pane uses. */
export type SignIns = Pick<SignIn, "token" | "again">
export type Crypto = Pick<CryptoClient, "verifyLookup" | "sealObjects" | "sealEnvelopes">

export class Session {
    readonly crypto: Crypto
    /** Called before Outlook's own sign-in window may open; null when nobody wants to know. */
    onAsking: (() => void) | null = null
    readonly #api: Api
    readonly #signIn: SignIns

    constructor(signIn: SignIns, crypto: Crypto, world?: World) {
        this.crypto = crypto
        this.#signIn = signIn
        this.#api = new Api("/api/v1", async () => ({ authorization: `Bearer ${await signIn.token()}` }), world)
    }

    /** Make a call; where the server wants to see the person first, sign in and make the same call once more. */
    async call<Value>(work: (api: Api) => Promise<Value>): Promise<Value> {
        try {
            return await work(this.#api)
        } catch (error) {
            if (!(error instanceof Problem) || error.status !== 401) throw error
            const claims = error.facts["claims"]
            this.onAsking?.()
            await this.#signIn.again(typeof claims === "string" && claims !== "" ? claims : null)
            return work(this.#api)
        }
    }

    /** Sign in at the server; the person is made at the first call. */
    async me(): Promise<Me> {
        const answer = members(await this.call((api) => api.put("/me")))
        const person = members(answer["person"])
        const address = text(person, "address")
        const directoryKey = text(answer, "directory_key")
        const lookup = await this.#verify(members(answer["lookup"]), directoryKey, address)
        return { address, name: text(person, "name"), firm: text(members(answer["firm"]), "id"), directoryKey, lookup }
    }

    /** What the directory holds for some addresses, in their order. A new address gets a key. */
    async lookUp(me: Me, people: readonly Person[]): Promise<readonly Found[]> {
        const readers = people.map(({ address }) => ({ address }))
        const answer = members(await this.call((api) => api.post("/lookups", { body: { readers } })))
        const said = list(answer["lookups"]).map(members)
        return Promise.all(people.map(async ({ address }, index) => {
            const one = said[index] ?? {}
            return { lookup: await this.#verify(one, me.directoryKey, address), name: textOr(one, "name", "") }
        }))
    }

    #verify(said: Members, directoryKey: string, address: string): Promise<Lookup> {
        return this.crypto.verifyLookup(
            { text: text(said, "text"), signature: said["signature"], directoryKey, address })
    }
}
