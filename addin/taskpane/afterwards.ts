/** Beside a letter of one's own: how far each reader is; the notice again, one more reader, recall. Loaded when first needed. */

import {
    element, find, icon, isAddress, list, type Members, members, newKey, parseAddresses, type Problem, sayList, shortDate, text, textOr,
} from "@letterlock/kit"
import type { LetterCard, OpenLetter } from "@letterlock/kit/reading/index"
import { fetchWaiting, type Wait } from "@letterlock/kit/waiting/index"
import type { Desk } from "@letterlock/kit/writing/index"

import { CARE, STATES, WORDS } from "./after-words.ts"
import { addReader } from "./granting.ts"
import { waitActs } from "./waiting-acts.ts"
import { tellWaits } from "./waiting-here.ts"

/** What the server tells of a letter. */
interface Said {
    readonly readers: readonly Members[]
    readonly may: Members
    readonly recalled: Members | null
    /** For whom it waits, or has waited. */
    readonly waits: readonly Wait[]
}

/** A reader whose key is lost since `at`, in seconds; `may`: whether the viewer may seal it again. */
interface Lost {
    readonly reader: Members
    readonly at: number
    readonly may: boolean
}

export class Afterwards {
    readonly #desk: Desk
    readonly #announce: (text: string) => void

    constructor(desk: Desk, announce: (text: string) => void) {
        this.#desk = desk
        this.#announce = announce
    }

    /** Put it beside a letter that is open, one's own or, for the administrator, a colleague's. */
    async offer(card: LetterCard, letter: OpenLetter): Promise<void> {
        const host = element("section", { class: "stack after" })
        const said = await this.#ask(letter.id).catch(() => null)
        if (card.letter !== letter) return   // another mail was chosen meanwhile
        card.more.prepend(host)
        if (said === null) host.replaceChildren(element("p", { class: "mute" }, WORDS.failed))
        else this.#fill(card, letter, host, said)
    }

    async #ask(id: string): Promise<Said> {
        const said = members(await this.#desk.call((api) => api.get(`/messages/${id}/helpdesk`)))
        const waits = this.#desk.me.lookup.custody === "self-held" ? await fetchWaiting(this.#desk.call) : []
        const recalled = said["recalled"]
        return {
            readers: list(said["readers"]).map(members), may: members(said["may"]),
            recalled: recalled === null || recalled === undefined ? null : members(recalled),
            waits: waits.filter(({ message }) => message === id),
        }
    }

