/** What the add-in may ask the window: for a message being written, and for one being read. */
import type { HostContext } from "../protocol.ts"
import type { Api, Message } from "./api.ts"
import { Broker } from "./broker.ts"
import { FIELDS, type Compose, type Field } from "./compose.ts"
import { el } from "./dom.ts"
import type { Faults } from "./faults.ts"
import type { Table } from "./pane.ts"
import { details, taken, written } from "./people.ts"

/** The window's person, and the add-in they see. */
export interface Setting {
    readonly api: Api
    readonly address: string
    readonly name: string
    readonly addin: string
    readonly faults: Faults
    readonly closePane: () => void
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1)
const ews = (id: string): string => id.replaceAll("-", "/").replaceAll("_", "+")
const text = (value: unknown): string => (typeof value === "string" ? value : "")

function plain(value: unknown, coercion: unknown): string {
    const asHtml = typeof coercion === "object" && coercion !== null && "coercionType" in coercion && coercion.coercionType === "html"
    if (!asHtml) return text(value)
    return text(value).replace(/<br\s*\/?>|<\/p>/gi, "\n").replace(/<[^>]*>/g, "").trim()
}

async function hello(setting: Setting, item: HostContext["item"]): Promise<HostContext> {
    return {
        address: setting.address, name: setting.name, item,
        mode: item ? "read" : "compose",
        dark: matchMedia("(prefers-color-scheme: dark)").matches,
        roaming: await setting.api.roaming(),
    }
}

function common(setting: Setting): Table {
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

function recipients(compose: Compose, field: Field, domain: string): Table {
    const set = (people: unknown, before: string): void => {
        compose.setPeople(field, [before, ...taken(people).map(written)].filter((one) => one !== "").join("; "))
    }
    return {
        [`${field}.get`]: () => compose.people(field).map((one) => details(one, domain)),
        [`${field}.set`]: (people) => { set(people, "") },
        [`${field}.add`]: (people) => { set(people, compose.people(field).map(written).join("; ")) },
    }
}

function headers(compose: Compose): Table {
    const names = (given: unknown): string[] => (Array.isArray(given) ? given.map(String) : [])
    return {
        "internetHeaders.get": (wanted) => Object.fromEntries(
            names(wanted).filter((name) => name in compose.headers).map((name) => [name, compose.headers[name]])),
        "internetHeaders.set": (given) => { Object.assign(compose.headers, given) },
        "internetHeaders.remove": (given) => {
            for (const name of names(given)) Reflect.deleteProperty(compose.headers, name)
        },
    }
}

function notifications(area: HTMLElement): Table {
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

/** Calls of the compose pane. */
export function composeTable(setting: Setting, compose: Compose): Table {
    const domain = domainOf(setting.address)
    const own = { displayName: setting.name, emailAddress: setting.address, recipientType: "user" }
    return Object.assign({}, common(setting), headers(compose), notifications(compose.notes),
        ...FIELDS.map((field) => recipients(compose, field, domain)), {
            hello: () => hello(setting, null),
            "from.get": () => own,
            "subject.get": () => compose.subject,
            "subject.set": (subject: unknown) => { compose.subject = text(subject).slice(0, 255) },
            "body.getType": () => "text",
            "body.get": () => compose.body,
            "body.set": (body: unknown, options: unknown) => { compose.body = plain(body, options) },
            "body.prepend": (body: unknown, options: unknown) => { compose.body = plain(body, options) + compose.body },
            "body.append": (body: unknown, options: unknown) => { compose.body += plain(body, options) },
            "attachments.get": () => [],
            "composeType.get": () => ({ composeType: "newMail", coercionType: "text" }),
            "itemId.get": () => {
                if (compose.id === null) throw new Error("not saved yet")
                return ews(compose.id)
            },
            "signature.isEnabled": () => false,
            "signature.disable": () => undefined,
            save: async () => ews(await compose.save()),
            close: (options: unknown) => {
                const discard = typeof options === "object" && options !== null && "discardItem" in options && options.discardItem === true
                setTimeout(() => void compose.close(discard))
            },
        }) as Table
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
    sent: message.sent,
})

/** Calls of the read pane. */
export const readTable = (setting: Setting, area: HTMLElement, current: () => Message): Table => ({
    ...common(setting),
    ...notifications(area),
    hello: () => hello(setting, readContext(current(), domainOf(setting.address))),
    "read.body": (kind) => (kind === "html" ? current().html ?? current().text : current().text),
    "read.headers": () => current().headers.map(([name, value]) => `${name}: ${value}`).join("\r\n"),
})
