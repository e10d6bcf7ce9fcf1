/** When advice is given: after a pause in writing, when nothing else is to be done, and before a letter goes. */

import type { Editor } from "@letterlock/kit/editor/editor"
import type { Desk } from "@letterlock/kit/writing/index"

import type { Advice, Letter } from "../advice/letter.ts"
import type { AdvicePanel } from "./advice.ts"
import { houseOf } from "./advice-house.ts"
import { WORDS } from "./advice-words.ts"
import type { Draft } from "./draft.ts"
import { type Flat, flat } from "./plain-text.ts"
import * as view from "./view.ts"

/** The letter that is open, and what it answers; null while nothing is written. */
export type Open = () => { readonly draft: Draft, readonly about: Pick<Letter, "subject" | "last" | "kind" | "replyAll"> } | null

interface Parts {
    readonly editor: () => Editor
    readonly open: Open
    /** Address of the part that is loaded late. */
    readonly script: string
    /** Save what is not saved yet. */
    readonly save: () => void
}

const PAUSE = 1000   // milliseconds without a change
const PATIENCE = 2000   // milliseconds for which a letter waits for advice that has not loaded

export class Advising {
    readonly #parts: Parts
    #desk: Desk | null = null
    #panel: Promise<AdvicePanel> | null = null
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(parts: Parts) {
        this.#parts = parts
        const people = new MutationObserver(() => { this.changed() })
        for (const id of ["to-people", "cc-people", "hidden-people", "reply-h"]) {
            const names = document.getElementById(id)
            if (names !== null) people.observe(names, { childList: true })
        }
    }

    /** From now on the firm's words can be asked for; they and the rules come before anything is read. */
    signedIn(desk: Desk): void {
        this.#desk = desk
        whenIdle(() => { void this.#load().catch(() => undefined) })   // told when it is needed
    }

    /** Something was written, or the readers are others. */
    changed(): void {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => { whenIdle(() => { void this.#advise() }) }, PAUSE)
    }

    /** Before a letter goes: whether something in it must be decided on first. The sentence is shown. */
    async holds(): Promise<boolean> {
        clearTimeout(this.#timer)
        const late = new Promise<null>((resolve) => { setTimeout(() => { resolve(null) }, PATIENCE) })
        const panel = await Promise.race([this.#advise(), late])
        const isHeld = panel?.holds() ?? false
        if (isHeld) view.showProblem(WORDS.held)
        return isHeld
    }

    async #advise(): Promise<AdvicePanel | null> {
        if (this.#desk === null) return null
        const desk = this.#desk
        try {
            const panel = await this.#load()
            view.showAdviceAway("")
            const open = this.#parts.open()
            if (open?.draft.phase === "writing") await panel.read(open.draft, letterOf(open, desk, flat(this.#parts.editor().save()).text))
            else panel.hide()
            return panel
        } catch {
            view.showAdviceAway(WORDS.away)   // advice never stands in the way of a letter
            return null
        }
    }

    #load(): Promise<AdvicePanel> {
        const desk = this.#desk
        if (desk === null) return Promise.reject(new Error("nobody is signed in"))
        this.#panel ??= this.#make(desk).catch((error: unknown) => {
            this.#panel = null   // the next pause tries again
            throw error
        })
        return this.#panel
    }

    async #make(desk: Desk): Promise<AdvicePanel> {
        const [module, said] = await Promise.all([
            import(this.#parts.script) as Promise<typeof import("./advice.ts")>, desk.call((api) => api.get("/advice-rules")),
        ])
        return new module.AdvicePanel(houseOf(said), {
            select: (advice) => { this.#select(advice) },
            replace: (advice, by) => { this.#replace(advice, by) },
            keep: () => {
                this.#parts.save()
                view.showStatus(WORDS.kept)
            },
            leave: () => { this.#parts.editor().focus() },
            decided: () => { view.takeBack(WORDS.held) },
            announce: view.announce, say: view.showStatus, breathe,
        })
    }

    #select(advice: Advice): void {
        this.#withPlace(advice, ({ from, to }) => { this.#parts.editor().select(from, to) })
    }

    #replace(advice: Advice, by: string): void {
        const { view: editor } = this.#parts.editor()
        this.#withPlace(advice, ({ from, to }) => {
            editor.dispatch(editor.state.tr.insertText(by, from, to).scrollIntoView())
            editor.focus()
        })
        void this.#advise()
    }

    /** Where it stands now. The letter may have changed since: then it is read again, and nothing is done. */
    #withPlace(advice: Advice, act: (place: { readonly from: number, readonly to: number }) => void): void {
        const now: Flat = flat(this.#parts.editor().save())
        if (now.text.slice(advice.start, advice.end) === advice.words) act({ from: now.at(advice.start), to: now.at(advice.end) })
        else void this.#advise()
    }
}

function letterOf({ draft, about }: NonNullable<ReturnType<Open>>, { me }: Desk, text: string): Letter {
    const now = new Date()
    return {
        ...about, text, sender: { address: me.address, name: me.name },
        to: draft.recipients.filter(({ role }) => role === "to"), others: draft.recipients.filter(({ role }) => role !== "to"),
        hour: now.getHours(), weekday: now.getDay(),
    }
}

const breathe = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0) })

/** Safari has no idle callback. */
function whenIdle(act: () => void): void {
    if ("requestIdleCallback" in window) window.requestIdleCallback(act, { timeout: 2000 })
    else setTimeout(act, 50)
}
