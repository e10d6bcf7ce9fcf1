/** One letter of a thread on the page: folded or open, with all that belongs to it (templates/parts/letter.html). */

import { longDate, shortDate } from "../dates.ts"
import { element, find, focusOn, icon } from "../dom.ts"
import { fillFrame, type LetterFrame } from "../frame.ts"
import { levelMeaning } from "../levels.ts"
import { levelTag, readerRows } from "../readers.ts"
import { say } from "../words.ts"
import { answerTo, hasOthers } from "../writing/reply.ts"
import { type Enclosed, showEnclosed } from "./enclosed.ts"
import { levelNotes, shownLevel } from "./level.ts"
import { openLetter, type OpenLetter, type ReadingDesk } from "./open.ts"
import { isGivenUp, isLocked, refusalIn, refusalWords } from "./refusal.ts"
import type { SavingDesk } from "./save.ts"
import { addressees, initials, notices, readerLines } from "./standing.ts"
import type { Entry } from "./thread.ts"
import { checkedWords, fingerprints, verifySentences } from "./verify.ts"

/** What a card needs of the page or pane that shows it. */
export interface CardHost {
    readonly desk: ReadingDesk & SavingDesk
    /** The firm's name. */
    readonly firm: string
    /** Reads a sentence out, politely. */
    readonly announce: (text: string) => void
    /** "Reply" or "Reply all" was pressed. */
    readonly answer: (card: LetterCard, all: boolean) => void
    /** A letter was opened in a frame: signs of life come from there too. */
    readonly framed?: (window: Window) => void
    /** A letter is open. */
    readonly shown?: (card: LetterCard, letter: OpenLetter) => void
    /** A letter could not be fetched, and that is no refusal: what to say of it. */
    readonly excuse: (error: unknown) => string
}

/** `asked`: the one that the page is about; it is never folded, and its subject is the page's heading. */
export type Standing = "asked" | "other"

export class LetterCard {
    readonly host: HTMLElement
    readonly entry: Entry
    readonly #page: CardHost
    readonly #standing: Standing
    #letter: OpenLetter | null = null
    #frame: LetterFrame | null = null
    #files: Enclosed | null = null

    constructor(page: CardHost, entry: Entry, standing: Standing) {
        const sheet = find("#letter-card", HTMLTemplateElement).content.firstElementChild?.cloneNode(true)
        if (!(sheet instanceof HTMLElement)) throw new Error("the page lacks a letter's sheet")
        this.host = sheet
        this.entry = entry
        this.#page = page
        this.#standing = standing
        this.#nameParts()
        this.#wire()
    }

