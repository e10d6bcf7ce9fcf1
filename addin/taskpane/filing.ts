/** Seal the open mail into the record: what is sealed, for whom, what stays, and what came of it. Loaded when it is asked for. */

import { element, find, icon, type Level, parseAddresses, type Person, type readerRows } from "@letterlock/kit"
import type * as Writing from "@letterlock/kit/writing/index"

import { WORDS } from "./filing-words.ts"
import { type Left, leftWords, type Plan, planOf } from "./mail-record.ts"
import { OfficeFailed } from "./office.ts"
import { MailChanged, openMail, type OpenMail } from "./office-mail.ts"
import { colleaguesOf, copyAfter, type Lent, moveAway, Nameless, NotUp, type Outcome, sealMail, SomeLeft } from "./sealing-mail.ts"

/** What of the pane it needs. */
export interface Around {
    readonly desk: Writing.Desk
    readonly lent: Lent
    /** Graph's address with its version. */
    readonly graph: string
    /** A token for Mail.ReadWrite, asked of the person where she has not agreed yet. */
    readonly token: () => Promise<string>
    /** Show a letter in the pane. */
    readonly open: (id: string) => void
    /** Why it did not go, from what sending threw. */
    readonly trouble: (error: unknown) => string
    /** Rows of "Who can read this", and a date, in the page's words. */
    readonly rows: typeof readerRows
    readonly date: (date: Date) => string
    /** Of the largest file, in bytes and in words. */
    readonly most: number
    readonly mostWords: string
    readonly close: () => void
}

export class Filing {
    readonly #around: Around
    readonly #host: HTMLElement
    readonly #mail: OpenMail | null = openMail()
    readonly #status = element("p", { class: "small", role: "status" })
    #plan: Plan | null = null
    #levels: ReadonlyMap<string, Level> = new Map()
    #colleagues: readonly Person[] = []
    #timer: ReturnType<typeof setTimeout> | undefined

    /** @param host - Empty; the form goes there. */
    constructor(host: HTMLElement, around: Around) {
        this.#host = host
        this.#around = around
    }

    async show(): Promise<void> {
        const mail = this.#mail
        if (mail === null) {
            this.#only(WORDS.failed)
            return
        }
        this.#plan = planOf(mail, this.#around.most)
        if (this.#plan.refusal !== "") {
            this.#only(this.#plan.refusal)
            return
        }
        this.#colleagues = (await colleaguesOf(this.#around.desk).catch(() => [])).slice(0, MOST_SHOWN)
        this.#fill(mail, this.#plan)
    }

