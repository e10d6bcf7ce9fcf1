/** Outlook, as the pane sees it: each call of Office.js once, as a promise. Word and Excel: office-document.ts. Nothing else names `Office`. */

export interface Addressee {
    readonly address: string
    readonly name: string
    /** A group or distribution list: nobody in particular. */
    readonly group: boolean
}

export type Field = "to" | "cc" | "bcc"

/** Office.js refused, did not answer or has no such call; nothing else is known. */
export class OfficeFailed extends Error {
    override readonly name = "OfficeFailed"
}

/** A file of Outlook's own message. */
export interface HeldFile {
    readonly id: string
    readonly name: string
    /** In bytes, as Outlook says. */
    readonly size: number
    readonly kind: "file" | "item" | "cloud"
    /** A picture in the text. */
    readonly inline: boolean
}

/** A file's content: base64, or a mail as text. */
export interface HeldContent {
    readonly format: string
    readonly content: string
}

const PATIENCE = 10_000   // milliseconds for one call
const STALE = 3_000       // milliseconds for which Outlooks of Windows may name whom a field named before (office-js #5847)

type Done<Value> = (result: Office.AsyncResult<Value>) => void

/** Whether the page runs inside Outlook; false in a plain tab, or where Office.js did not load. */
export async function insideOutlook(): Promise<boolean> {
    if (typeof Office === "undefined") return false
    const info = await soon(Office.onReady(), null)
    const mailbox = (Office.context as Partial<Office.Context> | undefined)?.mailbox
    return info !== null && info.host === Office.HostType.Outlook && mailbox !== undefined
}

/** Where the page runs: null in a plain tab, or where Office.js did not load. */
export async function hostOf(): Promise<"Outlook" | "Word" | "Excel" | null> {
    if (await insideOutlook()) return "Outlook"
    if (typeof Office === "undefined") return null
    const host = String((await soon(Office.onReady(), null))?.host)
    return host === "Word" || host === "Excel" ? host : null
}

/** Whether Outlook can sign the pane in (nested app authentication). */
export function canSignIn(): boolean {
    return Office.context.requirements.isSetSupported("NestedAppAuth", "1.1")
}

/** In which of Microsoft's programs the pane runs, in the words of a pairing (docs/spec/pairing.md section 2). */
export function platformHere(): "web" | "windows" | "mac" | "phone" | "other" {
    const { PC, Mac, OfficeOnline, iOS, Android } = Office.PlatformType
    const names = { [PC]: "windows", [Mac]: "mac", [OfficeOnline]: "web", [iOS]: "phone", [Android]: "phone" } as const
    return (names as Partial<Record<string, "web" | "windows" | "mac" | "phone">>)[Office.context.platform] ?? "other"
}

/** Open a page in the person's browser, beside this program; false where that has to be left to the link itself. */
export function openInBrowser(url: string): boolean {
    if (!Office.context.requirements.isSetSupported("OpenBrowserWindowApi", "1.1")) return false
    Office.context.ui.openBrowserWindow(url)
    return true
}

/** The open item while it is being written, or null when none is. */
export function composeItem(): OutlookItem | null {
    const mailbox = Office.context.mailbox as Office.Mailbox | undefined   // none in Word and Excel
    const item = mailbox?.item as Office.MessageCompose | null | undefined
    return item?.to === undefined || !("getAsync" in item.to) ? null : new OutlookItem(item)
}

/** Called when a pinned pane gets another item. Older Outlooks never call. */
export function onItemChanged(changed: () => void): void {
    const mailbox = Office.context.mailbox as Partial<Office.Mailbox> | undefined
    mailbox?.addHandlerAsync?.(Office.EventType.ItemChanged, changed)
}

/** The text of the mail that is open for reading, or null when there is none. */
export async function readText(): Promise<string | null> {
    const item = Office.context.mailbox.item as Partial<Office.MessageRead> | null | undefined
    const body = item?.body
    if (body === undefined) return null
    return answer<string>((done) => { body.getAsync(Office.CoercionType.Html, done) })
}

/** A setting that Outlook keeps in the mailbox, unsealed; undefined where there is none. */
export const kept = (name: string): unknown => Office.context.roamingSettings.get(name)

