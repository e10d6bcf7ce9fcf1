/** "End-to-end" beside the level: whether the letter waits for who has no key of her own (docs/spec/waiting.md section 1). */

import { find, type Level, levelToBe, levelWords, shortDate, shortName } from "@letterlock/kit"
import type { Me } from "@letterlock/kit/writing/index"

import { WORDS } from "./choosing-words.ts"
import type { Draft } from "./draft.ts"
import { openInBrowser } from "./office.ts"
import type { Recipient, Recipients } from "./recipients.ts"

const LIFE = 30 * 24 * 3_600_000   // milliseconds (waiting.md section 4)

/** How a letter would go out now. */
export interface Standing {
    readonly level: Level
    /** With `waits` on each for whom it would wait. */
    readonly recipients: Recipients
    /** Hidden readers who have no key of their own, and cannot wait; of a letter that is to. */
    readonly stuck: Recipients
}

type Own = Pick<Me["lookup"], "custody" | "level">

const isWithout = ({ level }: Recipient): boolean => level !== null && level !== "self-held"

/** By the look-ups there are. Of a sender whose key the server keeps nothing waits. */
export function standing({ recipients, waits }: Pick<Draft, "recipients" | "waits">, own: Own): Standing {
    const asked = waits && own.custody === "self-held"
    const shown = recipients.map((one): Recipient => asked && one.role !== "hidden" && isWithout(one) ? { ...one, waits: true } : one)
    const levels = shown.flatMap(({ level, waits: waiting }): Level[] => level === null ? [] : [waiting === true ? "self-held" : level])
    return { level: levelToBe(own, levels), recipients: shown, stuck: asked ? shown.filter((one) => one.role === "hidden" && isWithout(one)) : [] }
}

/** The sentence once it has gone; empty where nobody waits. */
export const waitWords = (recipients: Recipients, addresses: readonly string[]): string => addresses.length === 0 ? "" :
    WORDS.sent(recipients.filter(({ address }) => addresses.includes(address)).map(shortName), shortDate(new Date(Date.now() + LIFE)))

export interface ChoiceWish {
    readonly changed: (on: boolean) => void
    readonly announce: (words: string) => void
}

/** The switch, drawn by {@link Choice.show}; what is chosen is the draft's. */
export class Choice {
    readonly #host = find("#choose", HTMLElement)
    readonly #box = find("#choose-on", HTMLInputElement)
    readonly #wish: ChoiceWish
    #level: Level = "managed"

    constructor(wish: ChoiceWish) {
        this.#wish = wish
        put("#choose-l", WORDS.label)
        put("#choose-how", WORDS.how)
        this.#box.addEventListener("change", () => {
            this.#wish.changed(this.#box.checked)
            this.#wish.announce(WORDS.switched(this.#box.checked, levelWords(this.#level)))
        })
        const how = find("#choose-how", HTMLAnchorElement)
        how.addEventListener("click", (event) => { if (openInBrowser(how.href)) event.preventDefault() })
    }

    /** As the letter stands. @param me - null before sign-in. */
    show({ waits, phase }: Draft, { level, recipients, stuck }: Standing, me: Me | null): void {
        const holds = me?.lookup.custody === "self-held"
        const open = recipients.filter((one) => one.role !== "hidden" && isWithout(one))
        this.#level = level
        this.#box.checked = waits
        this.#box.disabled = phase !== "writing"
        this.#host.hidden = me === null || !(waits || (holds && open.length > 0))
        put("#choose-means", this.#means({ waits, holds }, open.map(shortName)))
        put("#choose-hidden p", stuck.length === 0 ? "" : WORDS.hidden(stuck.map(shortName)))
        find("#choose-hidden", HTMLElement).hidden = stuck.length === 0
        this.#managed(me)
    }

    #means({ waits, holds }: { readonly waits: boolean; readonly holds: boolean }, open: readonly string[]): string {
        if (!holds) return waits ? WORDS.undone : ""
        if (!waits) return open.length === 0 ? "" : WORDS.off(open)
        return open.length === 0 ? WORDS.ready : WORDS.on(open)
    }

    /** The way there, of who could not choose it. */
    #managed(me: Me | null): void {
        const line = find("#choose-managed", HTMLElement)
        line.hidden = me === null || me.lookup.custody === "self-held"
        if (me === null) return
        put("#choose-managed span", WORDS.managed)
        find("#choose-how", HTMLAnchorElement).href = `${me.portal}/staff/key`
    }
}

function put(selector: string, words: string): void {
    const place = find(selector, HTMLElement)
    if (place.textContent !== words) place.textContent = words   // said once
}
