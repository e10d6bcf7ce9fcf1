/** The form in which a template, a signature or the firm's line is written. */

import { element, find } from "@letterlock/kit/dom"

import type { SecondEditor, SecondParts } from "./second-editor.ts"
import type { Whole } from "./stationery-list.ts"
import { FIELDS, labelOf, LANGUAGES, languageName, STATIONERY as WORDS } from "./stationery-words.ts"

type Kind = "template" | "signature" | "tagline"

/** Where an ending goes by itself. */
export interface Placing {
    readonly letters: boolean
    readonly replies: boolean
}

/** A call that keeps what was written, and what is said when it is kept. */
export interface Wanted {
    readonly method: "post" | "put"
    readonly path: string
    readonly body: Readonly<Record<string, unknown>>
    readonly key: string
    readonly words: string
}

interface Acts {
    /** A sentence where it could not be kept. */
    readonly keep: (wanted: Wanted) => Promise<string>
    readonly leave: () => void
}

const LONGEST = { template: 16_000, signature: 4_000 } as const   // characters of html (http.md section 5)
const NAME = /^[a-z][a-z0-9_]{0,39}$/u

export class BookForm {
    readonly #acts: Acts
    readonly #form = find("#book-form", HTMLElement)
    readonly #name = find("#book-name", HTMLInputElement)
    readonly #language = find("#book-language", HTMLSelectElement)
    readonly #line = find("#book-line", HTMLInputElement)
    readonly #fault = find("#book-fault", HTMLElement)
    readonly #editor: SecondEditor
    #kind: Kind = "template"
    #whole: Whole | null = null
    #firm = false

    constructor(secondEditor: (parts: SecondParts) => SecondEditor, acts: Acts) {
        this.#acts = acts
        this.#editor = secondEditor({ host: find("#book-text", HTMLElement), label: WORDS.body, tell: (what) => { this.#say(WORDS.lost[what]) } })
        this.#language.replaceChildren(...LANGUAGES.map((tag) => element("option", { value: tag }, languageName(tag))))
        find("#book-fields", HTMLElement).append(...FIELDS.map((name) => this.#fieldButton(name)))
        find("#book-keep", HTMLButtonElement).addEventListener("click", () => { void this.#keep() })
        find("#book-leave", HTMLButtonElement).addEventListener("click", () => { acts.leave() })
    }

    hide(): void {
        this.#form.hidden = true
    }

    /** @param whole - null for a new one. */
    template(whole: Whole | null, firm: boolean): void {
        this.#whole = whole
        this.#firm = firm
        this.#begin("template", whole === null ? WORDS.fresh : WORDS.edit)
        this.#name.value = whole?.name ?? ""
        const language = whole?.language ?? "en"
        if (![...this.#language.options].some(({ value }) => value === language)) this.#language.append(element("option", { value: language }, languageName(language)))
        this.#language.value = language
        this.#editor.name(WORDS.body)
        this.#editor.restoreHtml(whole?.body ?? "")
        this.#name.focus()
    }

    signature(body: string, placing: Placing): void {
        this.#begin("signature", WORDS.signature, placing)
        this.#editor.name(WORDS.signature)
        this.#editor.restoreHtml(body)
        this.#editor.focus()
    }

    tagline(line: string, placing: Placing): void {
        this.#begin("tagline", WORDS.line, placing)
        this.#line.value = line
        this.#line.focus()
    }

    #begin(kind: Kind, title: string, placing: Placing | null = null): void {
        this.#kind = kind
        this.#form.hidden = false
        this.#say("")
        find("#book-form-h", HTMLElement).textContent = title
        for (const part of this.#form.querySelectorAll<HTMLElement>("[data-for]")) part.hidden = part.dataset["for"]?.split(" ").includes(kind) !== true
        find("#book-letters", HTMLInputElement).checked = placing?.letters ?? true
        find("#book-replies", HTMLInputElement).checked = placing?.replies ?? false
    }

    #fieldButton(name: string): HTMLButtonElement {
        const button = element("button", { class: "btn", type: "button" }, labelOf(name))
        button.addEventListener("click", () => {
            const { view } = this.#editor
            view.dispatch(view.state.tr.insertText(`{{${name}}}`).scrollIntoView())
            this.#editor.focus()
        })
        return button
    }

    async #keep(): Promise<void> {
        const wanted = this.#wanted()
        if (wanted === null) return
        const button = find("#book-keep", HTMLButtonElement)
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        const fault = await this.#acts.keep(wanted)
        button.setAttribute("aria-disabled", "false")
        this.#say(fault, fault === WORDS.named ? this.#name : null)
    }

    /** What is to be kept; null where something is wrong, which is said. */
    #wanted(): Wanted | null {
        const key = crypto.randomUUID()
        const placing = { letters: find("#book-letters", HTMLInputElement).checked, replies: find("#book-replies", HTMLInputElement).checked }
        if (this.#kind === "tagline") {
            return { method: "put", path: "/ending/tagline", body: { text: this.#line.value.trim(), ...placing }, key, words: WORDS.taglineKept }
        }
        const html = this.#editor.isEmpty() ? "" : this.#editor.written().html
        if (html.length > LONGEST[this.#kind] || html.includes("<img")) return this.#wrong(WORDS.long)
        if (this.#kind === "signature") {
            const isOff = html === "" || !(placing.letters || placing.replies)
            return { method: "put", path: "/ending/signature", body: { body: html, ...placing }, key, words: isOff ? WORDS.signatureOff : WORDS.signatureKept }
        }
        return this.#wantedTemplate(html, key)
    }

    #wantedTemplate(html: string, key: string): Wanted | null {
        const name = this.#name.value.trim()
        const odd = [...this.#editor.view.state.doc.textContent.matchAll(/\{\{(?<name>[^{}]*)\}\}/gu)].map(({ groups }) => groups?.["name"]?.trim() ?? "").find((one) => !NAME.test(one))
        if (name === "") return this.#wrong(WORDS.named, this.#name)
        if (html === "") return this.#wrong(WORDS.empty)
        if (odd !== undefined) return this.#wrong(WORDS.badField(odd))
        const words = { name, language: this.#language.value, body: html }
        if (this.#whole === null) return { method: "post", path: "/templates", body: { ...words, firm: this.#firm }, key, words: WORDS.kept(name) }
        return { method: "put", path: `/templates/${this.#whole.id}`, body: { ...words, version: this.#whole.version }, key, words: WORDS.kept(name) }
    }

    #wrong(words: string, field: HTMLInputElement | null = null): null {
        this.#say(words, field)
        if (field === null) this.#editor.focus()
        return null
    }

    #say(words: string, field: HTMLInputElement | null = null): void {
        this.#fault.textContent = words
        this.#name.setAttribute("aria-invalid", String(field === this.#name && words !== ""))
        field?.focus()
    }
}
