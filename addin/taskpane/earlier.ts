/** Letters sent earlier whose notices need their sender: in doubt, held, failed or come back. */

import { element, find, focusOn, icon, list, type Members, members, moment, newKey, say, sayList, shortDate, text, textOr } from "@letterlock/kit"
import type { Desk } from "@letterlock/kit/writing/index"

interface Wish {
    /** Sign in with what Entra asked for, and again at the server. @throws NotSignedIn; Problem and Unreachable of the kit */
    readonly signIn: (claims: string | null) => Promise<Desk>
    readonly announce: (text: string) => void
}

type Answer = "sent" | "again" | "seen"

/** How a notice is shown: a sentence and what can be answered. */
export interface Told {
    readonly text: string
    readonly answers: readonly Answer[]
}

const LABELS = { sent: "pane.earlier.yes", again: "pane.earlier.again", seen: "pane.earlier.seen" } as const
const THANKS = { sent: "pane.earlier.done.sent", again: "pane.earlier.done.again", seen: "pane.earlier.done.seen" } as const

export class Earlier {
    readonly #wish: Wish
    readonly #host = find("#earlier", HTMLElement)
    readonly #list = find("#earlier-list", HTMLUListElement)

    constructor(wish: Wish) {
        this.#wish = wish
    }

    /** Fetch and show them; without an answer, what is shown stays. */
    async show(desk: Desk): Promise<void> {
        const said = await desk.call((api) => api.get("/notices")).catch(() => null)
        if (said === null) return
        const notices = list(members(said)["notices"]).map(members)
        const rows = notices.flatMap((one) => {
            const told = toldOf(one)
            return told === null ? [] : [this.#row(desk, text(one, "id"), told)]
        })
        const held = notices.filter((one) => one["state"] === "held").length
        this.#list.replaceChildren(...(held === 0 ? [] : [this.#heldRow(held, desk.held?.claims ?? null)]), ...rows)
        this.#settle()
    }

    #settle(): void { this.#host.hidden = this.#list.childElementCount === 0 }

    #heldRow(count: number, claims: string | null): HTMLLIElement {
        const words = element("p", {}, count === 1 ? say("pane.earlier.held.one") : say("pane.earlier.held.other", { n: count }))
        const button = element("button", { class: "btn", type: "button" }, say("pane.earlier.sign-in"))
        button.addEventListener("click", () => { void this.#signIn(claims, words, button) })
        return row(words, [button])
    }

    async #signIn(claims: string | null, words: HTMLElement, button: HTMLButtonElement): Promise<void> {
        if (!takes(button)) return
        try {
            const desk = await this.#wish.signIn(claims)
            await this.show(desk)
            this.#wish.announce(say(desk.held === null ? "pane.earlier.done.again" : "pane.earlier.held.still"))
            this.#focus()
        } catch {
            words.textContent = say("pane.earlier.held.still")
            button.removeAttribute("aria-disabled")
        }
    }

    #row(desk: Desk, id: string, told: Told): HTMLLIElement {
        const words = element("p", {}, told.text)
        const key = newKey()
        const buttons = told.answers.map((answer) => {
            const button = element("button", { class: "btn", type: "button" }, say(LABELS[answer]))
            button.addEventListener("click", () => { void this.#answer(desk, id, { answer, key: `${key}${answer}` }, button) })
            return button
        })
        return row(words, buttons)
    }

    async #answer(desk: Desk, id: string, given: { readonly answer: Answer; readonly key: string }, button: HTMLButtonElement): Promise<void> {
        if (!takes(button)) return
        const { answer, key } = given
        try {
            await desk.call((api) => api.post(`/messages/${id}/notice`, { body: { answer }, key }))
            this.#wish.announce(say(THANKS[answer]))
            await this.show(desk)
            this.#focus()
        } catch {
            this.#wish.announce(say("pane.earlier.trouble"))
            button.removeAttribute("aria-disabled")
        }
    }

    /** The button that had focus is gone. */
    #focus(): void {
        const next = this.#list.querySelector("button")
        if (next !== null) next.focus()
        else focusOn(find("main", HTMLElement))
    }
}

/** What is said of one notice; null of one that another part of the pane tells. */
export function toldOf(notice: Members): Told | null {
    const subject = textOr(notice, "subject", "")
    const date = shortDate(moment(notice, "sent_at"))
    const what = subject === "" ? say("pane.earlier.letter", { date }) : say("pane.earlier.named", { subject, date })
    switch (text(notice, "state")) {
        case "unconfirmed":
            return textOr(notice, "detail", "") === "looking"
                ? { text: say("pane.earlier.looking", { what }), answers: [] }
                : { text: say("pane.earlier.doubt", { what }), answers: ["sent", "again"] }
        case "failed":
            return { text: say("pane.earlier.failed", { what }), answers: ["again", "seen"] }
        case "reported":
            return { text: say("pane.earlier.reported", { what }), answers: ["seen"] }
        case "bounced": {
            const back = list(notice["bounced"]).map(members)
            const who = sayList(back.map((one) => text(one, "address")))
            return { text: say("pane.earlier.bounced", { what, who, why: whyOf(textOr(back[0] ?? {}, "detail", "")) }), answers: ["seen"] }
        }
        default:
            return null
    }
}

/** An enhanced status code (RFC 3463) in words, with the code for whoever looks into it. */
function whyOf(code: string): string {
    const words = code.startsWith("5.1.") ? say("pane.earlier.why.address")
        : code.startsWith("5.2.") ? say("pane.earlier.why.full")
        : code.startsWith("5.7.") ? say("pane.earlier.why.refused")
        : say("pane.earlier.why.other")
    return code === "" ? words : `${words} (${code})`
}

function row(words: HTMLElement, buttons: readonly HTMLButtonElement[]): HTMLLIElement {
    const acts = buttons.length === 0 ? [] : [element("div", { class: "acts" }, ...buttons)]
    return element("li", { class: "note", "data-st": "care" }, icon("care"), element("div", {}, words, ...acts))
}

/** Whether a press is taken; a second one is not, until the first has ended. */
function takes(button: HTMLButtonElement): boolean {
    if (button.getAttribute("aria-disabled") === "true") return false
    button.setAttribute("aria-disabled", "true")
    return true
}
