/** The panes that a key was brought into: Outlook, Word and Excel, each by itself. Taking one away asks for nothing. */

import { dayMonth, element, find, icon, list, type Members, members, say, text, textOr, type WordKey } from "@letterlock/kit"
import type { OwnDesk } from "@letterlock/kit/own/index"

export interface Pane {
    readonly id: string
    readonly program: string
    readonly platform: string
    /** What its browser said of itself, in words; possibly empty. */
    readonly browser: string
    /** Whether it has storage. */
    readonly kept: boolean
    /** Seconds since 1970. */
    readonly created: number
    readonly used: number | null
}

type Program = Extract<WordKey, `panes.of.${string}`>
type Platform = Extract<WordKey, `panes.on.${string}`>
const PROGRAMS: Readonly<Record<string, Program>> = { outlook: "panes.of.outlook", word: "panes.of.word", excel: "panes.of.excel" }
const PLATFORMS: Readonly<Record<string, Platform>> = {
    web: "panes.on.web", windows: "panes.on.windows", mac: "panes.on.mac", phone: "panes.on.phone",
}

/** "Outlook on the web". */
export function paneName({ program, platform }: Pick<Pane, "program" | "platform">): string {
    const key = PLATFORMS[platform] ?? "panes.on.other"
    return say(key as "panes.on.web", { program: programName(program) })
}

/** "Outlook". */
export const programName = (program: string): string => say(PROGRAMS[program] ?? "panes.of.other")

/** Newest first. */
export async function fetchPanes(desk: Pick<OwnDesk, "call">): Promise<readonly Pane[]> {
    const answer = members(await desk.call((api) => api.get("/keys/panes")))
    return list(answer["panes"]).map(members).map(paneOf)
}

/** Show them, in the part of the page that is theirs. @param remove - Resolves when the page has gone on. */
export function showPanes(panes: readonly Pane[], remove: (pane: Pane) => Promise<void>): void {
    const place = find("#panes ul", HTMLUListElement)
    place.replaceChildren(...panes.map((pane) => lineOf(pane, remove)))
    place.hidden = panes.length === 0
    find("#panes-none", HTMLElement).hidden = panes.length > 0
}

function paneOf(one: Members): Pane {
    return {
        id: text(one, "id"), program: text(one, "program"), platform: text(one, "platform"), browser: textOr(one, "browser", ""),
        kept: one["kept"] === true, created: Number(one["created"]), used: typeof one["used"] === "number" ? one["used"] : null,
    }
}

function lineOf(pane: Pane, remove: (pane: Pane) => Promise<void>): HTMLLIElement {
    const host = element("li", { class: "slot" })
    show(host, pane, remove)
    return host
}

function show(host: HTMLElement, pane: Pane, remove: (pane: Pane) => Promise<void>): void {
    const [name, made] = [paneName(pane), day(pane.created)]
    const when = pane.used === null ? say("panes.line.unused", { made }) : say("panes.line", { made, used: day(pane.used) })
    const about = [pane.browser === "" ? "" : `${pane.browser}.`, when, pane.kept ? "" : say("panes.line.forgets")]
    const button = element("button", {
        "class": "btn quiet", "type": "button", "aria-label": say("panes.remove.of", { name, made }),
    }, say("key.slot.remove"))
    button.addEventListener("click", () => { ask(host, pane, remove) })
    const words = element("span", { class: "more" }, about.filter((part) => part !== "").join(" "))
    host.replaceChildren(icon("key"), element("span", { class: "grow" }, element("b", {}, name), words), button)
}

/** A question in place of the line. */
function ask(host: HTMLElement, pane: Pane, remove: (pane: Pane) => Promise<void>): void {
    const yes = element("button", { class: "btn", type: "button" }, say("key.slot.sure.yes"))
    const no = element("button", { class: "btn quiet", type: "button" }, say("key.slot.sure.no"))
    const back = (): void => {
        show(host, pane, remove)
        host.querySelector("button")?.focus()
    }
    yes.addEventListener("click", () => {
        back()
        void remove(pane)
    })
    no.addEventListener("click", back)
    host.replaceChildren(element("span", { class: "grow" }, say("panes.sure")), element("span", { class: "row wrap" }, yes, no))
    no.focus()
}

const day = (seconds: number): string => dayMonth(new Date(seconds * 1000))
