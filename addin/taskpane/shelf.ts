/** The letters that were kept and not sent, offered while the pane's own letter is empty. */

import { clock, element, find, focusOn, icon, say, sayList, shortDate, shortName } from "@letterlock/kit"
import { type Desk, type DraftContent, type Kept, listDrafts, openKept, throwAway } from "@letterlock/kit/writing/index"

import { type Opener, takeUp, type TakenUp } from "./going-on.ts"

interface Wish {
    /** Go on with this one. */
    readonly takeUp: (letter: TakenUp) => Promise<void>
    readonly opener: () => Opener
    /** Something did not work: say so. */
    readonly trouble: (text: string) => void
    readonly announce: (text: string) => void
}

const MOST_SHOWN = 10   // each is opened to say whom it is for

export class Shelf {
    readonly #wish: Wish
    readonly #host = find("#shelf", HTMLElement)
    readonly #list = find("#shelf-list", HTMLUListElement)

    constructor(wish: Wish) {
        this.#wish = wish
    }

    /** Fetch and show what is kept; with nothing, or without an answer, nothing is shown. */
    async show(desk: Desk): Promise<void> {
        const kept = (await listDrafts(desk).catch(() => [])).filter(({ replyTo }) => replyTo === null)
        const shown = kept.slice(0, MOST_SHOWN)
        this.#list.replaceChildren(...shown.map((one) => this.#row(desk, one)))
        this.#settle()
    }

    hide(): void {
        this.#list.replaceChildren()
        this.#settle()
    }

    #settle(): void {
        const n = this.#list.childElementCount
        this.#host.hidden = n === 0
        find("#shelf-count", HTMLElement).textContent = String(n)
    }

    #row(desk: Desk, kept: Kept): HTMLLIElement {
        const time = say("pane.shelf.saved", { time: isToday(kept.saved) ? clock(kept.saved) : shortDate(kept.saved) })
        const who = element("span", { class: "who cut" })
        const go = element("button", { class: "btn", type: "button" }, say("pane.shelf.continue"))
        const away = element("button", { class: "btn ic", type: "button" }, icon("close"))
        const more = element("span", { class: "more cut" }, time)
        const row = element("li", { class: "strip" }, icon("waiting"), element("span", { class: "grow" }, who, more), go, away)
        const name = (title: string, subject = ""): void => {
            const facts = subject === "" ? time : `${subject}, ${time}`
            who.textContent = who.title = title
            more.textContent = more.title = facts
            go.setAttribute("aria-label", say("pane.shelf.continues", { what: title, facts }))
            away.setAttribute("aria-label", say("pane.shelf.throws", { what: title, facts }))
        }
        name(say("pane.shelf.letter"))
        const opened = openKept(desk, kept)
        opened.then(({ content }) => { name(titleOf(content), content.subject) }, () => { name(say("pane.shelf.damaged")) })
        go.addEventListener("click", () => { void this.#continue(desk, kept, go) })
        away.addEventListener("click", () => { void this.#throw(desk, kept, row) })
        return row
    }

    /** As it is kept now: another window may have saved it since the list was made. */
    async #continue(desk: Desk, { id }: Kept, button: HTMLButtonElement): Promise<void> {
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        try {
            const now = (await listDrafts(desk)).find((one) => one.id === id)
            if (now === undefined) throw new Error("thrown away, or sent")
            const letter = await takeUp(desk, this.#wish.opener(), now)
            this.hide()
            await this.#wish.takeUp(letter)
        } catch {
            button.removeAttribute("aria-disabled")
            this.#wish.trouble(say("pane.shelf.failed"))
        }
    }

    async #throw(desk: Desk, kept: Kept, row: HTMLLIElement): Promise<void> {
        try {
            await throwAway(desk, kept.id)
            const next = row.nextElementSibling ?? row.previousElementSibling
            row.remove()
            this.#settle()
            this.#wish.announce(say("pane.shelf.thrown"))
            const button = next?.querySelector("button") ?? null
            if (button !== null) button.focus()
            else focusOn(find("#said", HTMLElement))
        } catch {
            this.#wish.trouble(say("pane.shelf.not-thrown"))
        }
    }
}

/** "Letter to Maya, Tom and 3 more"; "A letter" where nobody is named yet. */
function titleOf({ to, cc, hidden }: DraftContent): string {
    const names = [...to, ...cc, ...hidden].map(shortName)
    if (names.length === 0) return say("pane.shelf.letter")
    return say("pane.shelf.to", { who: sayList(names.length > 3 ? [...names.slice(0, 2), say("pane.shelf.more", { n: names.length - 2 })] : names) })
}

const isToday = (date: Date): boolean => date.toDateString() === new Date().toDateString()
