/** Office.context.mailbox.item: the message being written, or the one being read. */
import { enums } from "./enums.ts"
import type { ReadItem } from "../protocol.ts"
import { method, report } from "./results.ts"
import type { Wire } from "./wire.ts"

type Handler = (args: unknown) => void

/** addHandlerAsync and removeHandlerAsync for the named events. */
export function handlers(wire: Wire): Record<string, unknown> {
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

const recipients = (wire: Wire, field: string): object => ({
    getAsync: method(wire, `${field}.get`),
    setAsync: method(wire, `${field}.set`, 1),
    addAsync: method(wire, `${field}.add`, 1),
})

const notifications = (wire: Wire): object => ({
    addAsync: method(wire, "notifications.set", 2),
    replaceAsync: method(wire, "notifications.set", 2),
    removeAsync: method(wire, "notifications.remove", 1),
    getAllAsync: method(wire, "notifications.all"),
})

/** The message that is being written. */
export const composeItem = (wire: Wire): object => ({
    itemType: enums.MailboxEnums.ItemType.Message,
    to: recipients(wire, "to"),
    cc: recipients(wire, "cc"),
    bcc: recipients(wire, "bcc"),
    from: { getAsync: method(wire, "from.get") },
    subject: { getAsync: method(wire, "subject.get"), setAsync: method(wire, "subject.set", 1) },
    body: {
        getTypeAsync: method(wire, "body.getType"),
        getAsync: method(wire, "body.get", 1),
        setAsync: method(wire, "body.set", 1),
        prependAsync: method(wire, "body.prepend", 1),
        setSelectedDataAsync: method(wire, "body.append", 1),
    },
    internetHeaders: {
        getAsync: method(wire, "internetHeaders.get", 1),
        setAsync: method(wire, "internetHeaders.set", 1),
        removeAsync: method(wire, "internetHeaders.remove", 1),
    },
    notificationMessages: notifications(wire),
    getAttachmentsAsync: method(wire, "attachments.get"),
    getComposeTypeAsync: method(wire, "composeType.get"),
    getItemIdAsync: method(wire, "itemId.get"),
    isClientSignatureEnabledAsync: method(wire, "signature.isEnabled"),
    disableClientSignatureAsync: method(wire, "signature.disable"),
    saveAsync: method(wire, "save"),
    closeAsync: method(wire, "close"),
    close: () => void wire.call("close", {}),
    ...handlers(wire),
})

/** The message that is being read: values, not functions. */
export const readItem = (wire: Wire, item: ReadItem): object => ({
    itemType: enums.MailboxEnums.ItemType.Message,
    itemClass: "IPM.Note",
    itemId: item.id,
    subject: item.subject,
    normalizedSubject: item.subject.replace(/^((re|fw|fwd):\s*)+/i, ""),
    from: item.from,
    sender: item.from,
    to: item.to,
    cc: item.cc,
    attachments: [],
    conversationId: item.conversationId,
    internetMessageId: item.internetMessageId,
    dateTimeCreated: new Date(item.sent),
    body: { getAsync: method(wire, "read.body", 1) },
    getAllInternetHeadersAsync: method(wire, "read.headers"),
    notificationMessages: notifications(wire),
    ...handlers(wire),
})
