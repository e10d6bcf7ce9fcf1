/** Looks after letters that wait for as long as the pane is open; its script is loaded for who holds her own key. */

import type { Desk } from "@letterlock/kit/writing/index"

import type { Waiting } from "./waiting.ts"

const PAUSE = 15_000   // milliseconds between two looks, while anything waits and the pane is seen

const CHANGED = "letterlock-waits"

/** Something was done about a letter that waits, elsewhere in the pane. */
export function tellWaits(): void { document.dispatchEvent(new Event(CHANGED)) }

export interface HereWish {
    /** Address of the script. */
    readonly script: string
    readonly announce: (words: string) => void
    /** Of who holds her own key, while it is open here; null for everybody else. */
    readonly desk: () => Desk | null
}

export class WaitingHere {
    readonly #wish: HereWish
    #part: Promise<Waiting> | null = null
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(wish: HereWish) {
        this.#wish = wish
        document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.look() })
        window.addEventListener("focus", () => { void this.look() })
        document.addEventListener(CHANGED, () => { void this.look() })
    }

    /** Never throws: what waits goes on waiting, and the portal's page lists it too. */
    async look(): Promise<void> {
        clearTimeout(this.#timer)
        const desk = this.#wish.desk()
        if (desk === null) return
        try {
            this.#part ??= this.#load(desk)
            const more = await (await this.#part).look()
            clearTimeout(this.#timer)
            if (more && !document.hidden) this.#timer = setTimeout(() => { void this.look() }, PAUSE)
        } catch {
            this.#part = null   // the script did not come: at the next look
        }
    }

    /** Her key has left this pane. */
    async hide(): Promise<void> {
        clearTimeout(this.#timer)
        ;(await this.#part)?.hide()
    }

    async #load(desk: Desk): Promise<Waiting> {
        const { Waiting: Part } = await (import(this.#wish.script) as Promise<typeof import("./waiting.ts")>)
        return new Part(desk, this.#wish.announce)
    }
}
