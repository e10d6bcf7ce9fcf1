/** The pane's face: what is shown where. Decides nothing. */

import {
    element, find, focusOn, icon, type Level, levelTag, type Line, readerRows, readerWords, say, sayList, shortName,
} from "@letterlock/kit"
import type { FileListParts, KeptState } from "@letterlock/kit/writing/index"

import { WORDS as CHOOSING } from "./choosing-words.ts"
import { type Recipient, type Recipients, type Role, ROLES } from "./recipients.ts"

export type Phase = "writing" | "sending" | "done"

const part = (id: string): HTMLElement => find(`#${id}`, HTMLElement)

/** Progress and, at last, that it was sent. Read out politely. */
export function showStatus(text: string): void {
    part("status").textContent = text
}

/** A stopped send, or with an empty text that nothing is wrong. Read out at once. */
export function showProblem(text: string): void {
    const note = part("problem")
    find("p", HTMLElement, note).textContent = text
    note.hidden = text === ""
}

/** What was said to be wrong is so no more; anything else that is said stays. */
export function takeBack(text: string): void {
    if (find("#problem p", HTMLElement).textContent === text) showProblem("")
}

/** Read out without showing. */
export function announce(text: string): void {
    part("said").textContent = text
}

export function showPhase(phase: Phase): void {
    part("pane").dataset["state"] = phase
    for (const writing of document.querySelectorAll<HTMLElement>("[data-writing]")) writing.hidden = phase === "done"
    part("done").hidden = phase !== "done"
    part("after").hidden = phase !== "done"
    part("send").setAttribute("aria-disabled", String(phase === "sending"))
    find("#subject", HTMLInputElement).readOnly = phase === "sending"
    for (const id of ["to", "bcc"]) find(`#${id}`, HTMLInputElement).readOnly = phase === "sending"
    for (const id of ["attach", "templates"]) part(id).setAttribute("aria-disabled", String(phase === "sending"))
}

/** What takes focus scrolls clear of what sticks over it (WCAG 2.2, 2.4.11), however high that is now. */
export function keepFocusClear(): void {
    const [foot, status] = [find(".send", HTMLElement), part("status")]
    const measure = (): void => {
        const height = getComputedStyle(foot).position === "sticky" ? foot.offsetHeight : 0
        const { style } = document.documentElement
        style.setProperty("--foot", `${String(height)}px`)
        style.scrollPaddingBottom = `${String(height + status.offsetHeight)}px`
    }
    const observer = new ResizeObserver(measure)
    observer.observe(foot)
    observer.observe(status)
    // In a low window the foot does not stick; when the window grows it does, and keeps its size.
    addEventListener("resize", measure)
}

/** The button that had focus is gone: focus goes to what stands in its place. */
export function focusOnDone(): void {
    focusOn(part("done"))
}

/** Back from something that had to come first. */
export function focusOnSend(): void {
    part("send").focus()
}

/** Somebody is signed in: from now on a press of "Send securely" is heard and files are taken. */
export function allowSending(): void {
    for (const id of ["send", "attach"]) find(`#${id}`, HTMLButtonElement).disabled = false
}

/** Show the field Bcc, or the button that asks for it. */
export function showHidden(shown: boolean): void {
    part("bcc-row").hidden = !shown
    part("add-bcc").hidden = shown
}

/** Where the list of files goes. */
export const fileParts = (): FileListParts => ({
    list: find("#files", HTMLUListElement), total: part("files-total"), button: find("#attach", HTMLButtonElement), announce,
})

/** When the letter was saved or why it was not, and who could open what is kept. */
export function showKept(words: string, state: KeptState["state"], level: Level, own: () => void): void {
    const line = part("kept")
    if (line.dataset["words"] === words) return
    line.dataset["words"] = words
    line.replaceChildren(words)
    if (state === "sent" || state === "changed") {   // nothing more is kept before this letter has a place of its own
        const button = element("button", { class: "btn", type: "button" }, say("writing.draft.own"))
        button.addEventListener("click", own)
        line.append(" ", button)
    }
    line.dataset["state"] = state
    part("kept-level").textContent = state === "none" || state === "failed" ? "" : say(level === "self-held" ? "writing.draft.self-held" : "writing.draft.managed")
}

export function showSignIn(needed: boolean): void {
    part("sign-in").hidden = !needed
    part("send").hidden = needed
}

/** What stops the letter until it is mended in Outlook, and what is only to be known. Said anew only when it changes. */
export function showBlockers(stops: readonly string[], asides: readonly string[]): void {
    const host = part("blockers")
    const words = [...stops, ...asides].join("\n")
    if ((host.dataset["words"] ?? "") === words) return
    host.dataset["words"] = words
    const note = (text: string, attributes: Readonly<Record<string, string>>, drawing: string): HTMLElement =>
        element("div", { class: "note", ...attributes }, icon(drawing), element("p", {}, text))
    host.replaceChildren(...stops.map((text) => note(text, { "data-st": "care" }, "care")), ...asides.map((text) => note(text, {}, "about")))
}

/** What the rows under To, Cc and Bcc can do. */
export interface Chips {
    readonly remove: (address: string) => void
    /** Adds to the row of one who was looked up: into the row, and into what it says. */
    readonly compare: (one: Recipient, row: HTMLElement, said: HTMLElement) => void
}

