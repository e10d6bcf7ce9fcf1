/**
 * `window.nestedAppAuthBridge`: where MSAL looks for a host that signs in for it.
 *
 * MSAL hands over JSON text and listens for JSON text; the Outlook window answers. Protocol:
 * naa/BridgeProxy.ts of @azure/msal-browser.
 */
import { isRequest, refusal } from "../nested-auth.ts"
import type { Wire } from "./wire.ts"

type Listener = (response: string) => void

/** What MSAL expects to find. */
export interface Bridge {
    addEventListener: (event: string, listener: Listener) => void
    removeEventListener: (event: string, listener: Listener) => void
    postMessage: (message: string) => void
}

/** A bridge over the wire. */
export function bridge(wire: Wire): Bridge {
    const listeners = new Set<Listener>()
    const tell = (response: string): void => {
        for (const listener of listeners) listener(response)
    }
    return {
        addEventListener: (_event, listener) => void listeners.add(listener),
        removeEventListener: (_event, listener) => void listeners.delete(listener),
        postMessage: (message) => {
            const request: unknown = JSON.parse(message)
            if (!isRequest(request)) return
            wire.call("nestedAuth", message).then(
                (answer) => { tell(String(answer)) },
                () => { tell(refusal(request.requestId, "PERSISTENT_ERROR", "The window did not answer.")) },
            )
        },
    }
}