/** Keep one; all of them together have 32 KB. @throws OfficeFailed */
export async function keep(name: string, value: object): Promise<void> {
    Office.context.roamingSettings.set(name, value)
    await answer<unknown>((done) => { Office.context.roamingSettings.saveAsync(done) })
}

/** One message that is being written in Outlook. */
export class OutlookItem {
    readonly #item: Office.MessageCompose
    #changedAt = Date.now()   // what was typed before the pane was there was told to nobody

    constructor(item: Office.MessageCompose) {
        this.#item = item
    }

    /** Whom a field names. Outlook may still be resolving what was typed; that comes with the next change. */
    async people(field: Field): Promise<readonly Addressee[]> {
        const recipients = this.#item[field] as Office.Recipients | undefined
        if (recipients === undefined) return []
        const details = await answer<Office.EmailAddressDetails[]>((done) => { recipients.getAsync(done) })
        return details.map(addressee)
    }

    async setPeople(field: Field, people: readonly Addressee[]): Promise<void> {
        const recipients = this.#item[field] as Office.Recipients | undefined
        if (recipients === undefined) return
        const details = people.map(({ address, name }) => ({ emailAddress: address, displayName: name }))
        await answer<unknown>((done) => { recipients.setAsync(details, done) })
    }

    subject(): Promise<string> {
        return answer<string>((done) => { this.#item.subject.getAsync(done) })
    }

    async setSubject(subject: string): Promise<void> {
        await answer<unknown>((done) => { this.#item.subject.setAsync(subject, done) })
    }

    /** What stands in Outlook's own body, without markup. */
    text(): Promise<string> {
        return answer<string>((done) => { this.#item.body.getAsync(Office.CoercionType.Text, done) })
    }

    /** How many files are attached in Outlook; 0 where it does not tell. */
    async countFiles(): Promise<number> {
        const item = this.#item as Partial<Office.MessageCompose>
        if (item.getAttachmentsAsync === undefined) return 0
        return (await answer<readonly unknown[]>((done) => { this.#item.getAttachmentsAsync(done) })).length
    }

    /** Whether this Outlook hands over what its message holds (Mailbox 1.8). */
    get isReadable(): boolean {
        const item = this.#item as Partial<Office.MessageCompose>
        return item.getAttachmentsAsync !== undefined && item.getAttachmentContentAsync !== undefined
    }

    /** Outlook's own body as html, a quoted thread and all. */
    html(): Promise<string> {
        return answer<string>((done) => { this.#item.body.getAsync(Office.CoercionType.Html, done) })
    }

    /** Its files. Only where {@link isReadable}. */
    async files(): Promise<readonly HeldFile[]> {
        const details = await answer<Office.AttachmentDetailsCompose[]>((done) => { this.#item.getAttachmentsAsync(done) })
        return details.map(({ id, name, size, attachmentType, isInline }) =>
            ({ id, name, size, kind: attachmentType as HeldFile["kind"], inline: isInline }))
    }

    /** Of one file. It may come empty although Outlook calls that a success. Only where {@link isReadable}. */
    content(id: string): Promise<HeldContent> {
        return answer<HeldContent>((done) => { this.#item.getAttachmentContentAsync(id, done) })
    }

    /** Put a text in the place of the whole body; a picture in it goes too. */
    async overwrite(text: string): Promise<void> {
        await answer<unknown>((done) => { this.#item.body.setAsync(text, { coercionType: Office.CoercionType.Text }, done) })
    }

    async removeFile(id: string): Promise<void> {
        await answer<unknown>((done) => { this.#item.removeAttachmentAsync(id, done) })
    }

    /** Have Outlook store the message now. Its id, as Graph knows it. */
    async save(): Promise<string> {
        const id = await answer<string>((done) => { this.#item.saveAsync(done) })
        return Office.context.mailbox.convertToRestId(id, Office.MailboxEnums.RestVersion.v2_0)
    }

    /** In whose name it would go from Outlook; empty where Outlook does not say (Mailbox 1.7). */
    async from(): Promise<string> {
        const { from } = this.#item as Partial<Office.MessageCompose>
        if (from === undefined) return ""
        return (await answer<Office.EmailAddressDetails>((done) => { from.getAsync(done) })).emailAddress.toLowerCase()
    }

    /** What this Outlook does not do for the pane. */
    get lacks(): readonly ("changes" | "files")[] {
        const item = this.#item as Partial<Office.MessageCompose>
        return [
            ...(item.addHandlerAsync === undefined ? ["changes"] as const : []),
            ...(this.isReadable ? [] : ["files"] as const),
        ]
    }

    onRecipientsChanged(changed: () => void): void {
        const item = this.#item as Partial<Office.MessageCompose>
        item.addHandlerAsync?.(Office.EventType.RecipientsChanged, () => {
            this.#changedAt = Date.now()
            changed()
        })
    }

    /** Whether a change of its people can be read only after a while. */
    get isSlow(): boolean { return Office.context.platform === Office.PlatformType.PC }

    /** Wait until the latest change of its people can be read. */
    async settled(): Promise<void> {
        const left = this.isSlow ? this.#changedAt + STALE - Date.now() : 0
        if (left > 0) await new Promise<void>((resolve) => { setTimeout(resolve, left) })
    }

    /** What the send guard handed over when its dialog opened this pane; empty when a button did. */
    async openedWith(): Promise<unknown> {
        const item = this.#item as Partial<Office.MessageCompose>
        if (item.getInitializationContextAsync === undefined) return ""
        return orElse<unknown>(answer<string>((done) => { this.#item.getInitializationContextAsync(done) }), "")
    }

    /** Called when the guard's dialog is answered beside an open pane. Older Outlooks open the pane anew. */
    onOpenedAgain(heard: (context: unknown) => void): void {
        const item = this.#item as Partial<Office.MessageCompose>
        const { InitializationContextChanged: changed } = Office.EventType as Partial<typeof Office.EventType>
        if (changed === undefined) return
        item.addHandlerAsync?.(changed, (event: { readonly initializationContextData?: unknown }) => { heard(event.initializationContextData) })
    }

    /** What the item is known by: its id once saved, else its conversation; empty for a new one. */
    async key(): Promise<string> {
        const item = this.#item as Partial<Office.MessageCompose>
        const saved = item.getItemIdAsync === undefined ? "" : await orElse(
            answer<string>((done) => { this.#item.getItemIdAsync(done) }), "")
        return saved || (item.conversationId ?? "")
    }

    /** Close the item's window, and unless it is to be discarded leave the item to Outlook. The pane ends with it. */
    async close(discardItem: boolean): Promise<void> {
        const item = this.#item as Partial<Office.MessageCompose>
        if (item.closeAsync !== undefined) {
            await answer<unknown>((done) => { this.#item.closeAsync({ discardItem }, done) })
        } else if (item.close !== undefined) item.close()
        else throw new OfficeFailed("this Outlook cannot close a window for an add-in")
    }
}

function addressee(details: Office.EmailAddressDetails): Addressee {
    return {
        address: details.emailAddress.toLowerCase(),
        name: details.displayName,
        group: isGroup(details.recipientType),
    }
}

function isGroup(kind: string): boolean {
    const group: string = Office.MailboxEnums.RecipientType.DistributionList
    return kind === group
}

/** One call of Office.js as a promise. @throws OfficeFailed */
export function answer<Value>(start: (done: Done<Value>) => void): Promise<Value> {
    const asked = new Promise<Value>((resolve, reject) => {
        start((result) => {
            if (result.status === Office.AsyncResultStatus.Succeeded) resolve(result.value)
            else reject(new OfficeFailed(`Office.js: ${String(result.error.code)}`))
        })
    })
    const late = new Promise<never>((_resolve, reject) => {
        setTimeout(() => { reject(new OfficeFailed("Office.js did not answer")) }, PATIENCE)
    })
    return Promise.race([asked, late])
}

async function soon<Value>(promise: Promise<Value>, otherwise: Value | null): Promise<Value | null> {
    const late = new Promise<null>((resolve) => { setTimeout(() => { resolve(otherwise as null) }, PATIENCE) })
    return Promise.race([promise, late])
}

async function orElse<Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> {
    try {
        return await promise
    } catch {
        return otherwise
    }
}
