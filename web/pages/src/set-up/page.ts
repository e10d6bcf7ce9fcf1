/** The stages of the first run, and its five forms. Every answer is kept by the server as it is given. */

import { Api, element, fact, find, focusOn, Problem, say } from "@letterlock/kit"

import { Brand } from "./brand.ts"
import { announce, busy, excuse, fault, trouble } from "./form.ts"
import { type Answers, readAnswers, type Step, STEPS } from "./state.ts"
import { Trials } from "./trial.ts"

const TITLES = { record: "set-up.record", brand: "set-up.brand", hosts: "set-up.hosts", mailbox: "set-up.mailbox", "look-up": "set-up.look-up" } as const

/** Wait for "Begin" where the link brought us; else go on where somebody left off. */
export async function startSetUp(): Promise<void> {
    const page = new SetUpPage()
    const key = fact(find("#main", HTMLElement), "key")
    if (key === "") await page.load()
    else page.wait(key)
}

class SetUpPage {
    readonly #api = new Api("/api/v1/set-up")
    readonly #brand = new Brand(this.#api)
    readonly #trials = new Trials(() => this.load())
    #first = true

    constructor() {
        this.#form("record", (form) => this.#put("record", { choice: chosen(form, "choice") }))
        this.#form("brand", () => this.#keepBrand())
        this.#form("hosts", () => this.#put("hosts", {}))
        this.#form("mailbox", () => this.#try())
        this.#form("look-up", (form) => this.#put("look-up", { granted: chosen(form, "granted") === "yes" }))
        this.#press("#arrived-yes", "#mailbox [data-trouble]", () => this.#put("mailbox", {}))
        this.#press("#open", "#open-trouble", () => this.#open())
        find("#again", HTMLButtonElement).addEventListener("click", () => { showStage("steps", find("#title", HTMLElement)) })
    }

    /** Use the link when its button is pressed. One that was used before still leads on in its own browser. */
    wait(key: string): void {
        this.#press("#begin", "#trouble", async () => {
            try {
                await this.#api.post("/browsers", { body: { key } })
            } catch (error) {
                if (!(error instanceof Problem) || error.status !== 403) throw error
                await this.#api.get("").catch(() => { throw error })
            }
            history.replaceState(null, "", "/set-up")
            await this.load()
            focusOn(find("#title", HTMLElement))
        })
    }

    /** Fetch the answers and show them. */
    async load(): Promise<void> {
        try {
            this.#show(await this.#api.get(""))
        } catch (error) {
            if (error instanceof Problem && error.status === 401) showStage("closed")
            else trouble(find("#trouble", HTMLElement), excuse(error))
        }
    }

    #show(value: unknown): void {
        const answers = readAnswers(value)
        for (const step of STEPS) showStep(step, answers.done.has(step))
        this.#brand.show(answers.looks, answers.done.has("brand"))
        this.#trials.show(answers)
        showFacts(answers)
        showSummary(answers)
        if (!this.#first) return
        this.#first = false
        check("choice", answers.record)
        check("granted", answers.lookUp ? "yes" : "no")
        find("#mailbox-field", HTMLInputElement).value = answers.mailbox
        openNext(answers)
        showStage(answers.isOpen ? "open" : "steps")
    }

    async #put(path: string, body: unknown): Promise<void> {
        this.#kept(await this.#api.put(`/${path}`, { body }))
    }

    #kept(value: unknown): void {
        this.#show(value)
        announce(say("set-up.kept"))
        openNext(readAnswers(value))
    }

    async #keepBrand(): Promise<void> {
        const looks = this.#brand.read()
        if (looks !== null) await this.#put("brand", looks)
    }

    async #try(): Promise<void> {
        fault("mailbox-field", null)
        this.#show(await this.#api.post("/trials", { body: { mailbox: find("#mailbox-field", HTMLInputElement).value } }))
    }

    async #open(): Promise<void> {
        this.#show(await this.#api.post("/open"))
        showStage("open", find("#open-h", HTMLElement))
    }

    #form(step: Step, work: (form: HTMLFormElement) => Promise<void>): void {
        const form = find(`#${step} form`, HTMLFormElement)
        const note = find("[data-trouble]", HTMLElement, form)
        form.addEventListener("submit", (event) => {
            event.preventDefault()
            trouble(note, null)
            void busy(form, () => work(form), (error) => { fail(error, note) })
        })
    }

    #press(button: string, note: string, work: () => Promise<void>): void {
        const pressed = find(button, HTMLButtonElement)
        const place = find(note, HTMLElement)
        pressed.addEventListener("click", () => {
            trouble(place, null)
            void busy(pressed, work, (error) => { fail(error, place) })
        })
    }
}