    /** The letter, while it is open. */
    get letter(): OpenLetter | null { return this.#letter }

    /** Where something that belongs under the letter may stand: an answer that is being written. */
    get after(): HTMLElement { return this.#part("after") }

    /** Where comparing keys with who wrote it may stand, under the name. */
    get compare(): HTMLElement { return this.#part("compare") }

    /** Where the page's own facts may stand, under those of the letter. */
    get more(): HTMLElement { return this.#part("more") }

    /** Fetch, check and show it; a refusal is shown in its place. Never throws. `quietly`: focus stays where it is. */
    async open(quietly = false): Promise<void> {
        const { name } = this.entry.sender
        const progress = this.#part("progress")
        const button = find("button", HTMLButtonElement, this.#part("fold"))
        if (button.getAttribute("aria-disabled") === "true") return
        button.setAttribute("aria-disabled", "true")
        progress.hidden = false
        progress.textContent = say("thread.opening", { name })
        this.#page.announce(progress.textContent)
        try {
            await this.show(await openLetter(this.#page.desk, this.entry.id))
            if (!quietly) this.focus()
            this.#page.announce(say("open.done", { name }))
        } catch (error) {
            this.#refuse(error)
        } finally {
            button.removeAttribute("aria-disabled")
            progress.hidden = true
        }
    }

    /** Show a letter that has passed its checks. */
    async show(letter: OpenLetter): Promise<void> {
        this.#letter = letter
        this.#part("refused").hidden = true
        this.#fillHead(letter)
        this.#fillSide(letter)
        this.#files = showEnclosed(this.#page.desk, letter, this.#page.announce)
        this.#part("files").replaceChildren(...(this.#files === null ? [] : [this.#files.list]))
        this.#fold(false)
        const line = `${letter.senderName}, ${longDate(sentAt(letter))}`
        const printed = { firm: this.#page.firm, line, subject: this.#subject(letter) }
        this.#frame = await fillFrame(this.#part("text"), this.#title(), letter.body.html, printed)
        this.#page.framed?.(this.#frame.window)
        this.#page.shown?.(this, letter)
    }

    /** Move focus to the subject, so that it is read out, and the letter to the top of the screen. */
    focus(): void {
        focusOn(find("h1, h2", HTMLElement, this.#part("title")))
        this.host.scrollIntoView({ block: "start" })
    }

    /** Take the letter off the page and its key out of memory. */
    close(): void {
        this.#files?.stop()
        this.#frame?.close()
        this.#letter = this.#frame = this.#files = null
        for (const part of PARTS) this.#part(part).replaceChildren()
        this.#verify(false)
        this.#fold(true)
    }

    #wire(): void {
        const press = (part: string, act: () => void): void => { this.#button(part).addEventListener("click", act) }
        find("button", HTMLButtonElement, this.#part("fold")).addEventListener("click", () => { void this.open() })
        press("unfold", () => { this.#foldAgain() })
        press("print", () => { this.#frame?.print() })
        press("verify", () => { this.#verify(this.#button("verify").getAttribute("aria-expanded") !== "true") })
        press("reply", () => { this.#page.answer(this, false) })
        press("reply-all", () => { this.#page.answer(this, true) })
    }

    #foldAgain(): void {
        this.close()
        find("button", HTMLButtonElement, this.#part("fold")).focus()
        this.#page.announce(say("thread.closed", { name: this.entry.sender.name }))
    }

    #fold(folded: boolean): void {
        const asked = this.#standing === "asked"
        this.host.classList.toggle("folded", folded)
        this.#part("fold").hidden = !folded || asked
        this.#part("open").hidden = folded
        this.#part("side").hidden = folded
        this.#part("unfold").hidden = asked
    }

    /** Words and names that hold whether it is open or not. */
    #nameParts(): void {
        const { sender, sentAt, mine, opened } = this.entry
        const date = shortDate(sentAt)
        this.host.setAttribute("aria-label", say("thread.of", { name: sender.name, date }))
        this.#put("fold-initials", initials(sender.name))
        this.#put("fold-name", mine ? say("thread.mine") : sender.name)
        this.#put("fold-when", date)
        this.#put("fold-new", say("thread.new"))
        this.#part("fold-new").hidden = mine || opened
        this.#part("side").setAttribute("aria-label", say("thread.about", { date }))
        this.#fold(true)
    }

    #fillHead(letter: OpenLetter): void {
        this.#put("from", letter.senderName)
        this.#put("address", letter.statement.sender.address)
        this.#put("initials", initials(letter.senderName))
        this.#put("to", say("open.to", { readers: addressees(letter) }))
        this.#put("when", shortDate(sentAt(letter)))
        const heading = element(this.#standing === "asked" ? "h1" : "h2", { class: "subject", tabindex: "-1" }, this.#subject(letter))
        this.#part("title").replaceChildren(heading)
        const { level } = shownLevel(letter)
        this.#part("level").replaceChildren(levelTag(level))
        this.#put("level-means", [levelMeaning(level), ...levelNotes(letter)].join(" "))
        const notes = notices(letter).map((text) => element("div", { class: "note" }, icon("eye"), element("p", {}, text)))
        this.#part("notices").replaceChildren(...notes)
        this.#part("answers").hidden = answerTo(letter, true).length === 0   // a mail in the record, sealed for oneself
        this.#part("reply-all").hidden = letter.viewerRole === "hidden" || !hasOthers(letter)
    }

    #fillSide(letter: OpenLetter): void {
        this.#part("readers").replaceChildren(...readerRows(readerLines(letter)))
        this.#put("checked", checkedWords(letter))
        const sentences = verifySentences(letter, this.#page.firm).map((text) => element("li", {}, text))
        this.#part("sentences").replaceChildren(...sentences)
        this.#part("fingerprints").replaceChildren(...fingerprints(letter).flatMap(({ what, value }) =>
            [element("dt", {}, what), element("dd", { class: "code" }, value)]))
    }

    #verify(shown: boolean): void {
        this.#button("verify").setAttribute("aria-expanded", String(shown))
        this.#part("verified").hidden = !shown
        if (shown) this.#page.announce([...this.#part("sentences").children].map(({ textContent }) => textContent).join(" "))
    }

    #refuse(error: unknown): void {
        const code = refusalIn(error)
        const { name } = this.entry.sender
        this.#put("refused-what", code === null ? "" : say("thread.refused"))
        this.#put("refused-why", code === null ? this.#excuse(error) : refusalWords(code, name))
        this.#put("refused-code", code ?? "")
        this.#part("refused-for").hidden = code === null
        this.close()
        this.#part("refused").hidden = false
        this.#page.announce(this.#part("refused-why").textContent)
    }

    #excuse(error: unknown): string {
        if (isGivenUp(error)) return say("unlock.given-up", { name: this.entry.sender.name })
        return isLocked(error) ? say("open.key-needed") : this.#page.excuse(error)
    }

    /** Of the frame, to screen readers; each frame of a page has another. */
    #title(): string {
        const { sender: { name }, sentAt } = this.entry
        const n = [...this.host.parentElement?.children ?? []].indexOf(this.host) + 1
        return this.#standing === "asked" ? say("thread.frame.asked") : say("thread.frame", { n, name, date: shortDate(sentAt) })
    }

    #subject({ body }: OpenLetter): string {
        return body.subject.trim() === "" ? say("open.untitled", { name: this.entry.sender.name }) : body.subject
    }

    #part(name: string): HTMLElement { return find(`[data-part=${name}]`, HTMLElement, this.host) }
    #button(name: string): HTMLButtonElement { return find(`[data-part=${name}]`, HTMLButtonElement, this.host) }
    #put(part: string, text: string): void { this.#part(part).textContent = text }
}

/** Whatever an open letter has filled. */
const PARTS = [
    "from", "address", "initials", "to", "when", "compare", "title", "level", "level-means", "notices", "files", "readers", "checked",
    "sentences", "fingerprints",
] as const

const sentAt = ({ body }: OpenLetter): Date => new Date(body.sent_at * 1000)