    async #renew(card: LetterCard, letter: OpenLetter, host: HTMLElement): Promise<void> {
        this.#fill(card, letter, host, await this.#ask(letter.id))
    }

    #fill(card: LetterCard, letter: OpenLetter, host: HTMLElement, said: Said): void {
        const heading = element("h2", { tabindex: "-1" }, WORDS.heading)
        const rows = said.readers.map((one) => this.#row(card, letter, host, one, said))
        const status = element("p", { class: "tiny mute", role: "status" })
        const place = element("div", { class: "stack" })
        const acts = element("p", { class: "acts" })
        if (said.may["add"] === true) acts.append(this.#opener(WORDS.add, place, () => this.#adding(card, letter, host)))
        if (said.may["recall"] === true) acts.append(this.#opener(WORDS.recall, place, () => this.#recalling(card, letter, host, said)))
        host.replaceChildren(
            heading, ...recalledNote(said.recalled),
            element("ul", { class: "stack tight", "aria-label": WORDS.readers }, ...rows), status, ...(acts.childElementCount > 0 ? [acts] : []), place)
    }

    #row(card: LetterCard, letter: OpenLetter, host: HTMLElement, reader: Members, said: Said): HTMLLIElement {
        const who = whoOf(reader)
        const state = text(reader, "state")
        const role = ROLE[textOr(reader, "role", "")]
        const time = typeof reader["since"] === "number" ? shortDate(new Date(reader["since"] * 1000)) : ""
        const facts = [STATES[state] ?? state, time, role ?? ""].filter((one) => one !== "").join(", ")
        const row = element("li", { class: "reader", "data-reader": text(reader, "address") },
            icon(state === "opened" ? "good" : CARE.has(state) ? "care" : "clock"),
            element("span", { class: "grow" }, element("span", { class: "who" }, who), element("span", { class: "more" }, facts)))
        if (said.may["add"] === true && !state.endsWith("-waiting")) {
            row.append(this.#button(WORDS.again, host, () => this.#again(card, letter, host, reader), { "aria-label": WORDS.againTo(who) }))
        }
        const wait = said.waits.find(({ address }) => address === reader["address"])
        if (wait !== undefined && said.may["add"] === true) row.append(this.#waiting(card, host, wait))
        const at = reader["new_key"]
        if (typeof at === "number") row.append(this.#lost(card, letter, host, { reader, at, may: said.may["add"] === true }))
        return row
    }

    /** She cannot open it: the key that it is sealed to is lost. */
    #lost(card: LetterCard, letter: OpenLetter, host: HTMLElement, { reader, at, may }: Lost): HTMLElement {
        const who = whoOf(reader)
        const words = element("p", {}, WORDS.newKey(who, shortDate(new Date(at * 1000))))
        const reseal = async (): Promise<void> => {
            this.#say(host, WORDS.adding)
            await addReader(this.#desk, letter, { address: text(reader, "address"), name: textOr(reader, "name", "") })
            await card.open(true)   // its grants are checked again, and stand under "Who can read this"
            this.#announce(WORDS.resealed(who))
        }
        const button = this.#button(WORDS.reseal, host, reseal, { class: "btn", "aria-label": WORDS.resealFor(who) })
        return element("div", { class: "note", "data-st": "care" }, icon("care"), element("div", { class: "stack tight" }, words, ...(may ? [button] : [])))
    }

    /** She has no key of her own yet, or the letter was not given to it. */
    #waiting(card: LetterCard, host: HTMLElement, wait: Wait): HTMLElement {
        return waitActs(this.#desk, wait, {
            said: (words) => { this.#say(host, words) },
            done: async (words) => {
                tellWaits()
                await card.open(true)   // its grants are checked again, and stand under "Who can read this"
                this.#announce(words)
            },
        })
    }

    async #again(card: LetterCard, letter: OpenLetter, host: HTMLElement, reader: Members): Promise<void> {
        const body = { address: text(reader, "address") }
        await this.#desk.call((api) => api.post(`/messages/${letter.id}/notices`, { body, key: newKey() }))
        await this.#renew(card, letter, host)
        this.#say(host, WORDS.againDone(whoOf(reader)))
    }

    #adding(card: LetterCard, letter: OpenLetter, host: HTMLElement): HTMLElement[] {
        const field = element("input", { class: "flu", type: "text", id: "add-reader", autocomplete: "off", spellcheck: "false", "aria-describedby": "add-reader-h" })
        const add = async (): Promise<void> => {
            const [person, ...more] = parseAddresses(field.value).people
            if (person === undefined || more.length > 0 || !isAddress(person.address)) {
                field.focus()
                this.#say(host, WORDS.addOne)
                return
            }
            this.#say(host, WORDS.adding)
            await addReader(this.#desk, letter, person)
            await card.open(true)   // its grants are checked again, and stand under "Who can read this"
            this.#announce(WORDS.added(person.name || person.address))
        }
        const press = this.#button(WORDS.addPress, host, add, { class: "btn pri" })
        field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) press.click() })
        return [
            element("label", { for: "add-reader" }, WORDS.addLabel), field,
            element("p", { class: "tiny mute", id: "add-reader-h" }, WORDS.addMeans), element("p", { class: "acts" }, press, this.#keep(host)),
        ]
    }

    #recalling(card: LetterCard, letter: OpenLetter, host: HTMLElement, said: Said): HTMLElement[] {
        const tell = element("input", { type: "checkbox", id: "recall-tell" })
        const recall = async (): Promise<void> => {
            const body = { tell: tell.checked }
            await this.#desk.call((api) => api.post(`/messages/${letter.id}/recall`, { body, key: newKey() }))
            await this.#renew(card, letter, host)
            find("h2", HTMLElement, host).focus()
            this.#announce(find(".note p", HTMLElement, host).textContent)
        }
        const read = said.readers.flatMap((one) => typeof one["opened"] === "number" ? [WORDS.recallRead(whoOf(one), shortDate(new Date(one["opened"] * 1000)))] : [])
        return [
            element("p", {}, WORDS.recallMeans(sayList(said.readers.map(whoOf)))),
            ...read.map((words) => element("div", { class: "note", "data-st": "care" }, icon("care"), element("p", {}, words))),
            element("p", { class: "row" }, tell, element("label", { for: "recall-tell" }, WORDS.recallTell)),
            element("p", { class: "acts" }, this.#button(WORDS.recallPress, host, recall, { class: "btn pri" }), this.#keep(host)),
        ]
    }

    /** A button that opens a part under it; the other part closes. */
    #opener(label: string, place: HTMLElement, make: () => HTMLElement[]): HTMLButtonElement {
        const button = element("button", { class: "btn", type: "button", "aria-expanded": "false" }, label)
        button.addEventListener("click", () => {
            const opens = button.getAttribute("aria-expanded") !== "true"
            for (const one of button.parentElement?.children ?? []) one.setAttribute("aria-expanded", String(one === button && opens))
            place.replaceChildren(...(opens ? make() : []))
            if (opens) place.querySelector("input")?.focus()
        })
        return button
    }

    #keep(host: HTMLElement): HTMLButtonElement {
        const button = element("button", { class: "btn quiet", type: "button" }, WORDS.keep)
        button.addEventListener("click", () => {
            const opener = find("[aria-expanded=true]", HTMLButtonElement, host)
            opener.click()
            opener.focus()
        })
        return button
    }

    /** One press at a time; why it did not work stands beside it. */
    #button(label: string, host: HTMLElement, act: () => Promise<void>, attributes: Readonly<Record<string, string>> = {}): HTMLButtonElement {
        const button = element("button", { class: "btn quiet", type: "button", ...attributes }, label)
        button.addEventListener("click", () => {
            if (button.getAttribute("aria-disabled") === "true") return
            button.setAttribute("aria-disabled", "true")
            act().catch((error: unknown) => { this.#say(host, troubleOf(error)) }).finally(() => { button.removeAttribute("aria-disabled") })
        })
        return button
    }

    #say(host: HTMLElement, words: string): void {
        find("[role=status]", HTMLElement, host).textContent = words
    }
}

const ROLE: Readonly<Record<string, string>> = { late: WORDS.late, hidden: WORDS.hidden }

function recalledNote(recalled: Members | null): HTMLElement[] {
    if (recalled === null) return []
    const time = shortDate(new Date(Number(recalled["at"]) * 1000))
    return [element("div", { class: "note" }, icon("about"), element("p", {}, WORDS.recalled(textOr(recalled, "by", ""), time)))]
}

/** The server's sentence says what happened and what to do; anything else changed nothing. */
const troubleOf = (error: unknown): string => isProblem(error) && error.detail !== "" ? error.detail : WORDS.wrong

/** By its name: whoever threw it has the class of another script than this one. */
const isProblem = (error: unknown): error is Problem => error instanceof Error && error.name === "Problem"

/** The name that the writer uses, else the address. */
const whoOf = (reader: Members): string => textOr(reader, "name", "") || text(reader, "address")
