/** The mail that is open for reading, as the pane sees it: values, and what Outlook is asked for. */

import { answer, type HeldContent, type HeldFile, OfficeFailed } from "./office.ts"

/** Somebody whom a mail names. */
export interface Named {
    readonly address: string
    readonly name: string
}

/** Another mail was chosen meanwhile: what Outlook says now is of that one. */
export class MailChanged extends OfficeFailed {}

type Read = Partial<Office.MessageRead> & Pick<Office.MessageRead, "body">

/** One mail of the Inbox or another folder. */
export class OpenMail {
    readonly #item: Read

    constructor(item: Read) {
        this.#item = item
    }

    get subject(): string { return this.#item.subject ?? "" }
    get from(): Named { return named(this.#item.from) }
    get to(): readonly Named[] { return (this.#item.to ?? []).map(named) }
    get cc(): readonly Named[] { return (this.#item.cc ?? []).map(named) }
    get written(): Date | null { return this.#item.dateTimeCreated ?? null }

    /** Of RFC 5322, without brackets; empty where Outlook does not say. */
    get messageId(): string { return (this.#item.internetMessageId ?? "").replace(/^<|>$/gu, "") }

    /** Such as "IPM.Note"; S/MIME has classes of its own. */
    get kind(): string { return this.#item.itemClass ?? "" }

    get files(): readonly HeldFile[] {
        return (this.#item.attachments ?? []).map(({ id, name, size, attachmentType, isInline }) =>
            ({ id, name, size, kind: attachmentType as HeldFile["kind"], inline: isInline }))
    }

    /** Whether this Outlook hands over what is attached (Mailbox 1.8). */
    get givesFiles(): boolean { return this.#item.getAttachmentContentAsync !== undefined }

    /** As Graph knows it; empty where Outlook does not say. */
    get id(): string {
        const { itemId } = this.#item
        const { mailbox } = Office.context
        return itemId === undefined || itemId === "" ? "" : mailbox.convertToRestId(itemId, Office.MailboxEnums.RestVersion.v2_0)
    }

    html(): Promise<string> { return this.#body("html") }

    text(): Promise<string> { return this.#body("text") }

    /** Of one file. It may come empty although Outlook calls that a success. Only where {@link givesFiles}. */
    content(id: string): Promise<HeldContent> {
        const item = this.#item as Office.MessageRead
        return this.#still(answer<HeldContent>((done) => { item.getAttachmentContentAsync(id, done) }))
    }

    #body(kind: "html" | "text"): Promise<string> {
        const as = kind === "html" ? Office.CoercionType.Html : Office.CoercionType.Text
        return this.#still(answer<string>((done) => { this.#item.body.getAsync(as, done) }))
    }

    /** A pinned pane is asked about whatever mail is open. @throws MailChanged */
    async #still<Value>(asked: Promise<Value>): Promise<Value> {
        const value = await asked
        const now = Office.context.mailbox.item as Partial<Office.MessageRead> | null | undefined
        if (now?.itemId !== this.#item.itemId) throw new MailChanged("another mail is open")
        return value
    }
}

/** The mail that is open for reading, or null. */
export function openMail(): OpenMail | null {
    const item = Office.context.mailbox.item as Partial<Office.MessageRead> | null | undefined
    return item?.body === undefined ? null : new OpenMail(item as Read)
}

const named = (details: Office.EmailAddressDetails | undefined): Named => {
    const address = (details?.emailAddress ?? "").toLowerCase()
    const name = details?.displayName ?? ""
    return { address, name: name.toLowerCase() === address ? "" : name }
}
