/** "Why can't my client open it?": how far each reader of a letter came, and what helps. */

import {
    element, find, icon, list, type Members, members, newKey, say, sayList, shortDate, text, type WordKey,
} from "@letterlock/kit"
import type { LetterCard } from "@letterlock/kit/reading/index"
import type { Desk } from "@letterlock/kit/writing/index"

/** What helps, as a button. */
interface Remedy {
    readonly label: string
    readonly act: () => Promise<unknown>
    /** Said when it was done. */
    readonly done: string
    /** Said beside the button, before it is pressed. */
    readonly means?: string
}

const DONE = new Set(["opened"])
const CARE = new Set(["code-withheld", "code-spent", "code-refused", "code-unsent", "notice-failed", "notice-unconfirmed", "notice-bounced", "notice-reported", "notice-held", "again-failed", "again-unconfirmed", "waiting-ready", "waiting-over"])
const LACKS = {
    scripts: "help.lacks.scripts", cookies: "help.lacks.cookies",
    cryptography: "help.lacks.cryptography", workers: "help.lacks.workers",
} as const
const STATES = [
    "opened", "signed-in", "code-withheld", "code-renewed", "code-spent", "code-mistyped", "code-expired", "code-sent",
    "code-refused", "code-waiting", "code-unsent", "visited", "quiet", "notice-waiting", "notice-held", "notice-failed", "notice-unconfirmed",
    "notice-bounced", "notice-reported", "notice-cancelled", "again-waiting", "again-failed", "again-unconfirmed",
    "waiting-key", "waiting-ready", "waiting-over",
] as const
type State = (typeof STATES)[number]

export class Helpdesk {
    readonly #desk: Desk
    readonly #announce: (text: string) => void

    constructor(desk: Desk, announce: (text: string) => void) {
        this.#desk = desk
        this.#announce = announce
    }

    /** Put the question under a letter of one's own; for the administrator under every letter. */
    offer(card: LetterCard): void {
        if (!card.entry.mine && !this.#desk.me.admin) return
        const answer = element("div", { class: "stack help" })
        answer.hidden = true
        const button = element("button", { class: "btn", type: "button", "aria-expanded": "false" }, say("help.button"))
        button.addEventListener("click", () => {
            const shown = answer.hidden
            answer.hidden = !shown
            button.setAttribute("aria-expanded", String(shown))
            if (shown) void this.#show(card.entry.id, answer)
            else answer.replaceChildren()
        })
        card.more.replaceChildren(element("section", {}, button, answer))
    }

    async #show(id: string, host: HTMLElement): Promise<void> {
        if (host.childElementCount === 0) host.replaceChildren(element("p", { class: "mute" }, say("help.looking")))
        try {
            const said = members(await this.#desk.call((api) => api.get(`/messages/${id}/helpdesk`)))
            const rows = list(said["readers"]).map((one) => this.#row(id, members(one), members(said["may"]), host))
            const readers = rows.length === 0
                ? element("p", { class: "mute" }, say("help.none"))
                : element("ul", { class: "stack", "aria-label": say("help.readers") }, ...rows)
            host.replaceChildren(...notesOf(said), readers, this.#link(text(said, "link")), this.#again(id, host))
            this.#announce([...host.querySelectorAll("[data-said]")].map(({ textContent }) => textContent).join(" "))
        } catch {
            host.replaceChildren(element("p", { class: "care" }, say("help.failed")), this.#again(id, host))
            this.#announce(say("help.failed"))
        }
    }

    #row(id: string, reader: Members, may: Members, host: HTMLElement): HTMLLIElement {
        const told = toldOf(reader)
        const lines = told.more.map((line) => element("p", { class: "tiny mute" }, line))
        const acts = this.#remedies(id, reader, may).map((remedy) => this.#button(remedy, id, host))
        const mark = told.state === "ok" ? icon("good") : icon(told.state === "care" ? "care" : "clock")
        const attributes: Record<string, string> = { class: "note" }
        if (told.state !== "") attributes["data-st"] = told.state
        return element("li", attributes, mark, element("div", {}, element("p", { "data-said": "" }, told.text), ...lines, ...acts.flat()))
    }

    #remedies(id: string, reader: Members, may: Members): Remedy[] {
        const state = text(reader, "state")
        const [mayAnswer, mayRenew] = [may["answer"] === true, may["renew"] === true]
        const answer = (words: string): Remedy["act"] => () =>
            this.#desk.call((api) => api.post(`/messages/${id}/notice`, { body: { answer: words }, key: newKey() }))
        const again = { label: say("help.send"), act: answer("again"), done: say("help.sent"), means: say("help.send.all") }
        const yes = { label: say("help.yes"), act: answer("sent"), done: say("help.noted") }
        if (state === "notice-failed" && mayAnswer) return [again]
        if (state === "notice-unconfirmed" && mayAnswer) return [yes, again]
        if (state !== "code-withheld" || !mayRenew) return []
        const who = whoOf(reader)
        const body = { address: text(reader, "address") }
        const act = (): Promise<unknown> => this.#desk.call((api) => api.post(`/messages/${id}/helpdesk/codes`, { body, key: newKey() }))
        return [{ label: say("help.renew", { who }), act, done: say("help.renewed", { who }) }]
    }

    #button({ label, act, done, means }: Remedy, id: string, host: HTMLElement): HTMLElement[] {
        const button = element("button", { class: "btn", type: "button" }, label)
        button.addEventListener("click", () => { void this.#press(button, async () => {
            await act()
            await this.#show(id, host)
            this.#announce(done)
        }, host) })
        return [...(means === undefined ? [] : [element("p", { class: "tiny mute" }, means)]), element("p", { class: "acts" }, button)]
    }

    /** One press at a time; the button that had focus is gone afterwards. */
    async #press(button: HTMLButtonElement, act: () => Promise<void>, host: HTMLElement): Promise<void> {
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        try {
            await act()
            find("[data-again]", HTMLButtonElement, host).focus()
        } catch {
            button.removeAttribute("aria-disabled")
            this.#announce(say("help.failed"))
        }
    }

    #again(id: string, host: HTMLElement): HTMLElement {
        const button = element("button", { class: "btn quiet", type: "button", "data-again": "" }, say("help.again"))
        button.addEventListener("click", () => { void this.#press(button, () => this.#show(id, host), host) })
        return element("p", {}, button)
    }

    #link(address: string): HTMLElement {
        const label = say("help.link")
        const field = element("input", { class: "flu", type: "text", value: address, readonly: "", "aria-label": label })
        const said = element("p", { class: "tiny mute", role: "status" })
        const button = element("button", { class: "btn", type: "button" }, say("help.copy"))
        button.addEventListener("click", () => {
            field.select()
            navigator.clipboard.writeText(address).then(
                () => { said.textContent = say("help.copied") }, () => { said.textContent = say("help.copy.failed") })
        })
        return element("div", {}, element("p", { class: "tiny mute" }, label), element("div", { class: "row" }, field, button), said)
    }
}

