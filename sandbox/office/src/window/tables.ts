/** What the add-in may ask any window, and of a message that is being read. */
import type { Profile } from "../profiles.ts"
import type { HostContext } from "../protocol.ts"
import type { Api, Attachment, Message, Person } from "./api.ts"
import { detailsOf } from "./attachments.ts"
import { Broker } from "./broker.ts"
import { el } from "./dom.ts"
import { type Faults, Refusal } from "./faults.ts"
import type { Table } from "./pane.ts"
import { details } from "./people.ts"

/** The window's person, the client it imitates, and the add-in they see. */
export interface Setting {
    readonly app: HostContext["app"]
    readonly profile: Profile
    readonly api: Api
    readonly address: string
    readonly name: string
    /** In whose names the person may send, her own first. */
    readonly senders: readonly Person[]
    readonly addin: string
    readonly faults: Faults
    readonly closePane: () => void
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1)
export const ews = (id: string): string => id.replaceAll("-", "/").replaceAll("_", "+")
export const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Whether the options of a call ask for html. */
export const isHtml = (options: unknown): boolean =>
    typeof options === "object" && options !== null && "coercionType" in options && options.coercionType === "html"

/** The answer to the add-in's first call. */
export async function hello(setting: Setting, mode: HostContext["mode"], item: HostContext["item"], url = ""): Promise<HostContext> {
    const { app, profile, address, name, api } = setting
    return {
        app, profile, address, name, mode, item, url,
        dark: matchMedia("(prefers-color-scheme: dark)").matches,
        roaming: await api.roaming(),
    }
}

/** Calls of every pane. */
export function common(setting: Setting): Table {
    const broker = new Broker(setting.api, new URL(setting.addin).origin)
    return {
        nestedAuth: (message) => broker.answer(text(message), setting.faults.calls.get("nestedAuth")),
        "roaming.save": async (values) => { await setting.api.saveRoaming(values) },
        openBrowserWindow: (url) => {
            const target = new URL(text(url))
            if (target.protocol === "http:" || target.protocol === "https:") window.open(target, "_blank", "noopener")
        },
        closeContainer: () => { setTimeout(setting.closePane) },
    }
}

/** The add-in's lines above a message. */
export function notifications(area: HTMLElement): Table {
    const notes = new Map<string, string>()
    const draw = (): void => { area.replaceChildren(...[...notes.values()].map((note) => el("p", { class: "note" }, note))) }
    return {
        "notifications.set": (key, note) => {
            const message = typeof note === "object" && note !== null && "message" in note ? text(note.message) : ""
            notes.set(text(key), message)
            draw()
        },
        "notifications.remove": (key) => {
            notes.delete(text(key))
            draw()
        },
        "notifications.all": () => [...notes].map(([key, message]) => ({ key, message })),
    }
}

/** The content of a file as Office gives it; a client may give nothing and call that a success. */
export function contentOf(setting: Setting, file: Attachment): object {
    if (file.type === "text/uri-list") return { content: atob(file.content), format: "url" }
    if (file.type === "message/rfc822") return { content: atob(file.content), format: "eml" }
    const isEmpty = setting.faults.calls.get("attachments.content") === "empty" || (file.inline && setting.profile.emptyPictures)
    return { content: isEmpty ? "" : file.content, format: "base64" }
}

/** A mail is protected by S/MIME or by rights when its one file is the wrapper. */
function classOf({ attachments }: Message): string {
    const names = new Set(attachments.map(({ name }) => name))
    if (names.has("smime.p7m")) return "IPM.Note.SMIME"
    return names.has("smime.p7s") ? "IPM.Note.SMIME.MultipartSigned" : "IPM.Note"
}

/** The message of the reading pane, as the add-in knows it. */
export const readContext = (message: Message, domain: string): NonNullable<HostContext["item"]> => ({
    id: ews(message.id),
    subject: message.subject,
    from: details(message.from, domain),
    to: message.to.map((one) => details(one, domain)),
    cc: message.cc.map((one) => details(one, domain)),
    conversationId: message.conversation_id,
    internetMessageId: message.internet_message_id,
    itemClass: classOf(message),
    sent: message.sent,
    attachments: message.attachments.map(detailsOf),
})

/** Calls of the read pane. */
export const readTable = (setting: Setting, area: HTMLElement, current: () => Message): Table => ({
    ...common(setting),
    ...notifications(area),
    hello: () => hello(setting, "read", readContext(current(), domainOf(setting.address))),
    "read.body": (kind) => (kind === "html" ? current().html ?? current().text : current().text),
    "attachments.content": (id) => {
        const found = current().attachments.find((one) => one.id === id)
        if (found === undefined) throw new Refusal(9020)
        return contentOf(setting, found)
    },
    "read.headers": () => current().headers.map(([name, value]) => `${name}: ${value}`).join("\r\n"),
})
