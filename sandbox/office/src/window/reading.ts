/** The reading pane: one message with its html, its text and its headers. */
import type { Api, Message, Person } from "./api.ts"
import { button, el, moment } from "./dom.ts"
import { written } from "./people.ts"

/** What the buttons above a message do. `addin` is absent for people without the add-in. */
export interface Commands {
    readonly back: () => void
    readonly reply: () => void
    readonly forward: () => void
    readonly remove: () => void
    readonly addin: (() => void) | null
}

const line = (term: string, people: readonly Person[]): Node[] =>
    people.length === 0 ? [] : [el("dt", {}, term), el("dd", {}, people.map(written).join("; "))]

function body(api: Api, message: Message): HTMLIFrameElement {
    const frame = el("iframe", {
        class: "mail", title: "Message body", src: api.url(`html/${encodeURIComponent(message.id)}`),
        // No scripts in there; same origin, so that the window can give it its height.
        sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    })
    const fit = (): void => {
        const root = frame.contentDocument?.documentElement
        if (root) frame.style.height = `${Math.max(root.scrollHeight, 120)}px`
    }
    frame.addEventListener("load", () => {
        fit()
        const root = frame.contentDocument?.documentElement
        if (root) new ResizeObserver(fit).observe(root)
    })
    return frame
}

const files = ({ attachments }: Message): Node[] =>
    attachments.length === 0 ? [] : [el("dt", {}, "Files"), el("dd", {}, attachments.map(({ name }) => name).join("; "))]

function more(message: Message): Node[] {
    const headers = message.headers.map(([name, value]) => `${name}: ${value}`).join("\n")
    const fold = (label: string, content: string): HTMLElement =>
        el("details", {}, el("summary", {}, label), el("pre", { tabindex: "0" }, content))
    return [fold("Text of this message", message.text), fold("Internet headers", headers || "None")]
}

/** All of one message, with its commands. */
export function reading(api: Api, message: Message, commands: Commands, notes: HTMLElement): HTMLElement {
    const bar = el("div", { class: "ribbon", role: "toolbar", "aria-label": "Message" },
        button("Back to list", commands.back, { class: "back" }),
        button("Reply", commands.reply), button("Forward", commands.forward), button("Delete", commands.remove))
    if (commands.addin) bar.append(button("Letterlock", commands.addin, { class: "addin" }))
    return el("article", { class: "message" }, bar, notes,
        el("h2", {}, message.subject || "(no subject)"),
        el("dl", { class: "who" }, ...line("From", [message.from]), ...line("To", message.to),
            ...line("Cc", message.cc), ...line("Bcc", message.bcc),
            el("dt", {}, "Sent"), el("dd", {}, moment(message.sent)), ...files(message)),
        body(api, message), ...more(message))
}
