/** The number of two people, what it is worth, and what they say of it (docs/spec/safety-number.md). */

import { CryptoError } from "@letterlock/crypto"

import { element, icon } from "../dom.ts"
import { KeyNeeded } from "../own/desk.ts"
import { compare, type Comparison, groupsIn, NoNumberYet } from "../safety.ts"
import { markOf, putMark, removeMark } from "../verified.ts"
import { say, type WordKey } from "../words.ts"
import { drawCode } from "./drawing.ts"
import type { ComparingHost, Someone } from "./host.ts"
import { offerScan, type Scanning } from "./scanning.ts"

/** What the line beside the name is told. */
export interface PanelHost {
    /** There is a number, or a mark was set or taken away. */
    readonly compared: (comparison: Comparison) => void
    readonly close: () => void
}

export class Panel {
    readonly host: HTMLElement
    readonly #page: ComparingHost
    readonly #who: Someone
    readonly #line: PanelHost
    readonly #outcome = element("div", { role: "status" })
    readonly #remove: HTMLButtonElement
    #scanning: Scanning | null = null

    constructor(page: ComparingHost, who: Someone, line: PanelHost) {
        this.#page = page
        this.#who = who
        this.#line = line
        this.#remove = button("safety.remove", () => undefined)
        this.host = element("section", { class: "safety", "aria-label": say("safety.number", { name: who.name }) })
    }

    /** Make the number and show it, or why there is none. Never throws. */
    async make(): Promise<void> {
        this.host.replaceChildren(element("p", { class: "small mute", role: "status" }, say("safety.making")))
        try {
            this.#show(await compare(this.#page.desk, this.#who.address))
        } catch (error) {
            const words = this.#excuse(error)
            this.host.replaceChildren(note(words, error instanceof CryptoError ? "stop" : "care"), this.#closing())
            this.#page.announce(words)
        }
    }

    close(): void {
        this.#scanning?.stop()
        this.host.remove()
    }

    #show(comparison: Comparison): void {
        const { name } = this.#who
        this.#line.compared(comparison)
        const code = element("div", { class: "code-place" })
        void this.#draw(code, comparison.number)
        this.host.replaceChildren(
            element("p", { class: "lab" }, say("safety.number", { name })),
            element("div", { class: "number" }, groups(comparison.number), code),
            element("p", { class: "small" }, say(`safety.how.${this.#page.audience}`, { name })),
            element("p", { class: "small mute" }, say(`safety.worth.${comparison.worth}`, { name })),
            this.#scan(comparison), this.#answers(comparison), this.#outcome, this.#closing(),
        )
        this.#page.announce(say("safety.ready", { name }))
    }

    async #draw(place: HTMLElement, number: string): Promise<void> {
        try {
            const { squaresOf } = await (import(this.#page.scripts.code) as Promise<typeof import("./qr-code.ts")>)
            place.replaceChildren(drawCode(squaresOf(number), say("safety.qr")))
        } catch {   // the digits are there
            place.replaceChildren(element("p", { class: "small mute" }, say("safety.qr.away")))
        }
    }

    #scan(comparison: Comparison): HTMLElement {
        this.#scanning = offerScan({
            name: this.#who.name, number: comparison.number, script: this.#page.scripts.scan, announce: this.#page.announce,
            found: (same) => { if (same) this.#same(comparison, "safety.scan.same"); else this.#differs(comparison, "safety.scan.other") },
        })
        return this.#scanning.host
    }

    #answers(comparison: Comparison): HTMLElement {
        this.#remove.addEventListener("click", () => {
            removeMark(this.#pair)
            this.#say(comparison, "ok", say("safety.removed"))
            same.focus()
        })
        const same = button("safety.same", () => { this.#same(comparison) })
        this.#remove.hidden = markOf(this.#pair) === null
        return element("div", { class: "row wrap" }, same, button("safety.other", () => { this.#differs(comparison) }), this.#remove)
    }

    #same(comparison: Comparison, ...first: readonly Plain[]): void {
        const stays = putMark(this.#pair, { number: comparison.number, at: new Date() })
        this.#say(comparison, "ok", ...first.map((key) => say(key)), say(stays ? "safety.marked" : "safety.marked.memory"))
    }

    #differs(comparison: Comparison, ...first: readonly Plain[]): void {
        removeMark(this.#pair)
        this.#say(comparison, "stop", ...first.map((key) => say(key)), say(`safety.differs.${this.#page.audience}`, { name: this.#who.name }))
    }

    #say(comparison: Comparison, state: "ok" | "stop", ...sentences: readonly string[]): void {
        this.#remove.hidden = markOf(this.#pair) === null
        this.#outcome.replaceChildren(note(sentences.join(" "), state))
        this.#line.compared(comparison)
    }

    #closing(): HTMLElement {
        return element("p", {}, button("safety.close", () => { this.#line.close() }))
    }

    get #pair(): Parameters<typeof markOf>[0] { return { own: this.#page.own, other: this.#who.address } }

    #excuse(error: unknown): string {
        const { name } = this.#who
        if (error instanceof NoNumberYet) return say("safety.none", { name })
        if (error instanceof KeyNeeded) return say("safety.closed")
        return error instanceof CryptoError ? say(`safety.refused.${this.#page.audience}`, { name }) : this.#page.excuse(error)
    }
}

type Plain = "safety.scan.same" | "safety.scan.other"

function button(key: Extract<WordKey, "safety.same" | "safety.other" | "safety.remove" | "safety.close">, press: () => void): HTMLButtonElement {
    const made = element("button", { class: "btn", type: "button" }, say(key))
    made.addEventListener("click", press)
    return made
}

/** Each group is read out digit by digit: "12345" would be a number in the thousands. */
function groups(number: string): HTMLElement {
    const items = groupsIn(number).map((group) => element("li", {},
        element("span", { "aria-hidden": "true" }, group), element("span", { class: "vh" }, Array.from(group).join(" "))))
    return element("ol", { class: "groups", "aria-label": say("safety.groups") }, ...items)
}

const ICONS = { ok: "good", care: "care", stop: "stop" } as const

const note = (text: string, state: keyof typeof ICONS): HTMLElement =>
    element("div", { class: "note", "data-st": state }, icon(ICONS[state]), element("p", {}, text))