/** What is said of one reader; `state` colours it: ok, care or nothing. */
export function toldOf(reader: Members): { readonly text: string; readonly more: readonly string[]; readonly state: string } {
    const state = STATES.find((one) => one === reader["state"]) ?? "quiet"
    const who = whoOf(reader)
    const codes = members(reader["codes"] ?? {})
    const [asked, wrong, opened] = [Number(codes["asked"] ?? 0), Number(codes["wrong"] ?? 0), reader["opened"]]
    const more: string[] = []
    if (typeof opened === "number" && state !== "opened") more.push(say("help.before", { time: when(opened) }))
    if (asked > 0) more.push(asked === 1 ? say("help.codes.one", { wrong }) : say("help.codes.other", { n: asked, wrong }))
    if (typeof reader["detail"] === "string") more.push(say("help.reason", { code: reader["detail"] }))
    const key: `help.state.${State}` = `help.state.${state}`
    const facts = { who, time: when(reader["since"]), next: when(codes["next"]) }
    return { text: sayAny(key, facts), more, state: DONE.has(state) ? "ok" : CARE.has(state) ? "care" : "" }
}

/** Each state takes some of these facts; a sentence leaves out what it does not name. */
const sayAny = (key: WordKey, facts: Readonly<Record<string, string>>): string => (say as (key: WordKey, facts: object) => string)(key, facts)

function notesOf(said: Members): HTMLElement[] {
    const n = Number(said["strangers"] ?? 0)
    const lacks = list(said["lacks"] ?? []).flatMap((one) =>
        typeof one === "string" && Object.hasOwn(LACKS, one) ? [say(LACKS[one as keyof typeof LACKS])] : [])
    const notes = [
        ...(lacks.length === 0 ? [] : [say("help.lacks", { what: sayList(lacks) })]),
        ...(n === 0 ? [] : [n === 1 ? say("help.strangers.one") : say("help.strangers.other", { n })]),
    ]
    return notes.map((words) => element("div", { class: "note", "data-st": "care" }, icon("care"), element("p", { "data-said": "" }, words)))
}

/** The name that the sender uses, else the address. */
function whoOf(reader: Members): string {
    const name = text(reader, "name")
    return name === "" ? text(reader, "address") : name
}

const when = (seconds: unknown): string => shortDate(new Date(typeof seconds === "number" ? seconds * 1000 : Number.NaN))
