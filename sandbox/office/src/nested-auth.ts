/** Envelopes of nested app authentication, as @azure/msal-browser 5 writes and reads them. */

/** MSAL's question. `tokenParams` is absent for GetInitContext. */
export interface AuthRequest {
    readonly messageType: "NestedAppAuthRequest"
    readonly method: "GetInitContext" | "GetToken" | "GetTokenPopup"
    readonly requestId: string
    readonly tokenParams?: {
        readonly clientId: string
        readonly scope: string
        readonly claims?: string
    }
}

/** MSAL's BridgeStatusCode. */
export type Status =
    | "USER_INTERACTION_REQUIRED" | "USER_CANCEL" | "NO_NETWORK" | "TRANSIENT_ERROR"
    | "PERSISTENT_ERROR" | "DISABLED" | "ACCOUNT_UNAVAILABLE" | "NESTED_APP_AUTH_UNAVAILABLE"

const METHODS: readonly unknown[] = ["GetInitContext", "GetToken", "GetTokenPopup"]

/** Whether a parsed message is MSAL's question. */
export const isRequest = (data: unknown): data is AuthRequest =>
    typeof data === "object" && data !== null &&
    "messageType" in data && data.messageType === "NestedAppAuthRequest" &&
    "requestId" in data && typeof data.requestId === "string" &&
    "method" in data && METHODS.includes(data.method)

/** A good answer: `more` is `initContext`, or `token` and `account`. */
export const success = (requestId: string, more: object): string =>
    JSON.stringify({ messageType: "NestedAppAuthResponse", requestId, success: true, ...more })

/** A refusal. `code` is OAuth's error, MSAL shows it in its own. */
export const refusal = (requestId: string, status: Status, description: string, code?: string): string =>
    JSON.stringify({
        messageType: "NestedAppAuthResponse", requestId, success: false,
        error: { status, description, ...(code === undefined ? {} : { code }) },
    })
