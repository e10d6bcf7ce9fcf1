/** One pairing, from who asks to the answer. Until the answer is posted no pane was given anything. */

import { type OwnKey, OwnKeyRefused, PairingRefused } from "@letterlock/crypto"
import { clock, find, isWhole, Problem, say } from "@letterlock/kit"
import {
    Answering, fetchOwn, fetchWaiting, forgetOwn, getOwn, isSame, type OwnState, refusePairing, type WaitingPane,
} from "@letterlock/kit/own/index"

import { announce, busy, excuse, fault, isOver, type KeyPage, progress, showOut, showStage, trouble } from "../key/page.ts"
import { paneName, programName } from "../key/panes.ts"
import { watchIdle } from "../reader/idle.ts"
import { shapeCode } from "../unlock/code-field.ts"
import { Unlock } from "../unlock/unlock.ts"
import { endingOf, type Ending, showAway, showEnding } from "./over.ts"

const IDLE = 30 * 60_000   // milliseconds; the session ends after as long (http.md section 5)
const LIFE = 10   // minutes
const SOON = 15_000   // milliseconds between looks at one that should have run out: clocks differ

export class Pairing {
    readonly #page: KeyPage
    readonly #ask = stage("ask")
    readonly #form = find("#code-form", HTMLFormElement)
    readonly #field = find("#pane-code", HTMLInputElement)
    readonly #unlock: Unlock
    #k = ""
    #state: OwnState | null = null
    /** Null before who asks is known, and when it is over. */
    #waiting: WaitingPane | null = null
    #answering: Answering | null = null
    #timer: ReturnType<typeof setTimeout> | undefined

