/** Tables and pictures in the editor; loaded when they are first needed, and built for itself (web/build.mjs). */

import type { EditorState } from "prosemirror-state"
import { fixTables, isInTable } from "prosemirror-tables"

import { allowance } from "../../pictures.ts"
import type { Extras, ExtrasHost, ExtrasScript } from "../extras.ts"
import { chosenPicture, pictureForm, putPicture } from "./picture-bar.ts"
import { NotDrawn, redraw } from "./redraw.ts"
import { tableBar, tableForm } from "./table-bar.ts"
import { tablePlugins } from "./table-keys.ts"
import { WORDS } from "./words.ts"

const KINDS = "image/png,image/jpeg,image/gif,image/webp"
/** Of all addresses together, in characters: a body has 4 MiB (objects.md section 3), and words need some of it. */
const ROOM = 3.5 * 1024 * 1024

/** A picture that waits for its words. */
interface Asked { readonly src: string; readonly n: number; readonly m: number }

class Editing implements Extras {
    readonly plugins: Extras["plugins"]
    readonly #host: ExtrasHost
    #asked: Asked[] = []
    #wantsTable = false
    /** What the bar shows. */
    #shown = ""

    constructor(host: ExtrasHost) {
        this.#host = host
        this.plugins = tablePlugins(() => { host.tell(WORDS.large) })
    }

    table(): void {
        const { view, bar } = this.#host
        this.#wantsTable = !isInTable(view.state) && !this.#wantsTable
        this.update(view.state)
        if (this.#wantsTable || isInTable(view.state)) bar.querySelector<HTMLElement>("select, button")?.focus()
    }

    picture(): void {
        const input = document.createElement("input")
        input.type = "file"
        input.accept = KINDS
        input.multiple = true
        input.addEventListener("change", () => { this.pictures([...(input.files ?? [])]) })
        input.click()
    }

    pictures(files: readonly File[]): void { void this.#take(files) }

    reset(): void {
        this.#asked = []
        this.#wantsTable = false
        // Tables that came before the plugins did; later ones they mend themselves.
        const mended = fixTables(this.#host.view.state)
        if (mended !== undefined) this.#host.view.dispatch(mended)
        this.update(this.#host.view.state)
    }

    update(state: EditorState): void {
        const [asked] = this.#asked
        const chosen = chosenPicture(this.#host)
        if (isInTable(state)) this.#wantsTable = false
        if (asked !== undefined) this.#show(`ask ${String(asked.n)} ${asked.src}`, () => this.#ask(asked))
        else if (chosen !== null) this.#show(`picture ${String(chosen.pos)} ${chosen.alt} ${chosen.src}`, () => this.#change(chosen))
        else if (isInTable(state)) this.#show("table", () => tableBar(this.#host))
        else if (this.#wantsTable) this.#show("new", () => tableForm(this.#host, () => { this.#noTable() }))
        else this.#show("", () => null)
    }

    #noTable(): void {
        this.#wantsTable = false
        this.update(this.#host.view.state)
    }

    /** The bar is made anew only when it is about something else: what is typed in it stays. */
    #show(key: string, make: () => HTMLElement | null): void {
        if (key === this.#shown) return
        this.#shown = key
        const made = make()
        this.#host.bar.replaceChildren(...(made === null ? [] : [made]))
        this.#host.bar.hidden = made === null
    }

    async #take(files: readonly File[]): Promise<void> {
        const { tell } = this.#host
        const drawn: string[] = []
        tell("")
        for (const file of files) {
            const src = await redraw(file).catch((error: unknown) => {
                if (!(error instanceof NotDrawn)) throw error
                tell(WORDS[error.fault](file.name))
                return null
            })
            if (src === null) continue
            if (!fit([...this.#pictures(), ...drawn, src])) tell(WORDS.full(file.name))
            else drawn.push(src)
        }
        this.#asked.push(...drawn.map((src, at) => ({ src, n: at + 1, m: drawn.length })))
        this.#next()
    }

    /** Go on with the next picture, or to the text. */
    #next(): void {
        this.update(this.#host.view.state)
        if (this.#asked.length > 0) this.#host.bar.querySelector("input")?.focus()
        else this.#host.view.focus()
    }

    #ask({ src, n, m }: Asked): HTMLElement {
        const done = (alt: string | null): void => {
            this.#asked.shift()
            if (alt !== null) {
                putPicture(this.#host, src, alt)
                this.#host.tell(WORDS.added)
            }
            this.#next()
        }
        const leave = (): void => { done(null) }
        return pictureForm(this.#host, {
            title: WORDS.which(n, m), src, alt: null, put: WORDS.put, away: WORDS.leave, answered: done, refused: leave, left: leave,
        })
    }

    #change({ pos, src, alt }: NonNullable<ReturnType<typeof chosenPicture>>): HTMLElement {
        const { view, tell } = this.#host
        return pictureForm(this.#host, {
            title: WORDS.picture, src, alt, put: WORDS.change, away: WORDS.remove,
            answered: (words) => {
                view.dispatch(view.state.tr.setNodeAttribute(pos, "alt", words))
                tell(WORDS.changed)
                view.focus()
            },
            refused: () => {
                view.dispatch(view.state.tr.delete(pos, pos + 1))
                tell(WORDS.gone)
                view.focus()
            },
            left: () => { view.focus() },
        })
    }

    /** Addresses of the pictures of the letter, and of those that wait. */
    #pictures(): string[] {
        const found = this.#asked.map(({ src }) => src)
        this.#host.view.state.doc.descendants((node) => {
            if (node.type.name === "picture") found.push(String(node.attrs["src"]))
        })
        return found
    }
}

const fit = (pictures: readonly string[]): boolean =>
    pictures.reduce((all, { length }) => all + length, 0) <= ROOM && pictures.every(allowance())

export const extras: ExtrasScript["extras"] = (host) => new Editing(host)
