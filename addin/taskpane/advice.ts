/**
 * The advice under a letter: a line that unfolds, and a line about the channel. Loaded when somebody writes.
 *
 * Nothing of a letter leaves the pane from here: there is no network in it but the firm's own words, which
 * are fetched once, before anything is read (advice-house.ts).
 */

import { element, find } from "@letterlock/kit/dom"

import { adviseGently, CHANNELS } from "../advice/advise.ts"
import type { Advice, House, Letter } from "../advice/letter.ts"
import { Never } from "./advice-never.ts"
import { WORDS } from "./advice-words.ts"

/** What a press on the advice does to the letter. */
export interface Acts {
    /** Show where it stands. */
    readonly select: (advice: Advice) => void
    readonly replace: (advice: Advice, by: string) => void
    /** Keep the letter as it is; it does not go. */
    readonly keep: () => void
    /** Focus goes back to the letter. */
    readonly leave: () => void
    /** Nothing is left that the firm wants decided before the letter goes. */
    readonly decided: () => void
    readonly announce: (text: string) => void
    /** Let others work for a moment. */
    readonly breathe: () => Promise<void>
    /** Say it in the status line. */
    readonly say: (text: string) => void
}

/** Shows advice and hears what the writer thinks of it. */
export class AdvicePanel {
    readonly #house: House
    readonly #acts: Acts
    readonly #never = new Never()
    readonly #details = find("#advice", HTMLDetailsElement)
    readonly #summary = find("#advice-sum", HTMLElement)
    readonly #list = find("#advice-list", HTMLUListElement)
    readonly #channel = find("#channel", HTMLElement)
    /** By letter: what was waved through. */
    readonly #waved = new WeakMap<object, Set<string>>()
    readonly #told = new WeakSet()
    #all: readonly Advice[] = []
    #standing: readonly Advice[] = []
    #shown = ""
    #turn = 0

    constructor(house: House, acts: Acts) {
        this.#house = house
        this.#acts = acts
    }

    /**
     * Read a letter and show what could be said.
     *
     * @param about - The letter itself, by which it is known what was waved through.
     */
    async read(about: object, letter: Letter): Promise<void> {
        const now = ++this.#turn
        const all = await adviseGently(letter, { house: this.#house, language: "en", never: this.#never.rules }, this.#acts.breathe)
        if (now !== this.#turn) return   // another was read meanwhile
        this.#all = all
        this.#show(about)
        const { length } = this.#standing.filter(isTone)
        if (length > 0 && !this.#told.has(about)) {
            this.#told.add(about)
            this.#acts.announce(WORDS.count(length))
        }
    }

    #show(about: object): void {
        const waved = this.#waved.get(about) ?? new Set()
        this.#waved.set(about, waved)
        this.#standing = this.#all.filter((one) => !waved.has(keyOf(one)) && !this.#never.rules.has(one.rule))
        const key = JSON.stringify(this.#standing.map((one) => [keyOf(one), one.start]))
        if (key === this.#shown) return
        this.#shown = key
        this.#draw(about)
        if (this.#held.length === 0) this.#acts.decided()
    }

    get #held(): readonly Advice[] { return this.#standing.filter((one) => isTone(one) && this.#house.stop.includes(one.rule)) }

    /** Nothing is written, or it has gone. */
    hide(): void {
        this.#turn += 1
        this.#all = this.#standing = []
        this.#shown = ""
        this.#details.hidden = true
        this.#channel.hidden = true
    }

    /** Finds that the firm wants to be decided on before the letter goes; the first is shown. */
    holds(): boolean {
        const [first] = this.#held
        if (first === undefined) return false
        this.#details.open = true
        const row = this.#list.querySelector<HTMLElement>(`[data-rule="${first.rule}"]`)
        row?.querySelector("button")?.focus({ preventScroll: true })
        row?.scrollIntoView({ block: "nearest" })   // the sentence, not the button alone
        return true
    }

    #draw(about: object): void {
        const tone = this.#standing.filter(isTone)
        this.#details.hidden = tone.length === 0
        this.#summary.textContent = WORDS.count(tone.length)
        this.#list.replaceChildren(...tone.map((one) => this.#row(one, about)))
        const channel = this.#standing.find((one) => !isTone(one))
        this.#channel.hidden = channel === undefined
        const leave = element("button", { class: "btn quiet", type: "button", "aria-label": WORDS.leaves(channel?.sentence ?? "") }, WORDS.leave)
        leave.addEventListener("click", () => {
            if (channel !== undefined) this.#wave(channel, about)
            this.#acts.leave()
        })
        find("[data-part=said]", HTMLElement, this.#channel).replaceChildren(channel?.sentence ?? "", " ", leave)
    }

    #row(one: Advice, about: object): HTMLLIElement {
        const mustDecide = this.#house.stop.includes(one.rule)
        const buttons = [
            ...(one.end > one.start ? [this.#button(WORDS.show, one, () => { this.#acts.select(one) })] : []),
            ...(one.replacement === null ? [] : [this.#button(WORDS.write(one.replacement), one, () => { this.#acts.replace(one, one.replacement ?? "") })]),
            ...(one.rule === "late_evening" ? [this.#button(WORDS.keep, one, () => { this.#acts.keep() })] : []),
            this.#button(WORDS.leave, one, () => { this.#next(one, () => { this.#wave(one, about) }) }),
            ...(mustDecide ? [] : [this.#button(WORDS.never, one, () => { this.#next(one, () => { this.#silence(one, about) }) })]),
        ]
        return element("li", { "data-rule": one.rule }, element("p", {}, mustDecide ? `${one.sentence} ${WORDS.decide}` : one.sentence), element("div", { class: "acts" }, ...buttons))
    }

    #button(label: string, { sentence }: Advice, act: () => void): HTMLButtonElement {
        const button = element("button", { class: "btn", type: "button", "aria-label": `${label}: ${sentence}` }, label)
        button.addEventListener("click", act)
        return button
    }

    #wave(one: Advice, about: object): void {
        this.#waved.get(about)?.add(keyOf(one))
        this.#show(about)
    }

    #silence(one: Advice, about: object): void {
        if (!this.#never.add(one.rule)) this.#acts.say(WORDS.briefly)
        this.#show(about)
    }

    /** The row of a button goes: focus goes to the row that takes its place, or back to the letter. */
    #next({ rule, start }: Advice, act: () => void): void {
        const at = this.#standing.filter(isTone).findIndex((one) => one.rule === rule && one.start === start)
        act()
        const rows = this.#list.querySelectorAll<HTMLElement>("li")
        const row = rows[Math.min(at, rows.length - 1)]
        if (row === undefined) this.#acts.leave()
        else row.querySelector("button")?.focus()
        this.#acts.announce(WORDS.count(rows.length))
    }
}

const isTone = ({ rule }: Advice): boolean => !CHANNELS.includes(rule)

/** The same words under the same rule are the same find, wherever they stand by now. */
const keyOf = ({ rule, words, sentence }: Advice): string => `${rule} ${words === "" ? sentence : words}`