    constructor(page: KeyPage) {
        this.#page = page
        this.#unlock = new Unlock(page.desk, { announce, excuse, over: () => { this.#out() }, opened: () => this.#askCode() })
        const yes = find("#ask-yes", HTMLButtonElement)
        yes.addEventListener("click", () => { void busy(yes, () => this.#goOn()) })
        for (const no of document.querySelectorAll<HTMLButtonElement>("[data-no]")) {
            no.addEventListener("click", () => { void busy(no, () => this.#refuse()) })
        }
        this.#field.addEventListener("input", () => {
            shapeCode(this.#field)
            fault(this.#field, null)
        })
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(this.#form, () => this.#submit())
        })
        const again = find("#over-again", HTMLButtonElement)
        again.addEventListener("click", () => { void busy(again, () => this.begin(this.#k)) })
        watchIdle(IDLE, () => {
            void forgetOwn()
            if (this.#waiting !== null) this.#end("late")
        })
    }

    /** Show who asks by the link of `k`. */
    async begin(k: string): Promise<void> {
        this.#leave()
        this.#k = k
        showStage("loading")
        try {
            const state = await fetchOwn(this.#page.desk)
            if (state.custody === "managed") {
                this.#end("managed")
                return
            }
            const waiting = await fetchWaiting(this.#page.desk, k)
            this.#state = state
            this.#waiting = waiting
            this.#answering = new Answering(this.#page.desk, k, waiting)
            this.#watch(waiting)
            this.#show(waiting)
        } catch (error) {
            this.#fail(error, () => { showAway(error) })
        }
    }

    #show({ asked, browser, created }: WaitingPane): void {
        const facts = { where: paneName(asked), browser: browser === "" ? say("pair.browser.none") : browser, when: when(created) }
        for (const [name, words] of Object.entries(facts)) find(`#ask-${name}`, HTMLElement).textContent = words
        trouble(this.#ask, null)
        showStage("ask", find("h1", HTMLElement, this.#ask))
    }

    /** She says that it was she: open the key, if it is not open here. */
    async #goOn(): Promise<void> {
        if (await this.#own() !== null) {
            await this.#askCode()
            return
        }
        showStage("unlock", find("h1", HTMLElement, stage("unlock")))
        await this.#unlock.begin(this.#page.address)
    }

    #askCode(): Promise<void> {
        if (this.#waiting === null) return Promise.resolve()
        const { asked, expires } = this.#waiting
        find("#code-why", HTMLElement).textContent = say("pair.code.why", { name: paneName(asked), time: clock(expires) })
        this.#field.value = ""
        fault(this.#field, null)
        trouble(this.#form, null)
        showStage("code", find("h1", HTMLElement, stage("code")))
        this.#field.focus()
        return Promise.resolve()
    }

    async #submit(): Promise<void> {
        trouble(this.#form, null)
        if (!isWhole(this.#field.value)) {
            fault(this.#field, say("pair.code.short"))
            return
        }
        const own = await this.#own()
        if (own === null) await this.#goOn()
        else if (this.#answering !== null) await this.#give(own, this.#answering)
    }

    async #give(own: OwnKey, answering: Answering): Promise<void> {
        progress(this.#form, say("pair.working"))
        try {
            await answering.give(own, this.#field.value)
            this.#done()
        } catch (error) {
            if (error instanceof PairingRefused && error.code === "pairing-code") fault(this.#field, sayTries(answering.left))
            else if (error instanceof OwnKeyRefused) await this.#lockedAgain()
            else this.#fail(error, () => { trouble(this.#form, excuse(error)) })
        } finally {
            progress(this.#form, "")
        }
    }

    #done(): void {
        const program = programName(this.#waiting?.asked.program ?? "")
        this.#leave()
        this.#k = ""
        const heading = find("#done-h", HTMLElement)
        heading.textContent = say("pair.done", { program })
        find("#done-why", HTMLElement).textContent = say("pair.done.why")
        showStage("done", heading)
    }

    /** What this browser kept of the key does not open any more. */
    async #lockedAgain(): Promise<void> {
        await forgetOwn()
        await this.#goOn()
    }

    async #refuse(): Promise<void> {
        const waiting = this.#waiting
        if (waiting === null) return
        try {
            await refusePairing(this.#page.desk, waiting.id)
        } catch (error) {
            if (error instanceof Problem && error.code === "pairing-gone") this.#end("no")
            else this.#fail(error, () => {
                showStage("ask")
                trouble(this.#ask, excuse(error))
            })
            return
        }
        this.#leave()
        this.#k = ""
        showStage("refused", find("h1", HTMLElement, stage("refused")))
    }

    /** The key of hers that is open in this browser. */
    async #own(): Promise<OwnKey | null> {
        const state = this.#state
        const own = state === null ? null : await getOwn(state.person)
        return own !== null && state !== null && isSame(own, state) ? own : null
    }

    /** Look again when it should have run out. Nothing is said of a look that failed. */
    #watch(waiting: WaitingPane, pause = waiting.expires.getTime() - Date.now()): void {
        this.#timer = setTimeout(() => {
            fetchWaiting(this.#page.desk, this.#k).then(
                () => { if (this.#waiting === waiting) this.#watch(waiting, SOON) },
                (error: unknown) => {
                    if (this.#waiting !== waiting) return
                    if (endingOf(error) === "gone") this.#end("late")
                    else if (isOver(error)) this.#out()
                    else this.#watch(waiting, SOON)
                },
            )
        }, Math.max(pause, SOON))
    }

    #fail(error: unknown, otherwise: () => void): void {
        const ending = endingOf(error)
        if (isOver(error)) this.#out()
        else if (ending === null) otherwise()
        else this.#end(ending)
    }

    #end(ending: Ending): void {
        this.#leave()
        this.#k = ""
        showEnding(ending, this.#page.name === "" ? this.#page.address : this.#page.name)
    }

    /** The session is over; the link is kept, and the sign-in leads back to it. */
    #out(): void {
        this.#leave()
        showOut(say("pair.session"))
    }

    /** Nothing that was typed stays on the page. */
    #leave(): void {
        clearTimeout(this.#timer)
        this.#waiting = null
        this.#answering = null
        this.#unlock.clear()
        this.#field.value = ""
    }
}

const stage = (name: string): HTMLElement => find(`section[data-stage=${name}]`, HTMLElement)

function sayTries(left: number): string {
    return left === 1 ? say("pair.code.one") : say("pair.code.other", { n: left })
}

/** By both: the minutes are what she compares with, the time what stays true. */
function when(created: Date): string {
    const [time, n] = [clock(created), Math.round((Date.now() - created.getTime()) / 60_000)]
    if (n > LIFE) return say("pair.asked.at", { time })   // this computer's clock goes wrong
    if (n < 1) return say("pair.asked.now", { time })
    return n === 1 ? say("pair.asked.one", { time }) : say("pair.asked.other", { n, time })
}
