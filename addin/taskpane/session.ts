/** The pane's side of the API: signed in as whoever sits at Outlook. */

import type { CryptoClient } from "@letterlock/crypto"
import { Api, Problem, type World } from "@letterlock/kit"
import { type Caller, type Desk, openDesk, type Sealer } from "@letterlock/kit/writing/index"

import type { SignIn } from "./signin.ts"

/** The parts of the sign-in that the pane uses. */
export type SignIns = Pick<SignIn, "token" | "again" | "graphToken">

export class Session<Crypto extends Sealer = CryptoClient> {
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
    readonly call: Caller = async (work) => {
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

    /** Sign in for letters that wait for it, with what Entra asked for. @throws NotSignedIn */
    async again(claims: string | null): Promise<void> { await this.#signIn.again(claims) }

    /** For the person's own mailbox in Graph; only the pane uses it. @throws NotSignedIn */
    graphToken(...asked: Parameters<SignIns["graphToken"]>): Promise<string> { return this.#signIn.graphToken(...asked) }

    /** Sign in at the server; the person is made at the first call. */
    desk(): Promise<Desk> {
        return openDesk({ crypto: this.crypto, call: this.call })
    }
}
