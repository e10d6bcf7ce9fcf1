/** The window: what is open, and what the newest view of the mailbox says. */
import { Api, type Folder, type Message, type Summary, type View } from "./api.ts"
import { Compose, FIELDS } from "./compose.ts"
import { composeTable } from "./compose-table.ts"
import { announce, el, need } from "./dom.ts"
import { drawFolders, drawMessages } from "./folders.ts"
import { maySend } from "./on-send.ts"
import { Pane } from "./pane.ts"
import { reading } from "./reading.ts"
import { answered, forwarded } from "./quoting.ts"
import { readContext, readTable, type Setting } from "./tables.ts"

const VISIBLE = 1000
const HIDDEN = 5000
const STALE = 1500   // milliseconds for which a client goes on telling what stood there before

/** One person's mail. */
export class App {
    readonly #api: Api
    readonly #setting: Setting
    readonly #domain: string
    readonly #area = need("reading")
    #folder = "inbox"
    #etag: string | null = null
    #view: View | null = null
    #message: Message | null = null
    #compose: Compose | null = null
    #pane: Pane | null = null

    constructor(setting: Omit<Setting, "closePane">) {
        this.#api = setting.api
        this.#setting = { ...setting, closePane: () => { this.#closePane() } }
        this.#domain = setting.address.slice(setting.address.lastIndexOf("@") + 1)
        need("new-message").addEventListener("click", () => void this.write(null))
    }

    /** Look for news, now and for ever: each second while somebody looks, else seldom. */
    async watch(): Promise<void> {
        await this.refresh().catch(() => { announce("The sandbox does not answer. Trying again.") })
        setTimeout(() => void this.watch(), document.visibilityState === "visible" ? VISIBLE : HIDDEN)
    }

    /** Fetch the view once and draw it, if anything has changed. */
    async refresh(): Promise<void> {
        const asked = this.#folder
        const fresh = await this.#api.view(asked, this.#etag)
        if (fresh === null || asked !== this.#folder) return
        const before = this.#view
        this.#etag = fresh.etag
        this.#view = fresh.view
        this.#draw()
        if (before?.folder === fresh.view.folder && fresh.view.messages.length > before.messages.length)
            announce(`New in ${this.#current(fresh.view).name}`)
    }

    /** Open the compose form, empty or with a draft. */
    async write(draft: Message | null): Promise<Compose> {
        await this.#compose?.close(false)
        this.#closePane()
        this.#message = null
        const { addin, senders, profile } = this.#setting
        const compose: Compose = new Compose(this.#api, {
            closed: () => { this.#composed(compose) },
            addin: addin !== "" && profile.composes ? () => {
                compose.context = ""
                this.#openCompose(compose)
            } : null,
            popOut: (id) => { this.#popOut(id) },
            maySend: () => maySend(this.#setting, () => composeTable(this.#setting, compose), (context) => { this.#actOn(compose, context) }),
            senders, discards: profile.discards, stale: profile.stale ? STALE : 0,
        }, draft)
        this.#compose = compose
        this.#show(compose.root)
        compose.focus()
        return compose
    }

    #current(view: View): Folder {
        const found = view.folders.find((one) => one.id === view.folder)
        if (!found) throw new Error("the mailbox has no such folder")
        return found
    }

    #draw(): void {
        if (!this.#view) return
        drawFolders(this.#view.folders, this.#folder, (id) => { this.#pick(id) })
        drawMessages(this.#view.messages, this.#current(this.#view), this.#message?.id ?? null, (one) => void this.#open(one))
    }

    #pick(folder: string): void {
        this.#folder = folder
        this.#etag = null
        document.body.classList.remove("reads")
        void this.refresh()
    }

    async #open(summary: Summary): Promise<void> {
        const message = await this.#api.message(summary.id)
        if (message.is_draft) {
            await this.write(message)
            return
        }
        await this.#compose?.close(false)
        this.#message = message
        if (!message.is_read) void this.#api.markRead(message.id).then(() => this.refresh())
        this.#read(message)
        this.#draw()
    }

    #read(message: Message): void {
        const notes = el("div", { class: "notes", role: "status" })
        const table = (): Message => this.#message ?? message
        const setting = this.#setting
        const shown = reading(this.#api, message, {
            back: () => { this.#close() },
            reply: () => void this.#answer(message, false),
            forward: () => void this.#answer(message, true),
            remove: () => void this.#remove(message),
            addin: setting.addin === "" ? null : () => {
                this.#openPane(setting.addin.replace(/\/compose$/, "/read"), readTable(setting, notes, table))
            },
        }, notes)
        const open = this.#pane
        this.#show(shown)
        if (open) {
            this.#area.append(open.root)
            open.tell("read-item", readContext(message, this.#domain))
            open.tell("olkItemSelectedChanged", { type: "olkItemSelectedChanged" })
        }
    }

    /** A reply or a forward, as Outlook begins it: with the mail below, and a forward with its files. */
    async #answer(message: Message, forwards: boolean): Promise<void> {
        const compose = await this.write(null)
        ;(forwards ? forwarded : answered)(compose, message)
        compose.changed()
    }

    /** The draft of a window that was opened for it. */
    async openDraft(id: string): Promise<void> {
        await this.write(await this.#api.message(id))
    }

    #popOut(id: string): void {
        const target = new URL(location.href)
        target.searchParams.set("draft", id)
        window.open(target, "_blank", "noopener")
    }

    async #remove(message: Message): Promise<void> {
        await this.#api.remove(message.id)
        this.#close()
        await this.refresh()
    }

    #openCompose(compose: Compose): void {
        const setting = this.#setting
        this.#openPane(setting.addin, composeTable(setting, compose))
        compose.onRecipients = (fields) => {
            const changedRecipientFields = Object.fromEntries(FIELDS.map((one) => [one, fields.includes(one)]))
            this.#pane?.tell("olkRecipientsChanged", { type: "olkRecipientsChanged", changedRecipientFields })
        }
    }

    /** The button of the add-in's dialog: its pane opens, or hears of it when it is open. */
    #actOn(compose: Compose, context: string): void {
        compose.context = context
        this.#pane?.tell("olkInitializationContextChanged", { initializationContextData: context })
        this.#openCompose(compose)
    }

    #openPane(url: string, table: ConstructorParameters<typeof Pane>[1]): void {
        if (this.#pane) return
        this.#pane = new Pane(url, table, this.#setting.faults, () => { this.#closePane() })
        this.#area.append(this.#pane.root)
        document.body.classList.add("has-pane")
    }

    #closePane(): void {
        this.#pane?.remove()
        this.#pane = null
        document.body.classList.remove("has-pane")
    }

    #show(content: HTMLElement): void {
        this.#area.replaceChildren(content)
        document.body.classList.add("reads")
        if (this.#compose?.root !== content) this.#area.focus()
    }

    #composed(compose: Compose): void {
        if (this.#compose !== compose) return
        this.#compose = null
        this.#close()
        void this.refresh()
    }

    #close(): void {
        this.#closePane()
        this.#message = null
        this.#area.replaceChildren(el("p", { class: "empty" }, "Choose a message."))
        document.body.classList.remove("reads")
        this.#draw()
    }
}