/** The rows under To, Cc and Bcc. What had focus in them keeps it. */
export function showRecipients(list: Recipients, chips: Chips): void {
    const focused = document.activeElement
    for (const role of ROLES) {
        part(`${role}-people`).replaceChildren(...of(list, role).map((one) => chip(one, chips)))
    }
    if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused) focused.focus()
    part("cc").hidden = of(list, "cc").length === 0
}

const of = (list: Recipients, role: Role): Recipients => list.filter((one) => one.role === role)

function chip(one: Recipient, { remove, compare }: Chips): HTMLLIElement {
    const { address, name, level, waits } = one
    const said = element("div", { class: "said" },
        element("span", { class: "who cut", title: address }, name || address),
        element("span", { class: "lev" }, level === null ? say("pane.to.unknown") : waits === true ? CHOOSING.reader : readerWords(level)))
    if (name !== "") said.append(element("span", { class: "at cut", title: address }, address))
    const button = element("button",
        { class: "btn ic", type: "button", "aria-label": say("pane.to.remove", { who: name || address }) }, icon("close"))
    button.addEventListener("click", () => { remove(address) })
    const attributes = level === null ? { class: "chip" } : { class: "chip", "data-lv": level }
    const row = element("li", attributes, icon(waits === true ? "waiting" : level ?? "about"), said, button)
    if (level !== null) compare(one, row, said)
    return row
}

const NAMED = 4   // in the sentence; the list below it names each

/** The letter's level, who can read it in a sentence, and each by name. `own` is null before sign-in. */
export function showReaders(list: Recipients, level: Level, own: { readonly address: string; readonly level: Level } | null): void {
    part("level").replaceChildren(levelTag(level))
    part("level-own").textContent = own === null || own.level === "managed" ? say("pane.level.own") : ""
    const all = list.map(shortName)
    const names = all.length > NAMED ? [...all.slice(0, NAMED - 1), say("pane.shelf.more", { n: all.length - NAMED + 1 })] : all
    part("can").textContent = names.length === 0
        ? say("readers.pane.nobody")
        : `${sayList([...names, say("readers.you.inline")])}.`
    const lines: Line[] = list.flatMap(({ name, address, level: known, role, waits }) => {
        const more = [...(name === "" ? [] : [address]), ...(role === "hidden" ? [say("pane.hidden")] : [])].join(", ")
        return known === null ? [] : [{ who: name || address, more, level: known, ...(waits === true && { says: CHOOSING.reader }) }]
    })
    if (own !== null) lines.push({ who: say("readers.you"), more: own.address, level: own.level })
    part("readers").replaceChildren(...readerRows(lines))
}

/** The advice did not load; with an empty text, it did. */
export function showAdviceAway(text: string): void {
    part("advice-away").textContent = text
    part("advice-away").hidden = text === ""
}

/** What of a paste is not as it was. */
export function showLost(what: readonly ("table" | "picture")[]): void {
    showPasted(what.map((one) => say(`writing.pasted.${one}`)).join(" "))
}

/** A sentence under the text. */
export function showPasted(text: string): void { part("pasted").textContent = text }

/** Why a notice did not go, as a code in small print; with an empty text nothing. */
export function showReason(code: string): void {
    part("reason").hidden = code === ""
    find("span", HTMLElement, part("reason")).textContent = code
}

/** Outlook's own message holds what is not in the letter: say what becomes of it. */
export function showOwnText(found: boolean): void {
    part("own-text").hidden = !found
}

/** What became of a message that was taken over, and what of it may remain; empty where none was. */
export function showLeft(sentences: readonly string[]): void {
    const host = document.querySelector<HTMLElement>("#take-left")   // only where letters are begun
    if (host === null) return
    host.hidden = sentences.length === 0
    part("only-notice").hidden = sentences.length > 0
    find("ul", HTMLElement, host).replaceChildren(...sentences.map((text) => element("li", {}, text)))
}

/** For whom the letter waits that has gone; empty for nobody. */
export function showWaitsFor(text: string): void {
    const note = document.querySelector<HTMLElement>("#waits-for")   // only where letters are begun
    if (note === null) return
    find("p", HTMLElement, note).textContent = text
    note.hidden = text === ""
}

/** Outlook's own fields could not be emptied: say so, or with an empty text nothing. */
export function showKeptOpen(text: string): void {
    const note = part("kept-open")
    find("p", HTMLElement, note).textContent = text
    note.hidden = text === ""
    part("emptied").hidden = text !== ""
}

/** The head and buttons of an answer. */
export function showReply(
    { names, all, others, phase }: { readonly names: string; readonly all: boolean; readonly others: boolean; readonly phase: Phase }
): void {
    part("reply-h").textContent = say("read.reply.to", { names })
    part("reply-other").hidden = !others
    part("reply-other").textContent = say(all ? "read.reply.one" : "read.reply.all")
    find("#subject", HTMLInputElement).readOnly = phase === "sending"
    for (const id of ["send", "attach", "templates", "quote", "reply-other", "reply-away"]) part(id).setAttribute("aria-disabled", String(phase === "sending"))
}
