/** "Who are you?": choose a masked address or type another, and have a code sent on a click. */

import { find, isAddress, isForeign, members, moment, newKey, plainAddress, Problem, say } from "@letterlock/kit"

import { recall } from "./asked.ts"
import { announce, busy, excuse, fault, type Page, trouble } from "./page.ts"

/** A code was asked for; whether the address is a reader's, nobody is told. */
export interface Asked {
    readonly expires: Date
    /** As the person knows it: masked, or as typed. */
    readonly address: string
    /** The number among the letter's readers; null when the address was typed. */
    readonly reader: number | null
    /** Ask again for the same address; null when the page does not know it any more. */
    readonly again: (() => Promise<Asked>) | null
}

interface Choice {
    readonly address: string
    readonly body: { readonly reader: number } | { readonly address: string }
}

/** Bring the form to life; `asked` is called when a code is on its way. */
export function startAsking(page: Page, asked: (asked: Asked) => void): void {
    const form = find("#ask", HTMLFormElement)
    const other = find("#other", HTMLElement)
    find("button[type=submit]", HTMLButtonElement, form).disabled = false
    let byPointer = false
    form.addEventListener("pointerdown", () => { byPointer = true })
    form.addEventListener("keydown", () => { byPointer = false })
    form.addEventListener("change", () => {
        const typed = chosen(form)?.value === "other"
        if (typed === !other.hidden) return
        other.hidden = !typed
        // With arrow keys the next press chooses again: focus stays in the group.
        if (typed && byPointer) find("#address", HTMLInputElement).focus()
    })
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        const choice = readChoice(form)
        if (choice !== null) void busy(form, () => send(page, form, choice, asked))
    })
}

async function send(page: Page, form: HTMLFormElement, choice: Choice, asked: (asked: Asked) => void): Promise<void> {
    trouble(form, null)
    announce(say("ask.sending"))
    try {
        asked(await askCode(page, choice))
    } catch (error) {
        if (error instanceof Problem && error.status === 422 && "address" in choice.body) refuseAddress()
        else trouble(form, excuse(page.letter, error))
    }
}

async function askCode(page: Page, choice: Choice): Promise<Asked> {
    const answer = await page.api.post(`/messages/${page.letter.id}/codes`, { body: choice.body, key: newKey() })
    return {
        expires: moment(members(answer), "expires"),
        address: choice.address,
        reader: "reader" in choice.body ? choice.body.reader : null,
        again: () => askCode(page, choice),
    }
}

/** The code that this tab asked for before it was loaded anew, while it works. */
export function recallAsked(page: Page): Asked | null {
    const kept = recall(page.letter.id, new Date())
    if (kept === null) return null
    const { address, reader } = kept
    return { ...kept, again: reader === null ? null : () => askCode(page, { address, body: { reader } }) }
}

const chosen = (form: HTMLFormElement): HTMLInputElement | null => form.querySelector("input[name=who]:checked")

function readChoice(form: HTMLFormElement): Choice | null {
    const radio = chosen(form)
    const group = find(".who", HTMLElement, form)
    fault(group, find("#who-e", HTMLElement), radio === null ? say("ask.choose") : null)
    if (radio === null) {
        find("input[name=who]", HTMLInputElement, form).focus()
        return null
    }
    if (radio.value !== "other") {
        return { address: radio.dataset["masked"] ?? "", body: { reader: Number(radio.value) } }
    }
    const field = find("#address", HTMLInputElement)
    const address = plainAddress(field.value)
    if (!isAddress(address)) {
        refuseAddress()
        return null
    }
    fault(field, find("#address-e", HTMLElement), null)
    return { address, body: { address } }
}

function refuseAddress(): void {
    const field = find("#address", HTMLInputElement)
    const typed = plainAddress(field.value)
    const text = say(typed === "" ? "ask.address.missing" : isForeign(typed) ? "ask.address.foreign" : "ask.address.invalid")
    fault(field, find("#address-e", HTMLElement), text)
    announce(text)
    field.focus()
}
