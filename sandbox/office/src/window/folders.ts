/** The folder list and the message list. */
import type { Folder, Summary } from "./api.ts"
import { el, moment, need } from "./dom.ts"
import { shown } from "./people.ts"

/** Draw the folders; `pick` opens one. */
export function drawFolders(folders: readonly Folder[], current: string, pick: (id: string) => void): void {
    const lines = folders.map((folder) => {
        const count = folder.id === "drafts" ? folder.total : folder.unread
        const made = el("button", { type: "button", ...(folder.id === current ? { "aria-current": "true" } : {}) }, folder.name)
        if (count > 0) made.append(el("span", { class: "count" }, ` ${String(count)}`))
        made.addEventListener("click", () => { pick(folder.id) })
        return el("li", {}, made)
    })
    keepFocus(need("folders"), lines)
}

/** Draw one folder's messages; `open` shows one. */
export function drawMessages(messages: readonly Summary[], folder: Folder, current: string | null, open: (message: Summary) => void): void {
    need("folder-name").textContent = folder.name
    const empty = need("empty")
    empty.hidden = messages.length > 0
    empty.textContent = folder.id === "inbox" ? "No mail yet." : "Nothing in this folder."
    const outgoing = folder.id === "sentitems" || folder.id === "drafts"
    const talk = (id: string): number => messages.filter((one) => one.conversation_id === id).length
    keepFocus(need("message-list"), inConversations(messages).map((message) =>
        messageLine(message, { outgoing, talk: talk(message.conversation_id), current: message.id === current }, open)))
}

/** Newest conversation first, and inside it the newest mail first. */
function inConversations(messages: readonly Summary[]): readonly Summary[] {
    const order = [...new Set(messages.map((one) => one.conversation_id))]
    return order.flatMap((id) => messages.filter((one) => one.conversation_id === id))
}

interface Line {
    readonly outgoing: boolean
    /** Mails of the folder in the same conversation. */
    readonly talk: number
    readonly current: boolean
}

function messageLine(message: Summary, { outgoing, talk, current }: Line, open: (message: Summary) => void): HTMLElement {
    const who = outgoing ? message.to.map(shown).join("; ") || "(nobody yet)" : shown(message.from)
    const made = el("button", {
        type: "button", class: message.is_read ? "line" : "line unread",
        ...(current ? { "aria-current": "true" } : {}),
    },
        el("span", { class: "who" }, message.is_read ? who : el("strong", {}, who)),
        el("time", { datetime: message.sent }, moment(message.sent)),
        el("span", { class: "subject" }, message.subject || "(no subject)"),
        el("span", { class: "preview" }, message.preview))
    if (talk > 1) made.append(el("span", { class: "talk" }, `One of ${String(talk)} in a conversation`))
    if (!message.is_read) made.prepend(el("span", { class: "visually-hidden" }, "Unread. "))
    made.addEventListener("click", () => { open(message) })
    return el("li", {}, made)
}

/** Replace a list's lines; focus stays on the line of the same place. */
function keepFocus(list: HTMLElement, lines: readonly HTMLElement[]): void {
    const focused = [...list.children].findIndex((line) => line.contains(document.activeElement))
    list.replaceChildren(...lines)
    if (focused >= 0) lines[focused]?.querySelector("button")?.focus()
}
