/** Templates for the letter: searched by name, their fields filled here. Loaded when somebody asks for one. */

import { element, find } from "@letterlock/kit/dom"
import { list, members } from "@letterlock/kit/shape"
import type { Desk } from "@letterlock/kit/writing/index"

import type { Draft } from "./draft.ts"
import { known, unsure } from "./merge.ts"
import type { SecondEditor, SecondParts } from "./second-editor.ts"
import { Book } from "./stationery-book.ts"
import { matching, type Template, templateIn, type Whole, wholeIn } from "./stationery-list.ts"
import { labelOf, languageName, STATIONERY as WORDS } from "./stationery-words.ts"

/** What the letter's own script lends: it has the editor, and the way to the server. */
export interface PickerParts {
    readonly desk: Desk
    readonly draft: () => Draft | null
    /** Names of the fields in a template's html. */
    readonly fieldsOf: (html: string) => readonly string[]
    /** Put it into the letter; the panel goes. */
    readonly insert: (html: string, values: ReadonlyMap<string, string>) => void
    readonly announce: (text: string) => void
    readonly secondEditor: (parts: SecondParts) => SecondEditor
    /** What stands under letters is another now. */
    readonly ended: (said: Readonly<Record<string, unknown>>) => void
}

export class Picker {
    readonly #parts: PickerParts
    readonly #panel = find("#picking", HTMLElement)
    readonly #field = find("#pick", HTMLInputElement)
    readonly #list = find("#pick-list", HTMLUListElement)
    readonly #form = find("#pick-fields", HTMLFormElement)
    readonly #said = find("#pick-said", HTMLElement)
    #book: Book | null = null
    #all: readonly Template[] | null = null
    #shown: readonly Template[] = []
    #active = 0
    /** Counts what was asked for: a late answer to an earlier press does nothing. */
    #turn = 0

