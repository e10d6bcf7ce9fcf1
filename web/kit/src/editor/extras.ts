/**
 * What the editor loads when it is first needed: making and changing tables, taking pictures (`extras/`).
 *
 * That script is built for itself and must share ProseMirror's own classes with the editor, else neither would know the
 * other's nodes: it finds them where `lend` puts them (web/build.mjs).
 */

import { keydownHandler } from "prosemirror-keymap"
import { Fragment, Slice } from "prosemirror-model"
import { type EditorState, NodeSelection, Plugin, PluginKey, Selection, SelectionRange, TextSelection } from "prosemirror-state"
import { Transform } from "prosemirror-transform"
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view"

import { hasTable } from "./tables.ts"

/** What the loaded script may ask of the page. */
export interface ExtrasHost {
    readonly view: EditorView
    /** An empty place above the text, for its fields and buttons. */
    readonly bar: HTMLElement
    /** Says a sentence under the text; it is read out. */
    readonly tell: (text: string) => void
}

export interface Extras {
    /** To stand before the editor's own. */
    readonly plugins: readonly Plugin[]
    /** Ask for a table, or go to the buttons of the one that the cursor is in. */
    readonly table: () => void
    /** Draw pictures anew, ask what they show, and put them in where the cursor is. */
    readonly pictures: (files: readonly File[]) => void
    /** Let a picture be chosen. */
    readonly picture: () => void
    /** After each change. */
    readonly update: (state: EditorState) => void
    /** Another letter is in the editor: what was asked is asked no more. */
    readonly reset: () => void
}

/** What the page gives. */
export interface ExtrasWish {
    /** Address of the script. */
    readonly script: string
    /** An empty place above the text, for its fields and buttons. */
    readonly bar: HTMLElement
    /** Says a sentence under the text; it is read out. */
    readonly tell: (text: string) => void
    /** What is said when the script did not come. */
    readonly absent: () => string
}

/** The script's one function. */
export interface ExtrasScript { readonly extras: (host: ExtrasHost) => Extras }

/** What of ProseMirror the script borrows, by package. */
const PARTS = {
    "prosemirror-keymap": { keydownHandler },
    "prosemirror-model": { Fragment, Slice },
    "prosemirror-state": { NodeSelection, Plugin, PluginKey, Selection, SelectionRange, TextSelection },
    "prosemirror-transform": { Transform },
    "prosemirror-view": { Decoration, DecorationSet },
}
const KEY = Symbol.for("letterlock.prosemirror")

/** The script, and the plugins that the editor has with it. */
export class More {
    readonly #load: () => Promise<Extras>
    readonly #wish: ExtrasWish
    readonly #view: EditorView
    #extras: Extras | null = null
    plugins: readonly Plugin[]

    constructor(wish: ExtrasWish, view: EditorView, own: readonly Plugin[]) {
        this.#wish = wish
        this.#view = view
        this.plugins = own
        this.#load = loader(wish.script, () => ({ view, bar: wish.bar, tell: wish.tell }))
    }

    use(work: (extras: Extras) => void): void {
        void this.#get().then(work, () => { this.#wish.tell(this.#wish.absent()) })
    }

    /** A table wants its keys; a failure to load is told when a button is pressed. */
    look(): void {
        const { state } = this.#view
        if (this.#extras !== null) this.#extras.update(state)
        else if (hasTable(state.doc)) void this.#get().catch(() => undefined)
    }

    /** Another letter is in the editor. */
    reset(): void { this.#extras?.reset() }

    async #get(): Promise<Extras> {
        const extras = await this.#load()
        if (this.#extras === null) {
            this.#extras = extras
            this.plugins = [...extras.plugins, ...this.plugins]
            this.#view.updateState(this.#view.state.reconfigure({ plugins: this.plugins }))
            extras.reset()
        }
        return extras
    }
}

/** Loads it once; a failure is not kept. */
function loader(address: string, host: () => ExtrasHost): () => Promise<Extras> {
    let loading: Promise<Extras> | null = null
    let tries = 0
    const load = async (): Promise<Extras> => {
        Object.assign(globalThis, { [KEY]: PARTS })
        const { extras } = await (import(tries === 0 ? address : `${address}#${tries}`) as Promise<ExtrasScript>)
        return extras(host())
    }
    return () => {
        loading ??= load().catch((error: unknown) => {
            loading = null
            tries += 1   // a browser may keep that an address did not come
            throw error
        })
        return loading
    }
}
