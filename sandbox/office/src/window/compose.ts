/** The compose form: an ordinary mail, kept in Drafts while it is typed, and with each file. */
import type { Api, Draft, Message, Person } from "./api.ts"
import { Attachments } from "./attachments.ts"
import { announce, button, el } from "./dom.ts"
import { parse, written } from "./people.ts"
import { Rich } from "./rich.ts"

export const FIELDS = ["to", "cc", "bcc"] as const
export type Field = (typeof FIELDS)[number]

const PAUSE = 1200

/** What the window around the form does. */
export interface Surroundings {
    readonly closed: () => void
    /** Open the add-in beside the form; null when this person, or this client, has none. */
    readonly addin: (() => void) | null
    /** Show the draft in a window of its own. */
    readonly popOut: (id: string) => void
    /** In whose names this person may send, her own first. */
    readonly senders: readonly Person[]
    /** Where a discarded draft goes. */
    readonly discards: "deletions" | "deleteditems"
    /** What the add-in says when somebody presses "Send". */
    readonly maySend: () => Promise<boolean>
    /** How long an add-in still gets what stood there before somebody typed, in milliseconds. */
    readonly stale: number
}

/** One message being written. */
export class Compose {
    readonly root: HTMLElement
    readonly headers: Record<string, string> = {}
    readonly session = new Map<string, string>()
    readonly notes = el("div", { class: "notes", role: "status" })
    readonly body = new Rich("Message body")
    readonly files = new Attachments(() => void this.save().catch(() => { this.#notSaved() }))
    /** What the add-in's own dialog hands to its pane; empty when the pane was opened by its button. */
    context = ""
    kind: "newMail" | "reply" | "forward" = "newMail"
    onRecipients: ((fields: readonly Field[]) => void) | null = null
    readonly #api: Api
    readonly #around: Surroundings
    readonly #inputs = new Map<string, HTMLInputElement>()
    readonly #from = el("select", { id: "compose-from" })
    readonly #before = new Map<string, string>()
    readonly #state = el("p", { class: "draft-state", role: "status" })
    #id: string | null
    #timer: number | undefined
    #saving: Promise<unknown> = Promise.resolve()
    #isSending = false

    constructor(api: Api, around: Surroundings, draft: Message | null) {
        this.#api = api
        this.#around = around
        this.#id = draft?.id ?? null
        this.root = this.#form()
        if (draft !== null) this.#fill(draft)
    }

    /** The people of a field, as typed. */
    people(field: Field): ReturnType<typeof parse> {
        return parse(this.#input(field).value)
    }

    /** The people of a field, as the imitated client tells an add-in. */
    toldPeople(field: Field): ReturnType<typeof parse> {
        return parse(this.#before.get(field) ?? this.#input(field).value)
    }

    /** The body as the imitated client tells an add-in. */
    toldBody(kind: "html" | "text"): string {
        return this.#before.get(kind) ?? this.body[kind]
    }

    /** Replace a field's people, as an add-in does. */
    setPeople(field: Field, line: string): void {
        this.#input(field).value = line
        this.changed()
        this.onRecipients?.([field])
    }

    get subject(): string {
        return this.#input("subject").value
    }

    set subject(text: string) {
        this.#input("subject").value = text
        this.changed()
    }

    /** In whose name it goes. */
    get from(): Person {
        const found = this.#around.senders.find(({ address }) => address === this.#from.value)
        if (found === undefined) throw new Error("nobody sends this")
        return found
    }

    /** The draft's id, null before the first save. */
    get id(): string | null {
        return this.#id
    }

    /** Keep the draft now. Saves never overlap, so one message is one draft. */
    save(): Promise<string> {
        window.clearTimeout(this.#timer)
        this.#before.clear()
        const done = this.#saving.catch(() => undefined).then(async () => {
            this.#id = await this.#api.save(this.#draft(), this.#id)
            this.#state.textContent = "Draft saved"
            return this.#id
        })
        this.#saving = done
        return done
    }

    /** Close; `discard` throws the draft away, else what was typed is kept. */
    async close(discard: boolean): Promise<void> {
        window.clearTimeout(this.#timer)
        await this.#saving.catch(() => undefined)
        if (discard && this.#id !== null) await this.#api.remove(this.#id, this.#around.discards).catch(() => undefined)
        else if (!discard && this.#isUsed()) await this.save()
        this.#around.closed()
    }

    /** As the button "Send" does: kept as a draft first. @throws Error where it is not taken. */
    async send(): Promise<void> {
        await this.#api.send(await this.save())
        announce("Message sent")
        this.#around.closed()
    }

    focus(): void {
        this.#input("to").focus()
    }

    /** Something changed: keep the draft after a pause. */
    changed(): void {
        this.#state.textContent = ""
        window.clearTimeout(this.#timer)
        this.#timer = window.setTimeout(() => void this.save().catch(() => { this.#notSaved() }), PAUSE)
    }

    #form(): HTMLElement {
        const bar = el("div", { class: "ribbon", role: "toolbar", "aria-label": "Message" },
            button("Send", () => void this.#send(), { class: "primary" }),
            button("Discard", () => void this.close(true)))
        if (this.#around.addin) bar.append(button("Letterlock", this.#around.addin, { class: "addin" }))
        bar.append(button("Close", () => void this.close(false)),
            button("Own window", () => void this.#popOut(), { class: "plain" }))
        const rows = [["to", "To"], ["cc", "Cc"], ["bcc", "Bcc"], ["subject", "Subject"]] as const
        this.body.root.addEventListener("beforeinput", () => { this.#remember({ html: this.body.html, text: this.body.text }) })
        this.body.root.addEventListener("input", () => { this.changed() })
        return el("section", { class: "compose", "aria-label": "New message" },
            bar, this.notes, ...this.#senders(), ...rows.map(([id, label]) => this.#row(id, label)),
            this.files.root, this.body.root, this.#state)
    }

    #senders(): HTMLElement[] {
        const { senders } = this.#around
        this.#from.append(...senders.map(({ name, address }) => el("option", { value: address }, `${name} <${address}>`)))
        this.#from.addEventListener("change", () => { this.changed() })
        return senders.length < 2 ? [] : [el("div", { class: "row" }, el("label", { for: this.#from.id }, "From"), this.#from)]
    }

    #row(id: string, label: string): HTMLElement {
        const input = el("input", { id: `compose-${id}`, type: "text", autocomplete: "off", spellcheck: id === "subject" ? "true" : "false" })
        this.#inputs.set(id, input)
        input.addEventListener("beforeinput", () => { this.#remember({ [id]: input.value }) })
        input.addEventListener("input", () => { this.changed() })
        if (id !== "subject") input.addEventListener("change", () => { this.onRecipients?.([id as Field]) })
        return el("div", { class: "row" }, el("label", { for: input.id }, label), input)
    }

    /** What stood there before somebody typed is what a stale client goes on telling. */
    #remember(before: Readonly<Record<string, string>>): void {
        if (this.#around.stale === 0) return
        for (const [name, value] of Object.entries(before)) if (!this.#before.has(name)) this.#before.set(name, value)
        window.setTimeout(() => { for (const name of Object.keys(before)) this.#before.delete(name) }, this.#around.stale)
    }

    #input(id: string): HTMLInputElement {
        const found = this.#inputs.get(id)
        if (!found) throw new Error(`the form has no ${id}`)
        return found
    }

    #fill(draft: Message): void {
        for (const field of FIELDS) this.#input(field).value = draft[field].map(written).join("; ")
        this.#input("subject").value = draft.subject
        this.#from.value = draft.from.address
        if (draft.html === null) this.body.text = draft.text
        else this.body.html = draft.html
        this.files.restore(draft.attachments)
        Object.assign(this.headers, Object.fromEntries(draft.headers))
    }

    #draft(): Draft {
        const [to, cc, bcc] = FIELDS.map((field) => this.#input(field).value) as [string, string, string]
        const { html, text } = this.body
        return { from: this.from.address, to, cc, bcc, subject: this.subject, body: html, text, headers: this.headers, attachments: this.files.all }
    }

    #isUsed(): boolean {
        return this.#id !== null || [...this.#inputs.values()].some((one) => one.value !== "") || !this.body.isEmpty || this.files.all.length > 0
    }

    #notSaved(): void {
        this.#state.textContent = "Not saved: the sandbox does not answer. What you typed is still here."
    }

    async #popOut(): Promise<void> {
        const id = await this.save()
        this.#around.popOut(id)
        this.#around.closed()
    }

    async #send(): Promise<void> {
        if (this.#isSending) return
        this.#isSending = true
        try {
            if (await this.#around.maySend()) await this.send()
        } catch (error) {
            this.notes.replaceChildren(el("p", { class: "note", role: "alert" }, error instanceof Error ? error.message : "Not sent."))
        } finally {
            this.#isSending = false
        }
    }
}
