/** Office.context of a task pane in a window of the sandbox. */
import { isAtLeast, setsOf } from "../profiles.ts"
import type { HostContext, ReadItem } from "../protocol.ts"
import { officeDocument } from "./document.ts"
import { composeItem, handlers, readItem } from "./item.ts"
import { report } from "./results.ts"
import type { Wire } from "./wire.ts"

const VERSION = "16.0.0.0"

const theme = (dark: boolean): object =>
    dark
        ? { bodyBackgroundColor: "#1f1f1f", bodyForegroundColor: "#f2f2f2", controlBackgroundColor: "#2b2b2b", controlForegroundColor: "#f2f2f2", isDarkTheme: true }
        : { bodyBackgroundColor: "#ffffff", bodyForegroundColor: "#1f1f1f", controlBackgroundColor: "#f5f5f5", controlForegroundColor: "#1f1f1f", isDarkTheme: false }

function roaming(wire: Wire, initial: Readonly<Record<string, unknown>>): object {
    const values = new Map(Object.entries(initial))
    return {
        get: (name: string) => values.get(name),
        set: (name: string, value: unknown) => void values.set(name, value),
        remove: (name: string) => void values.delete(name),
        saveAsync: (...rest: readonly unknown[]) => {
            report(wire.call("roaming.save", Object.fromEntries(values)), rest)
        },
    }
}

/** EWS and REST ids differ in two characters. */
const toRest = (id: string): string => id.replaceAll("/", "-").replaceAll("+", "_")
const toEws = (id: string): string => id.replaceAll("-", "/").replaceAll("_", "+")

function mailbox(wire: Wire, host: HostContext): object {
    const { mailbox: set, hostName } = host.profile
    const box = {
        userProfile: {
            emailAddress: host.address,
            displayName: host.name,
            ...(isAtLeast(set, "1.6") ? { accountType: "enterprise" } : {}),
            timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
        diagnostics: { hostName, hostVersion: VERSION },
        item: host.item ? readItem(wire, host.item, set) : composeItem(wire, set),
        convertToRestId: toRest,
        convertToEwsId: toEws,
        ...(isAtLeast(set, "1.5") ? handlers(wire) : {}),
    }
    wire.on("read-item", (item) => { box.item = readItem(wire, item as ReadItem, set) })
    return box
}

function dialogs(rest: readonly unknown[]): void {
    report(Promise.reject(new Error("no dialogs in the sandbox")), rest)
}

/** Office.context.requirements.isSetSupported of the imitated client. */
function supports({ profile, app }: HostContext): (name: string, least?: number | string) => boolean {
    const sets = setsOf(profile, app)
    return (name, least = "1.1") => {
        const held = sets[name.toLowerCase()]
        return held !== undefined && isAtLeast(held, String(least))
    }
}

const ui = (wire: Wire): object => ({
    openBrowserWindow: (url: string) => void wire.call("openBrowserWindow", url),
    closeContainer: () => void wire.call("closeContainer"),
    displayDialogAsync: (_url: string, ...rest: readonly unknown[]) => { dialogs(rest) },
    messageParent: () => undefined,
    addHandlerAsync: (_event: string, _handler: unknown, ...rest: readonly unknown[]) => { report(Promise.resolve(), rest) },
})

/** The whole of Office.context. */
export function context(wire: Wire, host: HostContext): object {
    const { app, profile } = host
    const hasTheme = app !== "Outlook" || isAtLeast(profile.mailbox, "1.14")
    return {
        host: app,
        platform: profile.platform,
        displayLanguage: "en-GB",
        contentLanguage: "en-GB",
        diagnostics: { host: app, platform: profile.platform, version: VERSION },
        partitionKey: "sandbox",
        ...(hasTheme ? { officeTheme: theme(host.dark) } : {}),
        touchEnabled: profile.platform === "iOS",
        requirements: { isSetSupported: supports(host) },
        ui: ui(wire),
        ...(app === "Outlook"
            ? { roamingSettings: roaming(wire, host.roaming), mailbox: mailbox(wire, host) }
            : { document: officeDocument(wire, host.url) }),
    }
}
