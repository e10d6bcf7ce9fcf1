/** Beside somebody's name: whether one has compared keys, and the way to do it (docs/spec/safety-number.md section 3). */

import { dayMonth } from "../dates.ts"
import { element, icon } from "../dom.ts"
import { compare, type Comparison, standingOf } from "../safety.ts"
import { type Mark, markOf, removeMark } from "../verified.ts"
import { say } from "../words.ts"
import type { ComparingHost, Someone } from "./host.ts"
import { Panel } from "./panel.ts"

const A_MINUTE = 60_000   // milliseconds

export class CompareLine {
    readonly host = element("div", { class: "comparing" })
    /** The way in; it may stand elsewhere than in the host. */
    readonly button: HTMLButtonElement
    readonly #page: ComparingHost
    readonly #who: Someone
    readonly #said = element("div")
    #panel: Panel | null = null
    #looked = 0

    /** Nothing is asked of the server unless there is a mark, or the button is pressed. */
    constructor(page: ComparingHost, who: Someone) {
        this.#page = page
        this.#who = who
        const label = { "aria-expanded": "false", "aria-label": say("safety.compare.with", { name: who.name }) }
        this.button = element("button", { class: "link small", type: "button", ...label }, say("safety.compare"))
        this.button.addEventListener("click", () => { if (this.#panel === null) this.open(); else this.close() })
        this.host.append(this.#said, this.button)
        void this.#check()
    }

    open(): void {
        const panel = new Panel(this.#page, this.#who, {
            compared: (comparison) => { this.#tell(comparison) },
            close: () => {
                this.close()
                this.button.focus()
            },
        })
        this.#panel = panel
        this.button.setAttribute("aria-expanded", "true")
        this.host.append(panel.host)
        void panel.make()
    }

    close(): void {
        this.#panel?.close()
        this.#panel = null
        this.button.setAttribute("aria-expanded", "false")
    }

    /** The line is shown once more: a mark that was looked at a while ago is looked at again. */
    again(): void {
        if (this.#panel === null && Date.now() - this.#looked > A_MINUTE) void this.#check()
    }

    get #mark(): Mark | null { return markOf({ own: this.#page.own, other: this.#who.address }) }

    async #check(): Promise<void> {
        this.#looked = Date.now()
        const mark = this.#mark
        if (mark === null) return
        try {
            this.#tell(await compare(this.#page.desk, this.#who.address))
        } catch {   // why, the panel says to who presses the button
            this.#note(say("safety.unchecked", this.#facts(mark)))
        }
    }

    /** Say how the mark stands by keys that were compared just now. */
    #tell(comparison: Comparison): void {
        const mark = this.#mark
        this.#said.replaceChildren()
        if (mark === null) return
        const standing = standingOf(mark, comparison)
        if (standing !== "same") this.#note(say(`safety.changed.${standing.whose}`, this.#facts(mark)), this.#awayButton())
        else if (this.#isNamed(comparison)) {
            this.#said.append(element("p", { class: "verified-mark small" }, icon("good"), say("safety.verified", this.#facts(mark))))
        } else this.#note(say(`safety.changed.${this.#who.named?.as ?? "recipient"}`, this.#facts(mark)))
    }

    /** Whether the letter knows this person by the keys that are compared. */
    #isNamed({ keys }: Comparison): boolean {
        const { named } = this.#who
        return named === null || keys[named.as] === named.key
    }

    #note(text: string, ...more: readonly HTMLElement[]): void {
        this.#said.replaceChildren(element("div", { class: "note", "data-st": "care" }, icon("care"), element("div", {}, element("p", {}, text), ...more)))
    }

    #awayButton(): HTMLElement {
        const button = element("button", { class: "link", type: "button" }, say("safety.away"))
        button.addEventListener("click", () => {
            removeMark({ own: this.#page.own, other: this.#who.address })
            this.#said.replaceChildren()
            this.button.focus()
            this.#page.announce(say("safety.put-away"))
        })
        return element("p", {}, button)
    }

    #facts(mark: Mark): { name: string; date: string } {
        return { name: this.#who.name, date: dayMonth(mark.at) }
    }
}
