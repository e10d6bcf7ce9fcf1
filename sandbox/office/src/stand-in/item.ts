/** Office.context.mailbox.item: the message being written, or the one being read. What the imitated client lacks is absent. */
import { enums } from "./enums.ts"
import { isAtLeast } from "../profiles.ts"
import type { ReadItem } from "../protocol.ts"
import { method, report } from "./results.ts"
import type { Wire } from "./wire.ts"

type Handler = (args: unknown) => void
type Members = Record<string, unknown>

/** addHandlerAsync and removeHandlerAsync for the named events. */
export function handlers(wire: Wire): Members {
    return {
        addHandlerAsync: (event: string, handler: Handler, ...rest: readonly unknown[]) => {
            wire.on(event, handler)
            report(Promise.resolve(), rest)
        },
        removeHandlerAsync: (event: string, ...rest: readonly unknown[]) => {
            wire.off(event)
            report(Promise.resolve(), rest)
        },
    }
}

const recipients = (wire: Wire, field: string): Members => ({
    getAsync: method(wire, `${field}.get`),
    setAsync: method(wire, `${field}.set`, 1),
    addAsync: method(wire, `${field}.add`, 1),
})

const notifications = (wire: Wire): Members => ({
    addAsync: method(wire, "notifications.set", 2),
    replaceAsync: method(wire, "notifications.set", 2),
    removeAsync: method(wire, "notifications.remove", 1),
    getAllAsync: method(wire, "notifications.all"),
})

const internetHeaders = (wire: Wire): Members => ({
    getAsync: method(wire, "internetHeaders.get", 1),
    setAsync: method(wire, "internetHeaders.set", 1),
    removeAsync: method(wire, "internetHeaders.remove", 1),
})

const sessionData = (wire: Wire): Members => ({
    getAsync: method(wire, "sessionData.get", 1),
    setAsync: method(wire, "sessionData.set", 2),
    getAllAsync: method(wire, "sessionData.all"),
    removeAsync: method(wire, "sessionData.remove", 1),
    clearAsync: method(wire, "sessionData.clear"),
})

/** What the set 1.1 has already. */
const first = (wire: Wire): Members => ({
    itemType: enums.MailboxEnums.ItemType.Message,
    to: recipients(wire, "to"),
    cc: recipients(wire, "cc"),
    bcc: recipients(wire, "bcc"),
    subject: { getAsync: method(wire, "subject.get"), setAsync: method(wire, "subject.set", 1) },
    removeAttachmentAsync: method(wire, "attachments.remove", 1),
})

const bodies = (wire: Wire): Members => ({
    getTypeAsync: method(wire, "body.getType"),
    prependAsync: method(wire, "body.prepend", 1),
    setSelectedDataAsync: method(wire, "body.append", 1),
    getAsync: method(wire, "body.get", 1),
    setAsync: method(wire, "body.set", 1),
})

/** By the set Mailbox with which each came. */
const later = (wire: Wire): Readonly<Record<string, Members>> => ({
    "1.3": {
        body: bodies(wire),
        notificationMessages: notifications(wire),
        getInitializationContextAsync: method(wire, "initializationContext.get"),
        saveAsync: method(wire, "save"),
        close: () => void wire.call("close", {}),
    },
    "1.7": { from: { getAsync: method(wire, "from.get") }, ...handlers(wire) },
    "1.8": {
        internetHeaders: internetHeaders(wire),
        getAttachmentsAsync: method(wire, "attachments.get"),
        getAttachmentContentAsync: method(wire, "attachments.content", 1),
        addFileAttachmentFromBase64Async: method(wire, "attachments.add", 2),
        getItemIdAsync: method(wire, "itemId.get"),
    },
    "1.10": {
        getComposeTypeAsync: method(wire, "composeType.get"),
        isClientSignatureEnabledAsync: method(wire, "signature.isEnabled"),
        disableClientSignatureAsync: method(wire, "signature.disable"),
    },
    "1.11": { sessionData: sessionData(wire) },
    "1.14": { closeAsync: method(wire, "close") },
    "1.15": { sendAsync: method(wire, "send") },
})

/** The message that is being written, as a client of the set `mailbox` shows it. */
export const composeItem = (wire: Wire, mailbox: string): object =>
    Object.assign(first(wire), ...Object.entries(later(wire))
        .filter(([set]) => isAtLeast(mailbox, set)).map(([, members]) => members)) as object

/** The message that is being read: values, not functions. */
export const readItem = (wire: Wire, item: ReadItem, mailbox: string): object => ({
    itemType: enums.MailboxEnums.ItemType.Message,
    itemClass: item.itemClass,
    itemId: item.id,
    subject: item.subject,
    normalizedSubject: item.subject.replace(/^((re|fw|fwd):\s*)+/i, ""),
    from: item.from,
    sender: item.from,
    to: item.to,
    cc: item.cc,
    attachments: item.attachments,
    conversationId: item.conversationId,
    internetMessageId: item.internetMessageId,
    dateTimeCreated: new Date(item.sent),
    body: { getAsync: method(wire, "read.body", 1) },
    notificationMessages: notifications(wire),
    ...(isAtLeast(mailbox, "1.7") ? handlers(wire) : {}),
    ...(isAtLeast(mailbox, "1.8")
        ? { getAllInternetHeadersAsync: method(wire, "read.headers"), getAttachmentContentAsync: method(wire, "attachments.content", 1) }
        : {}),
})
