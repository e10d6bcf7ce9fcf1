/** Becoming the only holder: a passkey or a password, then the recovery code, then "Finish". */

import { KeyslotRefused, type OwnKey, OwnKeyRefused, WorkerFailed } from "@letterlock/crypto"
import { dayMonth, find, focusOn, list, members, Problem, say, text, type WordKey } from "@letterlock/kit"
import { enrol, type Enrolled, type EnrolPage, type EnrolWay, makePasskey, type Replaced } from "@letterlock/kit/own/index"
import { canUse, PasskeyRefused } from "@letterlock/kit/webauthn"

import { isForStaff } from "../unlock/audience.ts"
import { takeLetter } from "../waiting/kept.ts"
import { deviceName } from "./device.ts"
import { Finish } from "./finish.ts"
import type { Fresh } from "./fresh.ts"
import { announce, busy, excuse, GivenUp, isOver, type KeyPage, progress, sayRefused, showOut, showStage, trouble } from "./page.ts"
import { clearPassword, isGood, startShowing } from "./password.ts"
import type { Slip } from "./slip.ts"
import { deskOf, giveUp, newRun, type Run } from "./waiting.ts"

export class Enrolling {
    readonly #page: KeyPage
    readonly #fresh: Fresh
    readonly #finish: Finish
    readonly #way = find("#step-way", HTMLElement)
    readonly #code = find("#step-code", HTMLElement)
    readonly #password = find("#password", HTMLInputElement)
    readonly #other = find("#other-way", HTMLButtonElement)
    #run: Run | null = null
    #replaces: Replaced = null
    /** A passkey of hers that no keyslot needs yet. */
    #known: { readonly id: string; readonly name: string } | null = null

