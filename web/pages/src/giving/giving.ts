/** The list, and one click that gives all of it that is ready. */

import { element, fact, find, focusOn, icon, say, shortDate, shortName, startCrypto } from "@letterlock/kit"
import { KeyLog } from "@letterlock/kit/log"
import { fetchOwn, getOwn, isSame, ownIn, type OwnState } from "@letterlock/kit/own/index"
import { fetchWaiting, giveLetter, type GrantingDesk, stopWaiting, type Wait } from "@letterlock/kit/waiting/index"

import { announce, busy, excuse, isOver, type KeyPage, progress, showOut, showStage, trouble } from "../key/page.ts"
import { Unlock } from "../unlock/unlock.ts"
import { refusalWords } from "./words.ts"

export class Giving {
    readonly #page: KeyPage
    readonly #desk: GrantingDesk
    readonly #unlock: Unlock
    readonly #stage = find("section[data-stage=list]", HTMLElement)
    readonly #all = find("#give-all", HTMLButtonElement)
    readonly #list = find("#waits", HTMLUListElement)
    #state: OwnState | null = null
    #waits: readonly Wait[] = []

    constructor(page: KeyPage) {
        this.#page = page
        const main = find("#main", HTMLElement)
        const [crypto, directoryKey] = [startCrypto(fact(main, "worker")), fact(main, "directoryKey")]
        const log = new KeyLog({ crypto, directoryKey, logKey: fact(main, "logKey") })
        this.#desk = { call: page.desk.call, crypto, directoryKey, log, own: ownIn(crypto) }
        this.#unlock = new Unlock(page.desk, { announce, excuse, over: () => { this.#out() }, opened: () => this.#goOn() })
        this.#all.addEventListener("click", () => { void busy(this.#all, () => this.#give()) })
        find("#unlock-not", HTMLButtonElement).addEventListener("click", () => {
            this.#unlock.clear()
            showStage("list", find("h1", HTMLElement, this.#stage))
        })
    }

    /** @throws Problem and Unreachable of the kit: then nothing is shown. */
    async start(): Promise<void> {
        this.#state = await fetchOwn(this.#page.desk)
        await this.#renew()
        showStage("list")
    }

    async #renew(): Promise<void> {
        const holds = this.#state?.custody === "self-held"
        this.#waits = holds ? await fetchWaiting(this.#desk.call) : []
        find("#list-why", HTMLElement).textContent = say(!holds ? "giving.managed" : this.#waits.length === 0 ? "giving.none" : "giving.why")
        this.#list.replaceChildren(...this.#waits.map((one) => this.#row(one)))
        this.#list.hidden = find("#list-more", HTMLElement).hidden = this.#waits.length === 0
        const [first, ...more] = this.#ready
        this.#all.hidden = first === undefined
        if (first !== undefined) this.#all.textContent = more.length === 0 ? say("giving.all.one", { who: shortName(first) }) : say("giving.all.other", { n: more.length + 1 })
    }

    get #ready(): readonly Wait[] { return this.#waits.filter(({ state }) => state === "ready") }

    /** Opened by a touch or whatever else opens it; then it goes on by itself. */
    async #give(): Promise<void> {
        trouble(this.#stage, null)
        if (await this.#isOpen()) {
            await this.#giveAll()
            return
        }
        showStage("unlock", find("section[data-stage=unlock] h1", HTMLElement))
        await this.#unlock.begin(this.#page.address)
    }

    async #goOn(): Promise<void> {
        showStage("list", find("h1", HTMLElement, this.#stage))
        await busy(this.#all, () => this.#giveAll())
    }

    async #isOpen(): Promise<boolean> {
        const own = this.#state === null ? null : await getOwn(this.#state.person)
        return own !== null && this.#state !== null && isSame(own, this.#state)
    }

    async #giveAll(): Promise<void> {
        const failed: string[] = []
        const given: string[] = []
        try {
            for (const one of this.#ready) {
                progress(this.#stage, say("giving.working", { who: shortName(one) }))
                const why = await this.#giveOne(one)
                if (why === null) given.push(say("giving.given", { who: shortName(one), date: shortDate(one.sent) }))
                else failed.push(why)
            }
            await this.#renew()
        } catch (error) {
            if (isOver(error)) this.#out()
            else failed.push(excuse(error))
        }
        progress(this.#stage, "")
        this.#told(given, [...new Set(failed)])
    }

    /** Null where it was given, else the sentence that says why not. @throws Problem where the session is over */
    async #giveOne(one: Wait): Promise<string | null> {
        try {
            await giveLetter(this.#desk, one.message, one)
            return null
        } catch (error) {
            if (isOver(error)) throw error
            return refusalWords(error, shortName(one)) ?? excuse(error)
        }
    }

    #told(given: readonly string[], failed: readonly string[]): void {
        const note = find("#given", HTMLElement)
        find("ul", HTMLElement, note).append(...given.map((words) => element("li", {}, words)))
        note.hidden = note.querySelector("li") === null
        trouble(this.#stage, failed.length === 0 ? null : failed.join(" "))
        if (failed.length === 0) announce(given.join(" "))
        if (given.length > 0 && this.#all.hidden) focusOn(find("h1", HTMLElement, this.#stage))   // the button that was pressed is gone
    }

    #row(one: Wait): HTMLLIElement {
        const [who, date, until] = [shortName(one), shortDate(one.sent), shortDate(one.until)]
        const state = one.state === "waiting" ? say("giving.waiting", { who, until }) : say(`giving.${one.state}`, { who })
        const said = element("span", { class: "grow" }, element("span", {}, say("giving.what", { date })), element("span", { class: "more" }, state))
        const row = element("li", { class: "slot", "data-reader": one.address, "data-state": one.state }, icon(one.state === "ready" ? "key" : "waiting"), said)
        if (one.state !== "cancelled" && one.state !== "expired") row.append(this.#stopper(one))
        return row
    }

    #stopper(one: Wait): HTMLButtonElement {
        const [who, date] = [shortName(one), shortDate(one.sent)]
        const button = element("button", { class: "btn quiet", type: "button", "aria-label": say("giving.stop.of", { who, date }) }, say("giving.stop"))
        button.addEventListener("click", () => { void busy(button, () => this.#stop(one)) })
        return button
    }

    async #stop(one: Wait): Promise<void> {
        trouble(this.#stage, null)
        try {
            await stopWaiting(this.#desk.call, one)
            await this.#renew()
            progress(this.#stage, say("giving.stopped", { who: shortName(one) }))
            focusOn(find("h1", HTMLElement, this.#stage))
        } catch (error) {
            if (isOver(error)) this.#out()
            else trouble(this.#stage, excuse(error))
        }
    }

    #out(): void {
        this.#unlock.clear()
        showOut(say("giving.session"))
    }
}