    constructor(parts: PickerParts) {
        this.#parts = parts
        this.#field.addEventListener("input", () => { this.#show(0) })
        this.#field.addEventListener("keydown", (event) => { this.#press(event) })
        find("#pick-manage", HTMLButtonElement).addEventListener("click", () => { this.#manage() })
    }

    /** The panel has just been opened. */
    open(): void {
        this.#asks(false)
        this.#said.textContent = WORDS.loading
        if (this.#all !== null) this.#show(0)
        void this.#fetch()
    }

    async #fetch(): Promise<void> {
        const now = ++this.#turn
        try {
            const said = members(await this.#parts.desk.call((api) => api.get("/templates")))
            this.#all = list(said["templates"]).map(templateIn)
            if (now === this.#turn) this.#show(0)
        } catch {
            if (now === this.#turn) this.#said.textContent = WORDS.away
        }
    }

    #show(active: number): void {
        const search = this.#field.value.trim()
        if (this.#all === null || !this.#form.hidden) return
        this.#shown = matching(this.#all, search)
        this.#list.replaceChildren(...this.#shown.map((one, index) => this.#option(one, index)))
        this.#list.hidden = this.#shown.length === 0
        this.#field.setAttribute("aria-expanded", String(this.#shown.length > 0))
        this.#said.textContent = this.#all.length === 0 ? WORDS.none : this.#shown.length === 0 ? WORDS.nothing(search) : WORDS.count(this.#shown.length)
        this.#activate(active)
        this.#inSight()
    }

    /** All of the panel, and not its first field alone, stands over the foot. */
    #inSight(): void {
        this.#panel.scrollIntoView({ block: "nearest" })
    }

    #option(one: Template, index: number): HTMLLIElement {
        const option = element("li", { id: `pick-${String(index)}`, role: "option", "aria-selected": "false" },
            element("span", { class: "who" }, one.name), " ", element("span", { class: "more" }, WORDS.of(one.firm, languageName(one.language))))
        option.addEventListener("mousedown", (event) => { event.preventDefault() })   // focus stays in the field
        option.addEventListener("click", () => { void this.#choose(one) })
        return option
    }

    #activate(index: number): void {
        const { length } = this.#shown
        this.#active = length === 0 ? 0 : (index + length) % length
        this.#list.querySelectorAll("[role=option]").forEach((option, at) => { option.setAttribute("aria-selected", String(at === this.#active)) })
        const option = this.#list.children[this.#active]
        if (option === undefined) this.#field.removeAttribute("aria-activedescendant")
        else {
            this.#field.setAttribute("aria-activedescendant", option.id)
            option.scrollIntoView({ block: "nearest" })
        }
    }

    #press(event: KeyboardEvent): void {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
        if (step !== undefined) this.#activate(this.#active + step)
        else if (event.key === "Enter" && !event.isComposing) {
            const one = this.#shown[this.#active]
            if (one !== undefined) void this.#choose(one)
        } else return
        event.preventDefault()
    }

    async #choose(one: Template): Promise<void> {
        const now = ++this.#turn
        try {
            const whole = wholeIn(await this.#parts.desk.call((api) => api.get(`/templates/${one.id}`)))
            if (now === this.#turn && !this.#panel.hidden) this.#take(whole)
        } catch (error) {
            if (now !== this.#turn) return
            if (error instanceof Error && "status" in error && error.status === 404) await this.#fetch()
            this.#said.textContent = error instanceof Error && "status" in error && error.status === 404 ? WORDS.gone : WORDS.notInserted
        }
    }

    #take(one: Whole): void {
        const to = this.#to()
        if (to === null) return
        const values = this.#known(one, to)
        const missing = this.#missing(one, values)
        if (missing.length === 0) this.#insert(one, values)
        else this.#ask(one, missing, to)
    }

    #to(): Draft["recipients"] | null {
        return this.#parts.draft()?.recipients.filter(({ role }) => role === "to") ?? null
    }

    #known(one: Whole, to: Draft["recipients"]): Map<string, string> {
        const { me } = this.#parts.desk
        return known({ to, sender: me, firm: me.firmName, today: new Date(), language: one.language })
    }

    #missing(one: Whole, values: ReadonlyMap<string, string>): string[] {
        return this.#parts.fieldsOf(one.body).filter((name) => !values.has(name))
    }

    /** One small form for what nobody knows but the writer. */
    #ask(one: Whole, missing: readonly string[], to: Draft["recipients"]): void {
        const why = { several: WORDS.several(to.length), nobody: WORDS.nobody, unnamed: WORDS.unnamed }[unsure(to)]
        const inputs = missing.map((_, index) => element("input", { class: "flu", id: `fill-${String(index)}`, type: "text", maxlength: "200", autocomplete: "off" }))
        const rows = missing.map((name, index) => {
            const input = inputs[index] ?? element("input")
            const row = element("div", { class: "fld" }, element("label", { for: input.id }, labelOf(name)), input)
            if (name !== "first_name" && name !== "last_name") return row
            input.setAttribute("aria-describedby", `${input.id}-why`)
            row.append(element("p", { class: "tiny faint", id: `${input.id}-why` }, why))
            return row
        })
        const insert = element("button", { class: "btn pri grow", type: "submit" }, WORDS.insert)
        const back = element("button", { class: "btn", type: "button" }, WORDS.back)
        this.#form.replaceChildren(element("p", { class: "small" }, WORDS.ask(one.name)), ...rows, element("p", { class: "tiny faint" }, WORDS.left), element("div", { class: "row" }, insert, back))
        back.addEventListener("click", () => {
            this.open()
            this.#field.focus()
        })
        this.#form.onsubmit = (event) => {
            event.preventDefault()
            // Whom it goes to may have changed since the form was opened.
            const values = this.#known(one, this.#to() ?? to)
            missing.forEach((name, index) => { values.set(name, inputs[index]?.value ?? "") })
            if (this.#missing(one, values).length === 0) this.#insert(one, values)
            else this.#take(one)
        }
        this.#asks(true)
        inputs[0]?.focus({ preventScroll: true })
        this.#inSight()
    }

    #insert(one: Whole, values: ReadonlyMap<string, string>): void {
        const open = this.#parts.fieldsOf(one.body).filter((name) => (values.get(name) ?? "").trim() === "").length
        this.#parts.insert(one.body, values)
        this.#form.replaceChildren()   // what was filled in stays nowhere but in the letter
        this.#parts.announce([WORDS.inserted(one.name), ...(open === 0 ? [] : [WORDS.open(open)])].join(" "))
    }

    /** Show the form, or the search. */
    #asks(now: boolean): void {
        this.#form.hidden = !now
        if (!now) this.#form.replaceChildren()
        for (const part of this.#panel.querySelectorAll<HTMLElement>("[data-search]")) part.hidden = now
        if (now) this.#said.textContent = ""
        this.#list.hidden = now || this.#shown.length === 0
    }

    #manage(): void {
        this.#book ??= new Book(this.#parts, () => {
            this.open()
            this.#field.focus()
        })
        void this.#book.open()
    }
}
