/** The list of what opens a key, and the forms within a line of it. */

import { dayMonth, element, icon, say } from "@letterlock/kit"

/** A line of the list. */
export interface Line {
    readonly id: string
    readonly kind: string
    readonly name: string
    /** Seconds since 1970. */
    readonly created: number
    readonly used: number | null
}

/** What can be done with a line; each resolves when the page has gone on. */
export interface Doing {
    readonly rename: (line: Line, name: string) => Promise<void>
    readonly remove: (line: Line) => Promise<void>
    /** Of a passkey that opens nothing yet. */
    readonly use?: (line: Line) => Promise<void>
}

const KINDS = ["passkey", "password", "recovery-code"] as const

/** One line as it stands. */
export function lineOf(line: Line, doing: Doing): HTMLLIElement {
    const host = element("li", { class: "slot" })
    show(host, line, doing)
    return host
}

function show(host: HTMLElement, line: Line, doing: Doing): void {
    const kind = KINDS.find((one) => one === line.kind)
    const about = element("span", { class: "more" }, ...(line.name === kindWords(kind) ? [] : [`${kindWords(kind)}. `]), when(line, doing))
    const buttons = element("span", { class: "row wrap" })
    const { use } = doing
    if (use !== undefined) buttons.append(button("key.signs-in.more", "key.signs-in.more.of", line, () => { void use(line) }))
    else buttons.append(button("key.slot.rename", "key.slot.rename.of", line, () => { rename(host, line, doing) }))
    buttons.append(button("key.slot.remove", "key.slot.remove.of", line, () => { remove(host, line, doing) }))
    host.replaceChildren(icon("key"), element("span", { class: "grow" }, element("b", {}, line.name), about), buttons)
}

const kindWords = (kind: (typeof KINDS)[number] | undefined): string => say(`key.kind.${kind ?? "other"}`)

function when({ created, used }: Line, { use }: Doing): string {
    const made = day(created)
    if (use !== undefined) return say("key.signs-in", { made })
    return used === null ? say("key.slot.made", { made }) : say("key.slot.used", { made, used: day(used) })
}

const day = (seconds: number): string => dayMonth(new Date(seconds * 1000))

type Button = "key.signs-in.more" | "key.slot.rename" | "key.slot.remove"

function button(key: Button, of: `${Button}.of`, { name }: Line, press: () => void): HTMLButtonElement {
    const made = element("button", { "class": "btn quiet", "type": "button", "aria-label": say(of, { name }) }, say(key))
    made.addEventListener("click", press)
    return made
}

/** A form in place of the line: its name. */
function rename(host: HTMLElement, line: Line, doing: Doing): void {
    const field = element("input", { "class": "inp grow", "maxlength": "60", "aria-label": say("key.slot.name"), "value": line.name })
    const keep = element("button", { class: "btn", type: "submit" }, say("key.slot.keep"))
    const cancel = element("button", { class: "btn quiet", type: "button" }, say("key.slot.cancel"))
    const form = element("form", { class: "row wrap grow" }, field, keep, cancel)
    const back = (): void => { goBack(host, line, doing, 0) }
    cancel.addEventListener("click", back)
    form.addEventListener("keydown", ({ key }) => { if (key === "Escape") back() })
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        const name = field.value.trim()
        if (name === "") field.focus()
        else if (name === line.name) back()
        else void doing.rename(line, name)
    })
    host.replaceChildren(form)
    field.select()
}

/** A question in place of the line. */
function remove(host: HTMLElement, line: Line, doing: Doing): void {
    const yes = element("button", { class: "btn", type: "button" }, say("key.slot.sure.yes"))
    const no = element("button", { class: "btn quiet", type: "button" }, say("key.slot.sure.no"))
    yes.addEventListener("click", () => {
        goBack(host, line, doing, 1)
        void doing.remove(line)
    })
    no.addEventListener("click", () => { goBack(host, line, doing, 1) })
    host.replaceChildren(element("span", { class: "grow" }, say("key.slot.sure", { name: line.name })), element("span", { class: "row wrap" }, yes, no))
    no.focus()
}

/** The line again, with focus on the button that led away from it. */
function goBack(host: HTMLElement, line: Line, doing: Doing, at: number): void {
    show(host, line, doing)
    host.querySelectorAll("button")[at]?.focus()
}
