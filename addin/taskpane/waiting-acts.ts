/** What its writer can do with a letter that waits for one reader: give it, stop waiting, send it protected instead. */

import { element, icon, shortDate, shortName } from "@letterlock/kit"
import { addLateReader, giveLetter, stopWaiting, type Wait } from "@letterlock/kit/waiting/index"
import type { Desk } from "@letterlock/kit/writing/index"

import { grantingDesk } from "./granting.ts"
import { WORDS } from "./waiting-words.ts"

export interface ActWish {
    /** What is going on, or why it did not work. */
    readonly said: (words: string) => void
    /** It is done: what is shown is to be fetched anew. */
    readonly done: (words: string) => Promise<void>
}

/** Which of them a state has. Who stopped it, or whose time is over, may still be sent it protected. */
const ACTS: Readonly<Record<Wait["state"], readonly ("give" | "stop" | "instead")[]>> = {
    "ready": ["give", "stop"], "waiting": ["stop", "instead"], "key-replaced": ["stop"], "cancelled": ["instead"], "expired": ["instead"],
}

/** "your letter of 3 May, 14:05": nothing of what it says is in the list. */
export const whatOf = ({ sent }: Wait): string => WORDS.of(shortDate(sent))

/** Their buttons, and under them what one of them asks first. */
export function waitActs(desk: Desk, wait: Wait, wish: ActWish): HTMLElement {
    const [who, what, place] = [shortName(wait), whatOf(wait), element("div", { class: "stack tight" })]
    const make = {
        give: () => pressing(WORDS.give, WORDS.giveTo(who, what), wish, () => give(desk, wait, wish)),
        stop: () => pressing(WORDS.stop, WORDS.stopOf(who, what), wish, async () => {
            await stopWaiting(desk.call, wait)
            await wish.done(WORDS.stopped(who))
        }),
        instead: () => opening(desk, wait, wish, place),
    }
    return element("div", { class: "wait-acts stack tight" }, element("div", { class: "acts" }, ...ACTS[wait.state].map((act) => make[act]())), place)
}

/** @throws as giveLetter of the kit */
export async function give(desk: Desk, wait: Wait, wish: ActWish): Promise<void> {
    wish.said(WORDS.giving(shortName(wait)))
    await giveLetter(grantingDesk(desk), wait.message, wait)
    await wish.done(WORDS.given(shortName(wait), whatOf(wait)))
}

/** Only once its warning stands there. */
function opening(desk: Desk, wait: Wait, wish: ActWish, place: HTMLElement): HTMLButtonElement {
    const button = element("button", { class: "btn quiet", type: "button", "aria-expanded": "false", "aria-label": WORDS.insteadOf(shortName(wait), whatOf(wait)) }, WORDS.instead)
    const show = (open: boolean): void => {
        button.setAttribute("aria-expanded", String(open))
        place.replaceChildren(...(open ? warning(desk, wait, wish, () => {
            show(false)
            button.focus()
        }) : []))
        place.lastElementChild?.scrollIntoView({ block: "nearest" })
    }
    button.addEventListener("click", () => { show(button.getAttribute("aria-expanded") !== "true") })
    return button
}

function warning(desk: Desk, wait: Wait, wish: ActWish, close: () => void): HTMLElement[] {
    const who = shortName(wait)
    const keep = element("button", { class: "btn quiet", type: "button" }, WORDS.keep)
    keep.addEventListener("click", close)
    const press = pressing(WORDS.insteadPress, `${WORDS.insteadPress}: ${whatOf(wait)}`, wish, async () => {
        wish.said(WORDS.sealing)
        await addLateReader(grantingDesk(desk), wait.message, wait)
        await wish.done(WORDS.insteadDone(who))
    })
    const note = element("div", { class: "note", "data-st": "care" }, icon("care"), element("p", {}, WORDS.insteadMeans(who)))
    return [note, element("div", { class: "acts" }, press, keep)]
}

/** One press at a time. */
function pressing(words: string, label: string, wish: ActWish, act: () => Promise<void>): HTMLButtonElement {
    const button = element("button", { class: "btn", type: "button", "aria-label": label }, words)
    button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        act().catch((error: unknown) => { wish.said(troubleOf(error)) }).finally(() => { button.removeAttribute("aria-disabled") })
    })
    return button
}

const SENTENCES: Readonly<Record<string, string>> = {
    OtherLetter: WORDS.other, LookupRefused: WORDS.refused, LogRefused: WORDS.refused, Refusal: WORDS.refused, KeyNeeded: WORDS.needed,
    OwnKeyRefused: WORDS.needed, Unreachable: WORDS.offline,
}

/** By names: whoever threw it may have the class of another script than this one. */
export function troubleOf(error: unknown): string {
    if (!(error instanceof Error)) return WORDS.failed
    if (error.name === "Problem" && "detail" in error && typeof error.detail === "string" && error.detail !== "") return error.detail
    return error.name === "NotReady" ? WORDS.notReady("this reader") : SENTENCES[error.name] ?? WORDS.failed
}
