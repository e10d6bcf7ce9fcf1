/**
 * The sandbox's stand-in for office.js, loaded by the add-in's pages with a script tag.
 *
 * It defines `window.Office` with what add-ins need of Outlook, Word and Excel, and
 * `window.nestedAppAuthBridge`, over a wire to the window that must have served this very script. Anywhere else it
 * does as Microsoft's does: `Office.onReady` answers with a null host.
 */
import type { HostContext } from "./protocol.ts"
import { bridge } from "./stand-in/bridge.ts"
import { context } from "./stand-in/context.ts"
import { enums } from "./stand-in/enums.ts"
import { Actions } from "./stand-in/events.ts"
import { Wire } from "./stand-in/wire.ts"

interface HostInfo {
    readonly host: string | null
    readonly platform: string | null
    readonly addin: null
}

const NOWHERE: HostInfo = { host: null, platform: null, addin: null }
const PATIENCE = 5000

const script = document.currentScript
const origin = script instanceof HTMLScriptElement ? new URL(script.src).origin : ""
const actions = new Actions()

const Office: Record<string, unknown> = {
    ...enums,
    context: {},
    actions: { associate: actions.associate },
    initialize: undefined,
}

async function meet(): Promise<HostInfo> {
    if (window.parent === window) return NOWHERE
    const wire = new Wire(origin)
    const host = await Promise.race([
        wire.call("hello") as Promise<HostContext>,
        new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null)),
    ]).catch(() => null)
    if (host === null) return NOWHERE
    Office["context"] = context(wire, host)
    Office["auth"] = { getAuthContext: () => Promise.resolve({ userPrincipalName: host.address }) }
    if (host.profile.signsIn) Object.defineProperty(window, "nestedAppAuthBridge", { value: bridge(wire) })
    actions.listen(wire)
    return { host: host.app, platform: host.profile.platform, addin: null }
}

const ready = meet()
Office["onReady"] = (callback?: (info: HostInfo) => unknown): Promise<HostInfo> => {
    if (callback) void ready.then(callback)
    return ready
}
Object.defineProperty(window, "Office", { value: Office })
