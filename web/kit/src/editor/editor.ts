/** The editor of a letter. What is typed here is in memory and nowhere else. */

import { baseKeymap, chainCommands, exitCode, toggleMark } from "prosemirror-commands"
import { history } from "prosemirror-history"
import { inputRules, wrappingInputRule } from "prosemirror-inputrules"
import { keymap } from "prosemirror-keymap"
import { DOMSerializer, type Node as Doc } from "prosemirror-model"
import { liftListItem, sinkListItem, splitListItem } from "prosemirror-schema-list"
import { type Command, EditorState, type Plugin, Selection, TextSelection } from "prosemirror-state"
import { EditorView } from "prosemirror-view"

import { sanitise, wordsOnly } from "../sanitise.ts"
import { redo, undo } from "./commands.ts"
import { type ExtrasWish, More } from "./extras.ts"
import { documentOf, type Lost, pasting } from "./paste.ts"
import { isBlank, plain } from "./plain.ts"
import { schema } from "./schema.ts"
import { shallow } from "./shallow.ts"

export { isBlank }

/** A letter as the body object holds it (objects.md section 3). */
export interface Written {
    readonly html: string
    /** The same without markup: a line per paragraph, "- " before list items. */
    readonly text: string
}

export interface Editor {
    readonly view: EditorView
    readonly isEmpty: () => boolean
    readonly written: () => Written
    /** What was written, to be put back by `restore`. In memory only. */
    readonly save: () => Doc
    readonly restore: (saved: Doc | null) => void
    /**
     * Put in the html of a draft, and below it that of a program around the page, whose pictures become their words: nobody
     * drew them anew. Whatever they hold, they are sanitised first. `wish.lost` hears what did not come along.
     */
    readonly restoreHtml: (html: string, outside?: string) => void
    /** Add another letter's html below, as a quotation under a line that says whose it is. The cursor goes to the top. */
    readonly quote: (lead: string, html: string) => void
    /** Select what stands between two positions of the document, bring it into view and go there. */
    readonly select: (from: number, to: number) => void
    /** Ask for a table, or for a picture: loads what that takes. */
    readonly extra: (what: "table" | "picture") => void
    readonly lock: (locked: boolean) => void
    readonly focus: () => void
}

export interface EditorWish {
    /** Its name to screen readers. */
    readonly label: string
    /** After each change, and whether the person changed the text. */
    readonly changed: (state: EditorState, byHand: boolean) => void
    /** After each paste: what a letter cannot hold. */
    readonly lost: (what: readonly Lost[]) => void
    /** Files that were pasted, but for pictures. Without it they are left out. */
    readonly files?: (files: readonly File[]) => void
    /** What is loaded for tables and pictures. */
    readonly extras: ExtrasWish
}

/** An editor in `host`. */
export function createEditor(host: HTMLElement, wish: EditorWish): Editor {
    let locked = false
    const own = plugins(wish, (files) => { more.use((extras) => { extras.pictures(files) }) })
    const view = new EditorView({ mount: host }, {
        state: fresh(null, own), attributes: attributesOf(wish), editable: () => !locked,
        dispatchTransaction: (transaction) => {
            view.updateState(view.state.apply(transaction))
            changed(transaction.docChanged)
        },
    })
    const more = new More(wish.extras, view, own)
    const changed = (byHand: boolean): void => {
        more.look()
        wish.changed(view.state, byHand)
    }
    const restore = (saved: Doc | null): void => {
        view.updateState(fresh(saved, more.plugins))
        more.reset()
        changed(false)
    }
    return {
        view, restore, select: (from, to) => { select(view, from, to) },
        isEmpty: () => isBlank(view.state.doc), written: () => write(view.state.doc), save: () => view.state.doc,
        restoreHtml: (html, outside = "") => { restore(joined(html, outside, wish)) },
        quote: (lead, html) => { quote(view, lead, documentOf(sanitise(html))) },
        extra: (what) => { if (!locked) more.use((extras) => { extras[what]() }) },
        lock: (now) => { showLocked(locked = now, view, wish) }, focus: () => { view.focus() },
    }
}

const attributesOf = ({ label }: EditorWish): Record<string, string> =>
    ({ role: "textbox", "aria-multiline": "true", "aria-label": label, spellcheck: "true" })

function showLocked(locked: boolean, view: EditorView, { extras: { bar } }: EditorWish): void {
    view.dom.setAttribute("aria-readonly", String(locked))
    bar.toggleAttribute("inert", locked)
    view.setProps({})
}

function select(view: EditorView, from: number, to: number): void {
    const { doc, tr } = view.state
    view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)).scrollIntoView())
    view.focus()
}

function fresh(doc: Doc | null, plugins: readonly Plugin[]): EditorState {
    return EditorState.create({ schema, ...(doc === null ? {} : { doc }), plugins })
}

function joined(html: string, outside: string, { lost }: EditorWish): Doc {
    const whole = sanitise(html)
    const { clean, pictures } = wordsOnly(outside)
    whole.append(clean)
    return documentOf(whole, lost, pictures ? ["picture"] : [])
}

function quote(view: EditorView, lead: string, quoted: Doc): void {
    const { paragraph, blockquote } = schema.nodes
    const { doc, tr } = view.state
    const nodes = [paragraph.create(), paragraph.create(null, schema.text(lead)), shallow(blockquote.create(null, quoted.content))]
    tr.insert(doc.content.size, nodes)
    view.dispatch(tr.setSelection(Selection.atStart(tr.doc)).scrollIntoView())
    view.focus()
}

function plugins({ lost, files }: EditorWish, pictures: (files: readonly File[]) => void): readonly Plugin[] {
    const { list_item, bullet_list, ordered_list, hard_break } = schema.nodes
    const { strong, em } = schema.marks
    const newLine: Command = chainCommands(exitCode, (state, dispatch) => {
        dispatch?.(state.tr.replaceSelectionWith(hard_break.create()).scrollIntoView())
        return true
    })
    return [
        pasting({ lost, files, pictures }),
        history(),
        inputRules({ rules: [wrappingInputRule(/^\s*[-*]\s$/u, bullet_list), wrappingInputRule(/^1\.\s$/u, ordered_list)] }),
        // Tab stays the browser's way out of the editor; in a table it goes from cell to cell, and Escape is the way out (extras).
        keymap({
            "Mod-b": toggleMark(strong), "Mod-i": toggleMark(em), "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo,
            "Enter": splitListItem(list_item), "Shift-Enter": newLine,
            "Mod-[": liftListItem(list_item), "Mod-]": sinkListItem(list_item),
        }),
        keymap(baseKeymap),
    ]
}

/** The document as html and as plain text. */
export function write(doc: Doc): Written {
    const inert = document.implementation.createHTMLDocument()   // where no picture is decoded
    const holder = inert.createElement("div")
    holder.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document: inert }))
    return writtenOf(holder.innerHTML, doc)
}

/** The text is made when it is asked for: what is saved after each pause is the html alone. */
export function writtenOf(html: string, doc: Doc): Written {
    return { html, get text() { return plain(doc) } }
}
