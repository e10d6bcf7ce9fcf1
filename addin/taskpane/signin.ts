/**
 * Signing the pane in: MSAL by nested app authentication.
 *
 * MSAL looks for Outlook's bridge once, when its client is made, and silently does without for the
 * life of the page: so the client is made after Office is ready. Nothing is kept in storage, which
 * throws in a pane whose host blocks it.
 */

import {
    createNestablePublicClientApplication, InteractionRequiredAuthError,
    type AuthenticationResult, type IPublicClientApplication,
} from "@azure/msal-browser"
import { NotSignedIn } from "@letterlock/kit/writing/index"

export interface Registration {
    readonly clientId: string
    readonly authority: string
    /** Our own API's scope. */
    readonly scope: string
}

/** What the pane asks of Graph for itself, each when it is first needed. */
export type GraphScope = "Mail.ReadWrite" | "People.Read"

const SPARE = 120_000   // milliseconds of life that a token must still have

const isFresh = ({ expiresOn }: AuthenticationResult): boolean => (expiresOn?.getTime() ?? 0) - Date.now() > SPARE

export class SignIn {
    readonly #msal: IPublicClientApplication
    readonly #scopes: string[]
    #latest: AuthenticationResult | null = null
    readonly #graph = new Map<GraphScope, AuthenticationResult>()

    constructor(msal: IPublicClientApplication, scope: string) {
        this.#msal = msal
        this.#scopes = [scope]
    }

    /** Call after Office is ready. */
    static async create({ clientId, authority, scope }: Registration): Promise<SignIn> {
        const host = new URL(authority).host
        const msal = await createNestablePublicClientApplication({
            auth: { clientId, authority, knownAuthorities: [host] },
            cache: { cacheLocation: "memoryStorage" },
        })
        return new SignIn(msal, scope)
    }

    /** An access token for our API: silently, else in a window of Outlook's. @throws NotSignedIn */
    async token(): Promise<string> {
        const latest = this.#latest
        if (latest !== null && isFresh(latest)) return latest.accessToken
        try {
            return this.#keep(await this.#msal.acquireTokenSilent({ scopes: this.#scopes }))
        } catch (error) {
            if (!(error instanceof InteractionRequiredAuthError)) throw new NotSignedIn("silent", { cause: error })
            return this.#ask({})
        }
    }

    /**
     * A token for one permission at Graph, for this pane alone: it never goes to our server. Outlook asks the person
     * the first time, unless it is to be `quiet`. @throws NotSignedIn where she, or the firm, does not agree
     */
    async graphToken(scope: GraphScope = "Mail.ReadWrite", quiet = false): Promise<string> {
        const latest = this.#graph.get(scope)
        if (latest !== undefined && isFresh(latest)) return latest.accessToken
        const scopes = [scope]
        const result = await this.#msal.acquireTokenSilent({ scopes }).catch((error: unknown) => {
            if (quiet || !(error instanceof InteractionRequiredAuthError)) throw new NotSignedIn("silent", { cause: error })
            return this.#msal.acquireTokenPopup({ scopes }).catch((cause: unknown) => { throw new NotSignedIn("asked", { cause }) })
        })
        this.#graph.set(scope, result)
        return result.accessToken
    }

    /** Sign in anew: with what Entra challenged for, or because the token was refused. @throws NotSignedIn */
    async again(claims: string | null): Promise<void> {
        this.#latest = null
        if (claims !== null) {
            await this.#ask({ claims })
            return
        }
        try {
            this.#keep(await this.#msal.acquireTokenSilent({ scopes: this.#scopes, forceRefresh: true }))
        } catch {
            await this.#ask({})
        }
    }

    async #ask(more: { readonly claims?: string }): Promise<string> {
        try {
            return this.#keep(await this.#msal.acquireTokenPopup({ scopes: this.#scopes, ...more }))
        } catch (cause) {
            throw new NotSignedIn("asked", { cause })
        }
    }

    #keep(result: AuthenticationResult): string {
        this.#latest = result
        return result.accessToken
    }
}
