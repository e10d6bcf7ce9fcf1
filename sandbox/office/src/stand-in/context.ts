/** Office.context of a task pane in the sandbox's Outlook window. */
import type { HostContext, ReadItem } from "../protocol.ts"
import { enums, isSetSupported } from "./enums.ts"
import { composeItem, handlers, readItem } from "./item.ts"
import { report } from "./results.ts"
import type { Wire } from "./wire.ts"

const diagnostics = { host: "Outlook", platform: "OfficeOnline", version: "16.0.0.0" }

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
    const box = {
        userProfile: {
            emailAddress: host.address,
            displayName: host.name,
            accountType: "enterprise",
            timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
        diagnostics: { hostName: "OutlookWebApp", hostVersion: diagnostics.version },
        item: host.item ? readItem(wire, host.item) : composeItem(wire),
        convertToRestId: toRest,
        convertToEwsId: toEws,
        ...handlers(wire),
    }
    wire.on("read-item", (item) => { box.item = readItem(wire, item as ReadItem) })
    return box
}

function dialogs(rest: readonly unknown[]): void {
    report(Promise.reject(new Error("no dialogs in the sandbox")), rest)
}

/** The whole of Office.context. */
export const context = (wire: Wire, host: HostContext): object => ({
    host: enums.HostType.Outlook,
    platform: enums.PlatformType.OfficeOnline,
    displayLanguage: "en-GB",
    contentLanguage: "en-GB",
    diagnostics,
    partitionKey: "sandbox",
    officeTheme: theme(host.dark),
    touchEnabled: false,
    requirements: { isSetSupported },
    roamingSettings: roaming(wire, host.roaming),
    ui: {
        openBrowserWindow: (url: string) => void wire.call("openBrowserWindow", url),
        closeContainer: () => void wire.call("closeContainer"),
        displayDialogAsync: (_url: string, ...rest: readonly unknown[]) => { dialogs(rest) },
        messageParent: () => undefined,
        addHandlerAsync: (_event: string, _handler: unknown, ...rest: readonly unknown[]) => { report(Promise.resolve(), rest) },
    },
    mailbox: mailbox(wire, host),
})
