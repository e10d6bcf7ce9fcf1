/** "Who are you?": choose a masked address or type another, and have a code sent on a click. */

import { find, isAddress, isForeign, members, moment, newKey, plainAddress, Problem, say } from "@letterlock/kit"

import { announce, busy, excuse, fault, type Page, trouble } from "./page.ts"

/** A code was asked for; whether the address is a reader's, nobody is told. */
export interface Asked {
    readonly expires: Date
    /** As the person knows it: masked, or as typed. */
    readonly address: string
    /** Chosen from the letter's own readers, so that a code surely goes there. */
    readonly listed: boolean
    /** Ask again for the same address. */
    readonly again: () => Promise<Asked>
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
    form.addEventListener("change", () => {
        const typed = chosen(form)?.value === "other"
        if (typed === !other.hidden) return
        other.hidden = !typed
        if (typed) find("#address", HTMLInputElement).focus()
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
        listed: "reader" in choice.body,
        again: () => askCode(page, choice),
    }
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
