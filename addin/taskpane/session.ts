/** The pane's side of the API: signed in as whoever sits at Outlook. */

import type { CryptoClient } from "@letterlock/crypto"
import { Api, Problem, type World } from "@letterlock/kit"
import { KeyNeeded } from "@letterlock/kit/own/desk"
import { type Caller, type Desk, openDesk, type Sealer } from "@letterlock/kit/writing/index"

import type { OwnHere } from "./own-here.ts"
import type { SignIn } from "./signin.ts"

/** What a pane's session has besides its sign-in. */
export interface Around {
    /** The person's own key, where she holds it herself. */
    readonly here?: OwnHere
    readonly world?: World
}

/** The parts of the sign-in that the pane uses. */
export type SignIns = Pick<SignIn, "token" | "again" | "graphToken">

export class Session<Crypto extends Sealer = CryptoClient> {
    readonly crypto: Crypto
    /** Called before Outlook's own sign-in window may open; null when nobody wants to know. */
    onAsking: (() => void) | null = null
    /** Called when the server refuses what was made for, or with, a key that is not the person's any more. */
    onKeyChanged: (() => void) | null = null
    readonly #api: Api
    /** The person's own key, where she holds it herself; null where nothing is opened or signed with it. */
    readonly here: OwnHere | null
    readonly #signIn: SignIns
    #now: Desk | null = null
    #live: Desk | null = null

    constructor(signIn: SignIns, crypto: Crypto, { here, world }: Around = {}) {
        this.crypto = crypto
        this.here = here ?? null
        this.#signIn = signIn
        this.#api = new Api("/api/v1", async () => ({ authorization: `Bearer ${await signIn.token()}` }), world)
    }

    /** Make a call; where the server wants to see the person first, sign in and make the same call once more. */
    readonly call: Caller = async (work) => {
        try {
            return await work(this.#api)
        } catch (error) {
            if (error instanceof Problem && error.code === "own-key-changed") this.onKeyChanged?.()
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

    /**
     * Sign in at the server; the person is made at the first call. Every call gives the same desk, which speaks of the person
     * as the latest one found her: her key may have been replaced meanwhile.
     *
     * @throws LookupRefused if her own key is open here and the directory names another; what openDesk throws.
     */
    async desk(): Promise<Desk> {
        this.#now = await openDesk({ crypto: this.crypto, call: this.call, ...(this.here !== null && { own: this.here.own }) })
        return this.#live ??= this.#makeLive(this.#now)
    }

    #makeLive(first: Desk): Desk {
        const now = (): Desk => this.#now ?? first
        return {
            get held() { return now().held },
            get me() { return now().me },
            get log() { return now().log },
            crypto: first.crypto, call: first.call,
            lookUp: (people) => now().lookUp(people),
            ...(first.own !== undefined && { own: first.own }),
            requireOwn: () => {
                const { lookup, address } = now().me
                if (this.here?.answers(lookup) === false) throw new KeyNeeded("the key is not in this pane", address)
            },
        }
    }
}