    constructor(page: KeyPage, fresh: Fresh, slip: Slip) {
        this.#page = page
        this.#fresh = fresh
        this.#finish = new Finish(slip)
        startShowing(this.#password)
        this.#press("#make-passkey", () => this.#make())
        this.#press("#use-passkey", () => this.#use())
        for (const id of ["#to-password", "#other-way"]) this.#press(id, () => this.#choose("password", null))
        this.#press("#to-passkey", () => this.#choose("passkey", null))
        const form = find("#way-password", HTMLFormElement)
        form.addEventListener("submit", (event) => {
            event.preventDefault()
            void busy(form, () => this.#byPassword())
        })
    }

    /** Show the page of somebody whose key the firm's server keeps, or who has lost her own or puts another in its place. */
    async start(replaces: Replaced = null): Promise<void> {
        this.#replaces = replaces
        if (replaces !== null) showAnew(replaces)
        const [can, known] = await Promise.all([canUse(), this.#passkeys()])
        this.#known = known
        find("#to-passkey", HTMLElement).hidden = can === "no"
        this.#show(can === "no" ? "password" : "passkey", can === "no" ? say("key.no-passkeys") : null)
        if (!await this.#fresh.first(find("[data-fresh]", HTMLElement, this.#way))) this.#waitForSignIn()
        showStage("enrol", ...(replaces === null ? [] : [find("#enrol-h", HTMLElement)]))
    }

    /** Nothing that was typed or made stays on the page. */
    end(): void {
        giveUp(this.#run)
        clearPassword(this.#password)
        this.#finish.clear()
    }

    async #passkeys(): Promise<{ id: string; name: string } | null> {
        const listed = list(members(await this.#page.api.get("/passkeys"))["passkeys"]).map(members)
        const newest = listed.at(-1)
        return newest === undefined ? null : { id: text(newest, "id"), name: text(newest, "name") }
    }

    /** Which way it shall be; whatever had begun is given up. */
    async #choose(way: "passkey" | "password", why: string | null): Promise<void> {
        giveUp(this.#run)
        await Promise.resolve()   // what was given up cleans up first
        trouble(this.#way, null)
        this.#show(way, why)
        if (way === "password") this.#password.focus()
        else find("#make-passkey", HTMLButtonElement).focus()
    }

    #show(way: "passkey" | "password", why: string | null): void {
        find("#way-h", HTMLElement).textContent = say(`key.way.${way}`)
        find("#way-passkey", HTMLElement).hidden = way !== "passkey"
        find("#way-password", HTMLElement).hidden = way !== "password"
        const use = find("#use-passkey", HTMLButtonElement)
        use.hidden = this.#known === null
        if (this.#known !== null) use.textContent = say("key.use", { name: this.#known.name })
        find("#make-passkey", HTMLElement).classList.toggle("pri", this.#known === null)
        find("#way-made", HTMLElement).hidden = true
        markDone(find("#step-what", HTMLElement), false)
        markDone(this.#way, false)
        this.#code.hidden = true
        const note = find("#way-why", HTMLElement)
        note.hidden = why === null
        find("p", HTMLParagraphElement, note).textContent = why ?? ""
        if (why !== null) announce(why)
    }

    /** Nothing is typed or made that leaving the page would lose. */
    #waitForSignIn(): void {
        for (const id of ["#way-passkey", "#way-password", "#way-why"]) find(id, HTMLElement).hidden = true
    }

    async #make(): Promise<void> {
        const name = deviceName(navigator.userAgent)
        const run = this.#begin()
        await this.#ends(run, async () => {
            progress(this.#way, say("key.making"))
            const made = await makePasskey(deskOf(this.#page, run), name, this.#enrolPage(run))
            if (!made.prf) throw new PasskeyRefused("no-prf")
            this.#known = { id: made.credential, name }
            await this.#enrol(run, { kind: "passkey", credential: made.credential, name })
        })
    }

    async #use(): Promise<void> {
        const known = this.#known
        if (known === null) return
        const run = this.#begin()
        await this.#ends(run, () => this.#enrol(run, { kind: "passkey", credential: known.id, name: known.name }))
    }

    async #byPassword(): Promise<void> {
        const password = this.#password.value
        if (!await isGood(this.#password, this.#page)) return
        const run = this.#begin()
        await this.#ends(run, () => this.#enrol(run, { kind: "password", password, name: say("key.password.name") }))
    }

    #begin(): Run {
        giveUp(this.#run)
        trouble(this.#way, null)
        trouble(this.#code, null)
        this.#run = newRun(this.#way)
        return this.#run
    }

    async #enrol(run: Run, way: EnrolWay): Promise<void> {
        showDone(await enrol(deskOf(this.#page, run), way, this.#enrolPage(run, way), this.#replaces), this.#replaces)
        this.#replaces = null
    }

    #enrolPage(run: Run, way: EnrolWay | null = null): EnrolPage {
        return {
            keep: async (code) => {
                run.ended.signal.throwIfAborted()
                this.#showCode(run, way)
                await this.#finish.keep(run, code, way?.kind === "password")
                run.finishing = true
                this.#other.hidden = true
                return { name: say("key.code.name") }
            },
            again: async (tries) => {
                this.#other.hidden = tries === 1
                const typed = await this.#finish.password(run, tries)
                this.#other.hidden = true
                return typed
            },
            fresh: async () => {
                progress(run.place, "")
                await this.#fresh.prove(find("[data-fresh]", HTMLElement, run.place), run.ended.signal)
            },
        }
    }

    /** The second step is done: fold it into a line, and go on to the third. */
    #showCode(run: Run, way: EnrolWay | null): void {
        progress(this.#way, "")
        find("#way-passkey", HTMLElement).hidden = true
        find("#way-password", HTMLElement).hidden = true
        find("#way-made", HTMLElement).hidden = false
        find("#way-said", HTMLElement).textContent = way?.kind === "passkey" ? say("key.made.passkey", { name: way.name }) : say("key.made.password")
        this.#other.hidden = false
        this.#other.textContent = say(`key.instead.${way?.kind ?? "passkey"}`)
        markDone(find("#step-what", HTMLElement), true)
        markDone(this.#way, true)
        this.#code.hidden = false
        run.place = this.#code
        focusOn(find("h2", HTMLElement, this.#code))
    }

    /** Run it to its end, whichever. */
    async #ends(run: Run, work: () => Promise<void>): Promise<void> {
        try {
            await work()
            clearPassword(this.#password)
        } catch (error) {
            if (!(error instanceof GivenUp) && !run.ended.signal.aborted) await this.#fail(run, error)
        } finally {
            if (this.#run === run) {
                this.#run = null
                for (const place of [this.#way, this.#code]) progress(place, "")
                this.#finish.clear()
            }
        }
    }

    async #fail(run: Run, error: unknown): Promise<void> {
        if (isOver(error)) {
            clearPassword(this.#password)
            showOut()
            return
        }
        if (cannotHold(error)) {
            await this.#choose("password", say("key.passkey-cannot"))
            return
        }
        if (run.place === this.#code) this.#show(find("#way-h", HTMLElement).textContent === say("key.way.password") ? "password" : "passkey", null)
        trouble(this.#way, reason(error, this.#replaces))
        focusOn(find("[data-trouble]", HTMLElement, this.#way))
    }

    #press(selector: string, work: () => Promise<void>): void {
        const button = find(selector, HTMLButtonElement)
        button.addEventListener("click", () => { void busy(button, work) })
    }
}

const cannotHold = (error: unknown): boolean =>
    (error instanceof PasskeyRefused && error.code === "no-prf") || (error instanceof KeyslotRefused && error.code === "keyslot-prf")

const BY_CODE: Readonly<Record<string, Extract<WordKey, `key.${string}`>>> = {
    "already-self-held": "key.elsewhere.held", "enrolment-outdated": "key.outdated", "not-found": "key.elsewhere.begun",
}

/** Why it ended, and that nothing has changed. */
function reason(error: unknown, replaces: Replaced): string {
    if (replaces !== null && error instanceof Problem && error.code === "enrolment-outdated") return say("key.outdated.own")
    if (error instanceof PasskeyRefused) return error.sentence
    if (error instanceof WorkerFailed) return say("key.memory")
    if (error instanceof KeyslotRefused || error instanceof OwnKeyRefused) return sayRefused(error.code)
    const key = error instanceof Problem ? BY_CODE[error.status === 404 ? "not-found" : error.code] : undefined
    return key === undefined ? excuse(error) : say(key as "key.outdated")
}

function showDone({ backupsUntil }: Enrolled, replaces: Replaced): void {
    const words = find("#done-backups", HTMLElement)
    words.hidden = backupsUntil === null
    if (backupsUntil !== null) {
        const year = backupsUntil.getFullYear() === new Date().getFullYear() ? "" : ` ${backupsUntil.getFullYear()}`
        const date = `${dayMonth(backupsUntil)}${year}`.trim()
        words.textContent = isForStaff() ? say("staff.key.backups", { date }) : say("key.done.backups", { date })
    }
    const happened = replaces === null ? "first" : typeof replaces === "string" ? "again" : "rotated"
    for (const part of document.querySelectorAll<HTMLElement>("[data-stage=done] [data-for]")) {
        part.hidden = part.dataset["for"] !== happened
    }
    const letter = takeLetter()
    if (letter !== null) {
        find("#to-letter", HTMLElement).hidden = false
        find("#to-letter a", HTMLAnchorElement).href = `/m/${letter}`
    }
    showStage("done", find("[data-stage=done] h1", HTMLElement))
    announce(say("key.done"))
}

/** The same steps for a new key in place of one of hers: what changes was said before. */
function showAnew(replaces: OwnKey | string): void {
    find("#enrol-h", HTMLElement).textContent = say("key.anew")
    find("#enrol-lead", HTMLElement).textContent = say(typeof replaces === "string" ? "key.anew.lead" : "key.rotate.lead")
    find("#step-what", HTMLElement).hidden = true
}

function markDone(step: HTMLElement, done: boolean): void {
    step.classList.toggle("ok", done)
}