    #fill(mail: OpenMail, plan: Plan): void {
        const heading = element("h2", { tabindex: "-1" }, WORDS.what)
        this.#host.replaceChildren(heading, ...this.#what(mail, plan), ...this.#whom(), ...this.#notice(), ...this.#after(mail, plan), this.#status, this.#acts(plan))
        heading.focus()
        this.#readers()
    }

    #what(mail: OpenMail, plan: Plan): Node[] {
        const date = mail.written === null ? "" : this.#around.date(mail.written)
        const rows = [WORDS.text, ...plan.files.map(({ name }) => name)].map((name) => element("li", { class: "cut", title: name }, name))
        const left = plan.left.map((one) => element("div", { class: "note", "data-st": "care" }, icon("care"), element("p", {}, leftWords(one, this.#around.mostWords))))
        return [
            element("p", {}, element("b", {}, mail.subject || WORDS.noSubject), element("br"), WORDS.from(mail.from.name || mail.from.address, date)),
            element("ul", { "aria-label": WORDS.what, class: "small sealed" }, ...rows), ...left,
            ...[...plan.asides, WORDS.unchecked].map((words) => element("p", { class: "tiny mute" }, words)),
        ]
    }

    #whom(): Node[] {
        const boxes = this.#colleagues.map(({ address, name }, index) => {
            const box = element("input", { type: "checkbox", id: `colleague-${String(index)}`, value: address })
            box.addEventListener("change", () => { this.#readers() })
            return element("p", { class: "row" }, box, element("label", { for: box.id, title: address }, name || address))
        })
        const others = element("input", { class: "flu", type: "text", id: "filing-others", autocomplete: "off", spellcheck: "false", autocapitalize: "none", "aria-describedby": "filing-firm" })
        others.addEventListener("input", () => {   // not on `change`, which comes with the press of a button and would move it
            clearTimeout(this.#timer)
            this.#timer = setTimeout(() => { this.#readers() }, PAUSE)
        })
        return [
            element("h3", {}, WORDS.whom),
            ...(boxes.length === 0 ? [] : [element("fieldset", {}, element("legend", {}, WORDS.colleagues), ...boxes)]),
            element("div", { class: "fld" }, element("label", { for: "filing-others" }, boxes.length === 0 ? WORDS.colleagues : WORDS.others), others,
                element("p", { class: "tiny mute", id: "filing-firm" }, WORDS.firm)),
            element("ul", { id: "filing-readers", "aria-label": WORDS.whom }),
        ]
    }

    #notice(): Node[] {
        return [element("div", { class: "fld" },
            element("label", { for: "filing-subject" }, WORDS.public),
            element("input", { class: "flu", type: "text", id: "filing-subject", maxlength: "200", value: WORDS.publicUsual, autocomplete: "off", "aria-describedby": "filing-subject-h" }),
            element("p", { class: "tiny mute", id: "filing-subject-h" }, WORDS.publicMeans),
        )]
    }

    #after(mail: OpenMail, plan: Plan): Node[] {
        const stays = element("p", { class: "small" }, WORDS.stays)
        const why = this.#around.desk.me.isHeld ? WORDS.moveHeld : plan.left.length > 0 ? WORDS.moveLeft : mail.id === "" ? WORDS.moveUnknown : ""
        if (why !== "") return [element("p", { class: "small", id: "filing-stays" }, plan.left.length > 0 || this.#around.desk.me.isHeld ? why : `${WORDS.stays} ${why}`)]
        const box = element("input", { type: "checkbox", id: "filing-move", "aria-describedby": "filing-move-h" })
        return [stays, element("p", { class: "row" }, box, element("label", { for: box.id }, WORDS.move)), element("p", { class: "tiny mute", id: "filing-move-h" }, WORDS.moveMeans)]
    }

    #acts(plan: Plan): HTMLElement {
        const seal = element("button", { class: "btn pri", type: "button", id: "filing-seal" }, icon("managed"), plan.left.length > 0 ? WORDS.sealWithout : WORDS.seal)
        const away = element("button", { class: "btn quiet", type: "button" }, WORDS.notNow)
        seal.addEventListener("click", () => { if (seal.getAttribute("aria-disabled") !== "true") void this.#seal(seal) })
        away.addEventListener("click", () => { this.#around.close() })
        return element("p", { class: "acts" }, seal, away)
    }

    /** Whom the person chose; null where some text is no address, and `says` says so. */
    #chosen(says = true): readonly Person[] | null {
        const boxes = [...this.#host.querySelectorAll<HTMLInputElement>("fieldset input:checked")].map(({ value }) => value)
        const { people, refused } = parseAddresses(find("#filing-others", HTMLInputElement, this.#host).value)
        if (says) this.#say(refused.length > 0 ? WORDS.address(refused.join("; ")) : "")
        const own = this.#around.desk.me.address
        const ticked = this.#colleagues.filter(({ address }) => boxes.includes(address))
        return refused.length > 0 ? null : [...ticked, ...people.filter(({ address }) => address !== own && !boxes.includes(address))]
    }

    /** Who can read it, each with the level that the directory names. */
    #readers(): void {
        const chosen = this.#chosen(false) ?? []
        const { me, lookUp } = this.#around.desk
        const row = ({ address, name }: Person): Parameters<typeof readerRows>[0][number] =>
            ({ who: name || address, more: name === "" ? "" : address, level: this.#levels.get(address) ?? "managed" })
        const draw = (): void => {
            const lines = chosen.filter(({ address }) => this.#levels.has(address)).map(row)
            find("#filing-readers", HTMLUListElement, this.#host).replaceChildren(...this.#around.rows([...lines, { who: WORDS.you, more: me.address, level: me.lookup.level }]))
        }
        draw()
        const unknown = chosen.filter(({ address }) => !this.#levels.has(address))
        if (unknown.length === 0) return
        lookUp(unknown).then((found) => {
            this.#levels = new Map([...this.#levels, ...found.map(({ lookup }) => [lookup.address, lookup.level] as const)])
            draw()
        }, () => undefined)   // asked again when it is sealed
    }

    async #seal(button: HTMLButtonElement): Promise<void> {
        const [mail, plan, chosen] = [this.#mail, this.#plan, this.#chosen()]
        if (mail === null || plan === null || chosen === null) return
        button.setAttribute("aria-disabled", "true")
        const publicSubject = find("#filing-subject", HTMLInputElement, this.#host).value.trim()
        const moves = this.#host.querySelector<HTMLInputElement>("#filing-move")?.checked === true
        const colleagues = chosen.map((one) => ({ ...one, role: "to" as const }))
        try {
            const outcome = await sealMail(this.#around.desk, this.#around.lent, { mail, plan, colleagues, publicSubject }, (words) => { this.#say(words) })
            await this.#done(mail, outcome, moves)
        } catch (error) {
            if (error instanceof SomeLeft) this.#without(mail, plan, error.left)
            else this.#say(this.#troubleOf(error))
        } finally {
            button.removeAttribute("aria-disabled")
        }
    }

    /** Some files did not come: shown with their sentences, and pressed once more it goes without them. */
    #without(mail: OpenMail, plan: Plan, left: readonly Left[]): void {
        const gone = new Set(left.map(({ file }) => file))
        this.#plan = { ...plan, files: plan.files.filter((file) => !gone.has(file)), left: [...plan.left, ...left] }
        this.#fill(mail, this.#plan)
        this.#say(left.map((one) => leftWords(one, this.#around.mostWords)).join(" "))
    }

    async #done(mail: OpenMail, outcome: Outcome, moves: boolean): Promise<void> {
        const { id, sealedAt } = outcome
        const words = sealedAt === null ? WORDS.sealed : WORDS.known(this.#around.date(sealedAt))
        const copy = COPY[await copyAfter(outcome, moves, () => moveAway(this.#around.graph, this.#around.token, mail.id))]
        const open = element("button", { class: "btn", type: "button" }, WORDS.open)
        const note = element("div", { class: "note", "data-st": sealedAt === null ? "ok" : "", tabindex: "-1", role: "status" },
            icon(sealedAt === null ? "good" : "about"), element("div", {}, element("p", {}, words), element("p", {}, copy)))
        open.addEventListener("click", () => { this.#around.open(id) })
        this.#host.replaceChildren(note, element("p", { class: "acts" }, open))
        note.focus()
    }

    #troubleOf(error: unknown): string {
        if (error instanceof MailChanged) return WORDS.changed
        if (error instanceof OfficeFailed || error instanceof Nameless) return WORDS.failed
        if (error instanceof this.#around.lent.Gone) return WORDS.gone
        if (error instanceof NotUp) return WORDS.trouble
        return this.#around.trouble(error) || WORDS.trouble
    }

    /** A sentence, and nothing to press but the way back. */
    #only(words: string): void {
        const away = element("button", { class: "btn", type: "button" }, WORDS.stop)
        away.addEventListener("click", () => { this.#around.close() })
        const note = element("div", { class: "note", "data-st": "care", tabindex: "-1" }, icon("care"), element("p", {}, words))
        this.#host.replaceChildren(note, element("p", { class: "acts" }, away))
        note.focus()
    }

    #say(words: string): void { this.#status.textContent = words }
}

const PAUSE = 600       // milliseconds without a key before the directory is asked
const MOST_SHOWN = 12   // colleagues; others are typed
const COPY = { "stays": WORDS.stays, "known": WORDS.notMovedKnown, "moved": WORDS.moved, "not-allowed": WORDS.notAllowed, "not-moved": WORDS.notMoved } as const
