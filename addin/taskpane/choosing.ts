/** "End-to-end" beside the level: whether the letter waits for who has no key of her own (docs/spec/waiting.md section 1). */

import { find, type Level, levelToBe, levelWords, shortDate, shortName } from "@letterlock/kit"
import type { Me } from "@letterlock/kit/writing/index"

import { WORDS } from "./choosing-words.ts"
import type { Draft } from "./draft.ts"
import { WORDS as LEAST } from "./least-words.ts"
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
export function standing({ recipients, waits, demand }: Pick<Draft, "recipients" | "waits" | "demand">, own: Own): Standing {
    const asked = (waits || demand !== null) && own.custody === "self-held"
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
        put("#least-how", LEAST.how)
        this.#box.addEventListener("change", () => {
            this.#wish.changed(this.#box.checked)
            this.#wish.announce(WORDS.switched(this.#box.checked, levelWords(this.#level)))
        })
        for (const how of ["#choose-how", "#least-how"].map((one) => find(one, HTMLAnchorElement))) {
            how.addEventListener("click", (event) => { if (openInBrowser(how.href)) event.preventDefault() })
        }
    }

    /** As the letter stands. @param me - null before sign-in. */
    show({ waits, demand, phase }: Draft, { level, recipients, stuck }: Standing, me: Me | null): void {
        const holds = me?.lookup.custody === "self-held"
        const open = recipients.filter((one) => one.role !== "hidden" && isWithout(one))
        this.#level = level
        this.#box.checked = waits || demand !== null
        this.#box.disabled = phase !== "writing" || demand !== null
        find("#choose .check", HTMLElement).hidden = demand !== null && !holds
        this.#host.hidden = me === null || !(waits || demand !== null || (holds && open.length > 0))
        put("#choose-means", this.#means({ waits, demand, holds }, open.map(shortName)))
        put("#choose-hidden p", stuck.length === 0 ? "" : (demand === null ? WORDS : LEAST).hidden(stuck.map(shortName)))
        find("#choose-hidden", HTMLElement).hidden = stuck.length === 0
        this.#least(holds ? null : demand)
        this.#managed(me)
    }

    /** The firm demands what this sender cannot do. */
    #least(demand: Draft["demand"]): void {
        put("#least span", demand === null ? "" : LEAST.managed(demand.firm, demand.domains))
        find("#least", HTMLElement).hidden = demand === null
    }

    #means({ waits, demand, holds }: Pick<Draft, "waits" | "demand"> & { readonly holds: boolean }, open: readonly string[]): string {
        if (demand !== null) return !holds ? "" : `${LEAST.why(demand.firm, demand.domains)} ${open.length === 0 ? WORDS.ready : WORDS.on(open)}`
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
        for (const how of ["#choose-how", "#least-how"]) find(how, HTMLAnchorElement).href = `${me.portal}/staff/key`
    }
}

function put(selector: string, words: string): void {
    const place = find(selector, HTMLElement)
    if (place.textContent !== words) place.textContent = words   // said once
}
