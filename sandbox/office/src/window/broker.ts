/** Signs the add-in in as the window's person: the host's part of nested app authentication. */
import { isRequest, refusal, success, type AuthRequest, type Status } from "../nested-auth.ts"
import { Refused, type Api } from "./api.ts"
import { button, el } from "./dom.ts"

const FACTOR = {
    title: "Approve sign-in", words: "Your firm asks for a second factor. In the sandbox, a press stands for it.", yes: "Approve",
}
const PEOPLE: typeof FACTOR = {
    title: "Permissions requested", words: "Letterlock would like to see the people whom you work with and your contacts (People.Read).", yes: "Accept",
}

/** Claims of a JWT, unverified: the window got it from its own server. */
function claimsOf(token: string): Record<string, unknown> {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")
    const bytes = Uint8Array.from(atob(part), (char) => char.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
}

/**
 * Ask the person something, as Entra's own page would.
 *
 * @returns false when the person cancels.
 */
function confirmed({ title, words, yes: accept }: typeof FACTOR): Promise<boolean> {
    return new Promise((resolve) => {
        const dialog = el("dialog", { class: "sign-in", "aria-labelledby": "sign-in-title" })
        const answer = (yes: boolean) => (): void => {
            dialog.close()
            dialog.remove()
            resolve(yes)
        }
        dialog.append(
            el("h2", { id: "sign-in-title" }, title),
            el("p", {}, words),
            button(accept, answer(true), { class: "primary" }), button("Cancel", answer(false)))
        dialog.addEventListener("cancel", answer(false))
        document.body.append(dialog)
        dialog.showModal()
    })
}

/** Answers MSAL's questions for one pane. */
export class Broker {
    readonly #api: Api
    readonly #origin: string

    /** @param origin - The add-in's origin, for which Entra is asked. */
    constructor(api: Api, origin: string) {
        this.#api = api
        this.#origin = origin
    }

    /** Answer one message of `nestedAppAuthBridge`; `refuse` is the failure switch. */
    async answer(message: string, refuse: string | undefined): Promise<string> {
        const request: unknown = JSON.parse(message)
        if (!isRequest(request)) throw new TypeError("not a nested app authentication request")
        const id = request.requestId
        if (request.method === "GetInitContext")
            return success(id, { initContext: { sdkName: "sandbox", sdkVersion: "1.0.0", capabilities: { queryAccount: false } } })
        if (refuse !== undefined) return refusal(id, refuse as Status, "A fault set in the sandbox.", "fault")
        try {
            return await this.#token(request)
        } catch (error) {
            return this.#refused(id, error)
        }
    }

    async #token({ requestId, method, tokenParams }: AuthRequest): Promise<string> {
        const interactive = method === "GetTokenPopup"
        const claims = tokenParams?.claims
        if (interactive && claims?.includes("capolids") && !(await confirmed(FACTOR)))
            return refusal(requestId, "USER_CANCEL", "The person cancelled.", "user_cancel")
        if (interactive && tokenParams?.scope.includes("People.Read") === true && !(await confirmed(PEOPLE)))
            return refusal(requestId, "USER_CANCEL", "The person declined.", "user_cancel")
        const body = await this.#api.token({
            origin: this.#origin, client: tokenParams?.clientId, scope: tokenParams?.scope, claims, interactive,
        })
        const idClaims = claimsOf(String(body["id_token"]))
        const authority = String(idClaims["iss"]).replace(/\/v2\.0$/, "")
        return success(requestId, {
            token: {
                access_token: body["access_token"], id_token: body["id_token"], expires_in: body["expires_in"],
                scope: body["scope"], properties: null, authority,
            },
            account: {
                homeAccountId: body["home_account_id"], environment: new URL(authority).host,
                tenantId: body["tenant"], username: idClaims["preferred_username"],
                localAccountId: idClaims["oid"], name: idClaims["name"], idTokenClaims: idClaims,
            },
        })
    }

    #refused(requestId: string, error: unknown): string {
        if (!(error instanceof Refused)) return refusal(requestId, "NO_NETWORK", "The sandbox does not answer.", "no_network")
        const { error: code, error_description: description } = error.body
        const status = code === "interaction_required" ? "USER_INTERACTION_REQUIRED" : "PERSISTENT_ERROR"
        return refusal(requestId, status,
            typeof description === "string" ? description : error.message, typeof code === "string" ? code : "unknown_error")
    }
}