/** Say it under the field that the server named, or else in the form's own place. */
function fail(error: unknown, note: HTMLElement): void {
    const field = error instanceof Problem ? error.facts["field"] : undefined
    if (field === "mailbox") fault("mailbox-field", excuse(error))
    else if (field === "name" || field === "telephone" || field === "address") fault(field, say(`set-up.field.${field}`))
    else if (field === "line") fault(field, say("set-up.field"))
    else trouble(note, excuse(error))
}

function showStep(step: Step, done: boolean): void {
    find(`#${step} [data-done]`, HTMLElement).hidden = !done
}

/** Open the first step that has no answer, and close the others. */
function openNext({ done }: Answers): void {
    const next = STEPS.find((step) => !done.has(step))
    for (const step of STEPS) find(`#${step}`, HTMLDetailsElement).open = step === next
    const target = next === undefined ? find("#open", HTMLButtonElement) : find(`#${next} summary`, HTMLElement)
    if (document.activeElement !== document.body) target.focus()
}

function showFacts({ origin, addin, admin, firm }: Answers): void {
    for (const [id, url] of [["#portal", origin], ["#addin", addin]] as const) {
        const link = find(id, HTMLAnchorElement)
        link.href = url
        link.textContent = url
    }
    find("#admin", HTMLElement).textContent = admin
    find(".plate b", HTMLElement).textContent = firm
    const title = say("set-up.title", { firm })
    find("#title", HTMLElement).textContent = title
    document.title = title
}

function showSummary(answers: Answers): void {
    const missing = STEPS.filter((step) => !answers.done.has(step))
    const rows: [keyof typeof TITLES, string][] = [
        ["record", say(answers.record === "none" ? "set-up.record.none" : "set-up.record.archive")],
        ["brand", answers.firm], ["hosts", answers.origin], ["mailbox", answers.mailbox],
        ["look-up", say(answers.lookUp ? "set-up.look-up.yes" : "set-up.look-up.no")],
    ]
    const kept = rows.filter(([step]) => answers.done.has(step))
    find("#answers", HTMLElement).replaceChildren(...kept.flatMap(([step, words]) => [element("dt", {}, say(TITLES[step])), element("dd", {}, words)]))
    const steps = missing.map((step) => say(TITLES[step]).toLowerCase()).join(", ")
    find("#missing", HTMLElement).textContent = missing.length === 0 ? say("set-up.ready") : say("set-up.missing", { steps })
    find("#open", HTMLButtonElement).disabled = missing.length > 0
}

function check(name: string, value: string): void {
    const box = document.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`)
    if (box !== null) box.checked = true
}

function chosen(form: HTMLFormElement, name: string): string {
    const value = new FormData(form).get(name)
    return typeof value === "string" ? value : ""
}

/** Show one stage; focus moves only when somebody acted. */
function showStage(stage: string, target?: HTMLElement): void {
    for (const section of document.querySelectorAll<HTMLElement>("[data-stage]")) section.hidden = section.dataset["stage"] !== stage
    if (target !== undefined) focusOn(target)
}
