/** The compose form: an ordinary mail, kept in Drafts while it is typed. */
import type { Api, Draft, Message } from "./api.ts"
import { announce, button, el } from "./dom.ts"
import { parse, written } from "./people.ts"

export const FIELDS = ["to", "cc", "bcc"] as const
export type Field = (typeof FIELDS)[number]

const PAUSE = 1200

/** What the window around the form does. */
export interface Surroundings {
    readonly closed: () => void
    /** Open the add-in beside the form; null when this person has none. */
    readonly addin: (() => void) | null
}

/** One message being written. */
export class Compose {
    readonly root: HTMLElement
    readonly headers: Record<string, string> = {}
    readonly notes = el("div", { class: "notes", role: "status" })
    onRecipients: ((fields: readonly Field[]) => void) | null = null
    readonly #api: Api
    readonly #around: Surroundings
    readonly #inputs = new Map<string, HTMLInputElement>()
    readonly #body = el("textarea", { id: "compose-body", "aria-label": "Message body", rows: "12" })
    readonly #state = el("p", { class: "draft-state", role: "status" })
    #id: string | null
    #timer: number | undefined
    #saving: Promise<unknown> = Promise.resolve()

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

    /** Replace a field's people, as an add-in does. */
    setPeople(field: Field, line: string): void {
        this.#input(field).value = line
        this.#changed()
        this.onRecipients?.([field])
    }

    get subject(): string {
        return this.#input("subject").value
    }

    set subject(text: string) {
        this.#input("subject").value = text
        this.#changed()
    }

    get body(): string {
        return this.#body.value
    }

    set body(text: string) {
        this.#body.value = text
        this.#changed()
    }

    /** The draft's id, null before the first save. */
    get id(): string | null {
        return this.#id
    }

    /** Keep the draft now. Saves never overlap, so one message is one draft. */
    save(): Promise<string> {
        window.clearTimeout(this.#timer)
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
        if (discard && this.#id !== null) await this.#api.remove(this.#id, true).catch(() => undefined)
        else if (!discard && this.#isUsed()) await this.save()
        this.#around.closed()
    }

    focus(): void {
        this.#input("to").focus()
    }

    #form(): HTMLElement {
        const bar = el("div", { class: "ribbon", role: "toolbar", "aria-label": "Message" },
            button("Send", () => void this.#send(), { class: "primary" }),
            button("Discard", () => void this.close(true)))
        if (this.#around.addin) bar.append(button("Letterlock", this.#around.addin, { class: "addin" }))
        bar.append(button("Close", () => void this.close(false)))
        const rows = [["to", "To"], ["cc", "Cc"], ["bcc", "Bcc"], ["subject", "Subject"]] as const
        this.#body.addEventListener("input", () => { this.#changed() })
        return el("section", { class: "compose", "aria-label": "New message" },
            bar, this.notes, ...rows.map(([id, label]) => this.#row(id, label)), this.#body, this.#state)
    }

    #row(id: string, label: string): HTMLElement {
        const input = el("input", { id: `compose-${id}`, type: "text", autocomplete: "off", spellcheck: id === "subject" ? "true" : "false" })
        this.#inputs.set(id, input)
        input.addEventListener("input", () => { this.#changed() })
        if (id !== "subject") input.addEventListener("change", () => { this.onRecipients?.([id as Field]) })
        return el("div", { class: "row" }, el("label", { for: input.id }, label), input)
    }

    #input(id: string): HTMLInputElement {
        const found = this.#inputs.get(id)
        if (!found) throw new Error(`the form has no ${id}`)
        return found
    }

    #fill(draft: Message): void {
        for (const field of FIELDS) this.#input(field).value = draft[field].map(written).join("; ")
        this.#input("subject").value = draft.subject
        this.#body.value = draft.text
        Object.assign(this.headers, Object.fromEntries(draft.headers))
    }

    #draft(): Draft {
        const [to, cc, bcc] = FIELDS.map((field) => this.#input(field).value) as [string, string, string]
        return { to, cc, bcc, subject: this.subject, body: this.body, headers: this.headers }
    }

    #isUsed(): boolean {
        return this.#id !== null || [...this.#inputs.values()].some((one) => one.value !== "") || this.body !== ""
    }

    #changed(): void {
        this.#state.textContent = ""
        window.clearTimeout(this.#timer)
        this.#timer = window.setTimeout(() => void this.save().catch(() => {
            this.#state.textContent = "Not saved: the sandbox does not answer. What you typed is still here."
        }), PAUSE)
    }

    async #send(): Promise<void> {
        try {
            await this.#api.send(await this.save())
            announce("Message sent")
            this.#around.closed()
        } catch (error) {
            this.notes.replaceChildren(el("p", { class: "note", role: "alert" }, error instanceof Error ? error.message : "Not sent."))
        }
    }
}
