/** For the firm's administrator: mail that did not go out and is not tried any more. */

import { element, find, focusOn, icon, list, type Members, members, moment, newKey, say, shortDate, text, textOr } from "@letterlock/kit"
import type { Desk } from "@letterlock/kit/writing/index"

export class Dead {
    readonly #announce: (text: string) => void
    readonly #host = find("#dead", HTMLDetailsElement)
    readonly #list = find("#dead-list", HTMLUListElement)

    constructor(announce: (text: string) => void) {
        this.#announce = announce
    }

    /** Fetch and show it; without an answer, or for anybody else, nothing is shown. */
    async show(desk: Desk): Promise<void> {
        if (!desk.me.admin) return
        const said = await desk.call((api) => api.get("/outbox/dead")).catch(() => null)
        if (said === null) return
        const rows = list(members(said)["dead"]).map((one) => this.#row(desk, members(one)))
        this.#list.replaceChildren(...rows)
        this.#settle()
    }

    #settle(): void {
        const n = this.#list.childElementCount
        this.#host.hidden = n === 0
        find("#dead-count", HTMLElement).textContent = String(n)
    }

    #row(desk: Desk, job: Members): HTMLLIElement {
        const reason = textOr(job, "reason", "")
        const what = whatOf(job)
        const lines = [element("p", {}, what)]
        if (reason !== "") lines.push(element("p", { class: "tiny mute" }, reason === "unconfirmed" ? say("dead.unconfirmed") : say("help.reason", { code: reason })))
        const row = element("li", { class: "note", "data-st": "care" }, icon("care"), element("div", {}, ...lines))
        if (text(job, "kind") !== "code") row.lastElementChild?.append(this.#button(desk, job, what, row))
        return row
    }

    #button(desk: Desk, job: Members, what: string, row: HTMLElement): HTMLElement {
        const words = textOr(job, "reason", "") === "unconfirmed" ? say("dead.absent") : say("dead.again")
        const button = element("button", { class: "btn", type: "button", "aria-label": `${words}: ${what}` }, words)
        const key = newKey()
        button.addEventListener("click", () => { void this.#again(desk, job, key, button, row) })
        return element("p", { class: "acts" }, button)
    }

    async #again(desk: Desk, job: Members, key: string, button: HTMLButtonElement, row: HTMLElement): Promise<void> {
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        try {
            const body = textOr(job, "reason", "") === "unconfirmed" ? { not_in_sent_items: true } : {}
            await desk.call((api) => api.post(`/outbox/dead/${text(job, "id")}/again`, { body, key }))
            const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button") ?? null
            row.remove()
            this.#settle()
            this.#announce(say("dead.done"))
            if (next === null) focusOn(find("main", HTMLElement))
            else next.focus()
        } catch {
            button.removeAttribute("aria-disabled")
            this.#announce(say("help.failed"))
        }
    }
}

/** What did not go out, in words. */
function whatOf(job: Members): string {
    const time = shortDate(moment(job, "created"))
    switch (text(job, "kind")) {
        case "notice":
            return say("dead.notice", { time })
        case "code":
            return say("dead.code", { time })
        case "sign-in":
            return say("dead.sign-in", { time })
        default:
            return say("dead.other", { time })
    }
}
