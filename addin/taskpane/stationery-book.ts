/** Where templates, the signature and the firm's line are made and changed. */

import { element, find } from "@letterlock/kit/dom"
import { list, type Members, members, text } from "@letterlock/kit/shape"

import type { PickerParts } from "./stationery.ts"
import { BookForm, type Wanted } from "./stationery-form.ts"
import { type Template, templateIn, wholeIn } from "./stationery-list.ts"
import { languageName, STATIONERY as WORDS } from "./stationery-words.ts"

export class Book {
    readonly #parts: PickerParts
    readonly #dialog = find("#book", HTMLDialogElement)
    readonly #overview = find("#book-overview", HTMLElement)
    readonly #said = find("#book-said", HTMLElement)
    readonly #back = find("#book-back", HTMLButtonElement)
    readonly #form: BookForm
    #ending: Members = {}

    /** @param left - Told when it is closed. */
    constructor(parts: PickerParts, left: () => void) {
        this.#parts = parts
        this.#form = new BookForm(parts.secondEditor, {
            keep: (wanted) => this.#keep(wanted),
            leave: () => { void this.#show() },
        })
        const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
        this.#back.addEventListener("click", () => { this.#dialog.close() })
        press("book-new-own", () => { this.#edit(null, false) })
        press("book-new-firm", () => { this.#edit(null, true) })
        press("book-signature", () => { this.#sign() })
        press("book-tagline", () => { this.#line() })
        find("#book-new-firm", HTMLButtonElement).hidden = find("#book-tagline", HTMLButtonElement).hidden = !parts.desk.me.admin
        this.#dialog.addEventListener("close", left)
        // In a form, Escape leaves the form: what was written there is not lost with one key.
        this.#dialog.addEventListener("cancel", (event) => {
            if (this.#overview.hidden) {
                event.preventDefault()
                void this.#show()
            }
        })
    }

    async open(): Promise<void> {
        this.#dialog.showModal()
        await this.#show()
    }

    /** All there is, fetched anew. @param words - what was done. */
    async #show(words = ""): Promise<void> {
        this.#form.hide()
        this.#overview.hidden = this.#back.hidden = false
        find("#book-h", HTMLElement).focus()
        this.#said.textContent = words === "" ? WORDS.loading : words
        try {
            const { call } = this.#parts.desk
            const [said, ending] = await Promise.all([call((api) => api.get("/templates")), call((api) => api.get("/ending"))])
            this.#ending = members(ending)
            const all = list(members(said)["templates"]).map(templateIn)
            this.#rows("own", all.filter(({ firm }) => !firm), WORDS.noneOwn)
            this.#rows("firm", all.filter(({ firm }) => firm), this.#parts.desk.me.admin ? WORDS.noneFirmAdmin : WORDS.noneFirm)
            find("#book-signature-now", HTMLElement).textContent = linesOf(text(members(this.#ending["signature"]), "body")) || WORDS.noSignature
            find("#book-tagline-now", HTMLElement).textContent = text(members(this.#ending["tagline"]), "text") || WORDS.noTagline
            if (words === "") this.#said.textContent = ""
        } catch {
            this.#said.textContent = WORDS.away
        }
    }

    #rows(whose: "own" | "firm", all: readonly Template[], none: string): void {
        const host = find(`#book-${whose}`, HTMLUListElement)
        host.replaceChildren(...all.map((one) => this.#row(one)))
        host.hidden = all.length === 0
        find(`#book-${whose}-none`, HTMLElement).textContent = all.length === 0 ? none : ""
    }

    #row(one: Template): HTMLLIElement {
        const row = element("li", { class: "strip" }, element("span", { class: "grow" },
            element("span", { class: "who" }, one.name), element("span", { class: "more" }, languageName(one.language))))
        if (one.firm && !this.#parts.desk.me.admin) return row
        const change = element("button", { class: "btn", type: "button", "aria-label": WORDS.changes(one.name) }, WORDS.change)
        const remove = element("button", { class: "btn", type: "button", "aria-label": WORDS.removes(one.name) }, WORDS.remove)
        change.addEventListener("click", () => { void this.#open(one) })
        remove.addEventListener("click", () => { this.#ask(one, row) })
        row.append(change, remove)
        return row
    }

    /** Ask before a template goes, in its own row. */
    #ask(one: Template, row: HTMLElement): void {
        const yes = element("button", { class: "btn", type: "button" }, WORDS.yes)
        const no = element("button", { class: "btn", type: "button" }, WORDS.no)
        const fresh = element("li", { class: "strip sure" }, element("p", { class: "small grow" }, WORDS.sure(one.name, one.firm)), yes, no)
        yes.addEventListener("click", () => { void this.#remove(one) })
        no.addEventListener("click", () => {
            const again = this.#row(one)
            fresh.replaceWith(again)
            again.querySelectorAll("button")[1]?.focus()
        })
        row.replaceWith(fresh)
        yes.focus()
    }

    async #remove(one: Template): Promise<void> {
        try {
            await this.#parts.desk.call((api) => api.delete(`/templates/${one.id}`))
            await this.#show(WORDS.removed(one.name))
        } catch (error) {
            await this.#show(statusOf(error) === 404 ? WORDS.removed(one.name) : WORDS.away)
        }
    }

    async #open(one: Template): Promise<void> {
        try {
            const whole = wholeIn(await this.#parts.desk.call((api) => api.get(`/templates/${one.id}`)))
            this.#edit(whole, one.firm)
        } catch (error) {
            await this.#show(statusOf(error) === 404 ? WORDS.gone : WORDS.away)
        }
    }

    #edit(whole: ReturnType<typeof wholeIn> | null, firm: boolean): void {
        this.#aside()
        this.#form.template(whole, firm)
    }

    #sign(): void {
        this.#aside()
        const now = members(this.#ending["signature"])
        this.#form.signature(text(now, "body"), { letters: now["letters"] === true, replies: now["replies"] === true })
    }

    #line(): void {
        this.#aside()
        const now = members(this.#ending["tagline"])
        this.#form.tagline(text(now, "text"), { letters: now["letters"] === true, replies: now["replies"] === true })
    }

    #aside(): void {
        this.#overview.hidden = this.#back.hidden = true   // one way out of a form, which says that it is left
        this.#said.textContent = ""
    }

    /** Keep what the form says. A sentence where it could not be kept. */
    async #keep({ path, method, body, key, words }: Wanted): Promise<string> {
        try {
            const said = members(await this.#parts.desk.call((api) => api[method](path, { body, key })))
            if (path.startsWith("/ending/")) this.#parts.ended(said)
            await this.#show(words)
            return ""
        } catch (error) {
            return trouble(error)
        }
    }
}

const statusOf = (error: unknown): unknown => error instanceof Error && "status" in error ? error.status : null

/** By what the server says, in our words. */
function trouble(error: unknown): string {
    const said = error as { readonly code?: unknown, readonly facts?: { readonly field?: unknown } } | null
    const field = said?.facts?.field
    if (field === "name") return WORDS.named
    if (field === "body") return WORDS.long
    if (said?.code === "template-changed") return WORDS.meanwhile
    if (said?.code === "too-many-templates") return WORDS.many
    return statusOf(error) === 404 ? WORDS.gone : WORDS.notKept
}

/** The lines of an html text, for a glance at it. The document that is made of it is inert. */
function linesOf(html: string): string {
    const { body } = new DOMParser().parseFromString(html, "text/html")
    return [...body.querySelectorAll("p, li")].map(({ textContent }) => textContent.trim()).filter((line) => line !== "").join("\n")
}
