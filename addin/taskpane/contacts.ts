/** People to choose from under To and Bcc while one types. Loaded with the second letter. */

import { element, find, isAddress, list, members, type Person, text, textOr } from "@letterlock/kit"
import type { Caller } from "@letterlock/kit/writing/index"

import { SOURCE, WORDS } from "./contacts-words.ts"
import { NoPeople, peopleLike } from "./graph-people.ts"
import { type Candidate, domainOf, LEAST, type Match, matching } from "./matching.ts"

/** What of the pane it needs. */
export interface World {
    readonly call: Caller
    /** Graph's address with its version. */
    readonly graph: string
    /** A token for People.Read; `quiet`: without asking the person. @throws NotSignedIn */
    readonly token: (quiet: boolean) => Promise<string>
    /** The letter's readers so far, and oneself. */
    readonly readers: () => readonly Person[]
    /** Whom Outlook's own message names. */
    readonly here: () => Promise<readonly Person[]>
    readonly announce: (text: string) => void
}

const TAKES = new Set(["Enter", ",", ";"])
const PAUSE = 250   // milliseconds without a key before Graph is asked

/** What the fields have in common: who is known, and whether the contacts are open. */
export class Sources {
    readonly world: World
    /** The person has asked for her contacts in this pane. */
    isOpen = false
    #known: Promise<readonly Candidate[]> | null = null
    readonly #found = new Map<string, readonly Candidate[]>()
    #notBefore = 0

    constructor(world: World) {
        this.world = world
    }

    /** Those of the firm's server and of Outlook's message. What fails is tried again with the next letter. */
    async near(): Promise<readonly Candidate[]> {
        this.#known ??= this.#fetch().catch(() => {
            this.#known = null
            return []
        })
        const here = await this.world.here().catch(() => [])
        return [...here.map((one) => ({ ...one, source: "here" as const })), ...await this.#known]
    }

    /** From the contacts, once they are open; what was asked before is known. @throws NoPeople */
    async far(typed: string, signal: AbortSignal): Promise<readonly Candidate[]> {
        const before = this.#found.get(typed)
        if (!this.isOpen || before !== undefined) return before ?? []
        const left = this.#notBefore - Date.now()
        if (left > 0) throw new NoPeople("busy", left)
        try {
            const token = await this.world.token(true).catch(() => { throw new NoPeople("denied") })
            const found = await peopleLike(this.world.graph, token, typed, signal)
            this.#found.set(typed, found)
            return found
        } catch (error) {
            if (error instanceof NoPeople) this.#notBefore = Date.now() + error.wait
            throw error
        }
    }

    /** Everybody who is known by now, without asking anybody. */
    get remembered(): readonly Candidate[] { return [...this.#found.values()].flat() }

    /** Ask the person to open her contacts. @throws NoPeople */
    async open(): Promise<void> {
        await this.world.token(false).catch(() => { throw new NoPeople("denied") })
        this.isOpen = true
    }

    async #fetch(): Promise<readonly Candidate[]> {
        const said = members(await this.world.call((api) => api.get("/people")))
        return list(said["people"]).map(members).map((one) => ({
            address: text(one, "address"), name: textOr(one, "name", ""), source: one["colleague"] === true ? "colleague" : "known",
        }))
    }
}

/** The list under one field. */
export class Contacts {
    readonly #input: HTMLInputElement
    readonly #list: HTMLUListElement
    readonly #line = element("p", { class: "tiny mute looked", role: "status" })
    readonly #sources: Sources
    readonly #pick: (person: Person) => boolean
    #matches: readonly Match[] = []
    #near: readonly Candidate[] = []
    #active = -1
    #turn = new AbortController()
    #timer: ReturnType<typeof setTimeout> | undefined

