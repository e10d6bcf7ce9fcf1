/**
 * What the stand-in for office.js (in the add-in's frame) and the Outlook window say to each
 * other over `postMessage`. Both sides check the other's origin and window on every message.
 */
import type { Profile } from "./profiles.ts"

/** A call of the add-in: `call` names one entry of the window's table, such as `to.get`. */
export interface Call {
    readonly sandbox: "call"
    readonly id: number
    readonly call: string
    readonly args: readonly unknown[]
}

/** The window's answer to the call of the same id. */
export interface Answer {
    readonly sandbox: "answer"
    readonly id: number
    readonly value?: unknown
    readonly error?: OfficeError
}

/** News from the window, such as `RecipientsChanged`. */
export interface News {
    readonly sandbox: "news"
    readonly event: string
    readonly data: unknown
}

/** An error as Office's AsyncResult carries it. */
export interface OfficeError {
    readonly code: number
    readonly name: string
    readonly message: string
}

/** Answer to the first call, `hello`: whose window this is and what the pane looks at. */
export interface HostContext {
    readonly app: "Outlook" | "Word" | "Excel"
    /** The client that the window imitates. */
    readonly profile: Profile
    readonly address: string
    readonly name: string
    readonly mode: "compose" | "read" | "document"
    /** Address of the open document; empty in Outlook, and for one that was never saved. */
    readonly url: string
    readonly dark: boolean
    readonly roaming: Readonly<Record<string, unknown>>
    readonly item: ReadItem | null
}

/** A received message, for read mode. */
export interface ReadItem {
    readonly id: string
    readonly subject: string
    readonly from: Recipient
    readonly to: readonly Recipient[]
    readonly cc: readonly Recipient[]
    readonly conversationId: string
    readonly internetMessageId: string
    readonly itemClass: string
    readonly sent: string
    readonly attachments: readonly FileDetails[]
}

/** Office's AttachmentDetails. */
export interface FileDetails {
    readonly id: string
    readonly name: string
    readonly size: number
    readonly contentType: string
    readonly attachmentType: "file" | "item" | "cloud"
    readonly isInline: boolean
}

/** Office's EmailAddressDetails. */
export interface Recipient {
    readonly displayName: string
    readonly emailAddress: string
    readonly recipientType: "user" | "externalUser"
}

const isRecord = (data: unknown): data is Record<string, unknown> =>
    typeof data === "object" && data !== null

/** Whether a message event's data is a {@link Call}. */
export const isCall = (data: unknown): data is Call =>
    isRecord(data) && data["sandbox"] === "call" && typeof data["call"] === "string" &&
    typeof data["id"] === "number" && Array.isArray(data["args"])

/** Whether a message event's data is an {@link Answer}. */
export const isAnswer = (data: unknown): data is Answer =>
    isRecord(data) && data["sandbox"] === "answer" && typeof data["id"] === "number"

/** Whether a message event's data is {@link News}. */
export const isNews = (data: unknown): data is News =>
    isRecord(data) && data["sandbox"] === "news" && typeof data["event"] === "string"