    /** @param pick - Takes the person into the letter; false where there is no room. */
    constructor(input: HTMLInputElement, sources: Sources, pick: (person: Person) => boolean) {
        this.#input = input
        this.#sources = sources
        this.#pick = pick
        this.#list = listUnder(input)
        this.#list.after(this.#line)
        input.addEventListener("input", () => { this.typed() })
        for (const ends of ["blur", "paste"]) input.addEventListener(ends, () => { this.#close() })
        // Before the field's own keys: Enter takes the person that is marked, else what is typed.
        input.addEventListener("keydown", (event) => { this.#press(event) }, { capture: true })
        this.#list.addEventListener("mousedown", (event) => { event.preventDefault() })   // the field keeps focus
        this.#list.addEventListener("click", (event) => {
            const option = event.target instanceof Element ? event.target.closest("[role=option]") : null
            if (option !== null) this.#take([...this.#list.children].indexOf(option))
        })
    }

    /** Look for what stands in the field now; what was looked for before is of no use any more. */
    typed(): void {
        this.#turn.abort()
        this.#turn = new AbortController()
        clearTimeout(this.#timer)
        this.#say("")
        const { value } = this.#input
        if (value.trim().length < LEAST || this.#input.readOnly) this.#close()
        else void this.#look(value, this.#turn.signal)
    }

    async #look(typed: string, signal: AbortSignal): Promise<void> {
        this.#near = await this.#sources.near()
        if (signal.aborted) return
        this.#show(typed)
        if (!this.#sources.isOpen) return
        this.#timer = setTimeout(() => { void this.#ask(typed, signal) }, PAUSE)
    }

    async #ask(typed: string, signal: AbortSignal): Promise<void> {
        try {
            await this.#sources.far(typed, signal)
            if (signal.aborted) return
            this.#show(typed)
            if (this.#matches.length === 0) this.#say(WORDS.nobody)
        } catch (error) {
            if (!signal.aborted) this.#say(WORDS[error instanceof NoPeople ? error.why : "away"])
        }
    }

    #show(typed: string): void {
        if (document.activeElement !== this.#input) return
        this.#matches = matching([...this.#near, ...this.#sources.remembered], typed, this.#sources.world.readers())
        const rows = this.#matches.map((one, index) => this.#row(one, index))
        if (!this.#sources.isOpen && !isAddress(typed.trim())) rows.push(this.#option(this.#matches.length, element("b", {}, WORDS.ask), element("span", { class: "at" }, WORDS.asks)))
        this.#list.replaceChildren(...rows)
        this.#mark(-1)
        this.#setOpen(rows.length > 0)
        if (this.#matches.length > 0) this.#sources.world.announce(WORDS.found(this.#matches.length))
    }

    #row({ name, address, source, twin }: Match, index: number): HTMLLIElement {
        const domain = domainOf(address)
        const at = twin === ""
            ? element("span", { class: "at" }, address)
            : element("span", { class: "at" }, address.slice(0, -domain.length), element("b", {}, domain))
        return this.#option(index, element("b", {}, name || address), element("span", { class: "from" }, SOURCE[source]),
            ...(name === "" ? [] : [at]), ...(twin === "" ? [] : [element("span", { class: "twin" }, WORDS.twin(twin))]))
    }

    #option(index: number, ...inside: Node[]): HTMLLIElement {
        return element("li", { role: "option", id: `${this.#list.id}-${String(index)}`, "aria-selected": "false" }, ...inside)
    }

    #press(event: KeyboardEvent): void {
        if (event.isComposing || this.#list.hidden) return
        const last = this.#list.childElementCount - 1
        if (event.key === "ArrowDown") this.#mark(this.#active >= last ? 0 : this.#active + 1)
        else if (event.key === "ArrowUp") this.#mark(this.#active <= 0 ? last : this.#active - 1)
        else if (event.key === "Escape") this.#close()
        else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active)
        else {
            if (TAKES.has(event.key)) this.#close()   // the field takes what is typed, and tells nobody
            return
        }
        event.preventDefault()
        event.stopImmediatePropagation()
    }

    #mark(index: number): void {
        this.#active = index
        for (const [at, option] of [...this.#list.children].entries()) {
            option.setAttribute("aria-selected", String(at === index))
            if (at === index) option.scrollIntoView({ block: "nearest" })
        }
        if (index < 0) this.#input.removeAttribute("aria-activedescendant")
        else this.#input.setAttribute("aria-activedescendant", `${this.#list.id}-${String(index)}`)
    }

    #take(index: number): void {
        const match = this.#matches[index]
        if (match === undefined) {
            void this.#open()
            return
        }
        this.#input.value = ""
        this.typed()
        this.#pick({ address: match.address, name: match.name })
    }

    /** "Look in my contacts": the one place where Microsoft may ask the person for it. */
    async #open(): Promise<void> {
        this.#close()
        this.#say(WORDS.looking)
        const opened = await this.#sources.open().then(() => true, () => false)
        this.#input.focus()
        this.#input.dispatchEvent(new Event("input"))   // Microsoft's window took focus: what the field said of half an address is no matter
        if (!opened) this.#say(WORDS.denied)
    }

    #close(): void {
        this.#turn.abort()
        clearTimeout(this.#timer)
        this.#list.replaceChildren()
        this.#matches = []
        this.#mark(-1)
        this.#setOpen(false)
    }

    #setOpen(open: boolean): void {
        this.#list.hidden = !open
        this.#input.setAttribute("aria-expanded", String(open))
    }

    #say(words: string): void { this.#line.textContent = words }
}

/** The list of a field, put below its row. */
function listUnder(input: HTMLInputElement): HTMLUListElement {
    const found = find(`#${input.id}-found`, HTMLUListElement)
    input.parentElement?.after(found)
    input.setAttribute("aria-autocomplete", "list")
    return found
}
