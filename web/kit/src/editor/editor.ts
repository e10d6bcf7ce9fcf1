/** The editor of a letter. What is typed here is in memory and nowhere else. */

import { baseKeymap, chainCommands, exitCode, toggleMark } from "prosemirror-commands"
import { history } from "prosemirror-history"
import { inputRules, wrappingInputRule } from "prosemirror-inputrules"
import { keymap } from "prosemirror-keymap"
import { DOMSerializer, type Node as Doc } from "prosemirror-model"
import { liftListItem, sinkListItem, splitListItem } from "prosemirror-schema-list"
import { type Command, EditorState, type Plugin, Selection, TextSelection } from "prosemirror-state"
import { EditorView } from "prosemirror-view"

import { redo, undo } from "./commands.ts"
import { sanitise } from "../sanitise.ts"
import { documentOf, type Lost, pasting } from "./paste.ts"
import { plain } from "./plain.ts"
import { schema } from "./schema.ts"
import { shallow } from "./shallow.ts"

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
    /** Put in the html of a draft; whatever it holds, it is sanitised first. */
    readonly restoreHtml: (html: string) => void
    /** Add another letter's html below, as a quotation under a line that says whose it is. The cursor goes to the top. */
    readonly quote: (lead: string, html: string) => void
    /** Select what stands between two positions of the document, bring it into view and go there. */
    readonly select: (from: number, to: number) => void
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
    /** Files that were pasted. Without it they are left out, and pictures told as lost. */
    readonly files?: (files: readonly File[]) => void
}

/** An editor in `host`. */
export function createEditor(host: HTMLElement, wish: EditorWish): Editor {
    let locked = false
    const view = new EditorView({ mount: host }, {
        state: fresh(null, wish),
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": wish.label, spellcheck: "true" },
        editable: () => !locked,
        dispatchTransaction: (transaction) => {
            view.updateState(view.state.apply(transaction))
            wish.changed(view.state, transaction.docChanged)
        },
    })
    const restore = (saved: Doc | null): void => {
        view.updateState(fresh(saved, wish))
        wish.changed(view.state, false)
    }
    return {
        view, restore, select: (from, to) => { select(view, from, to) },
        isEmpty: () => view.state.doc.textContent.trim() === "",
        written: () => write(view.state.doc),
        save: () => view.state.doc,
        restoreHtml: (html) => { restore(documentOf(sanitise(html))) },
        quote: (lead, html) => { quote(view, lead, documentOf(sanitise(html))) },
        lock: (now) => {
            locked = now
            host.setAttribute("aria-readonly", String(now))
            view.setProps({})
        },
        focus: () => { view.focus() },
    }
}

function select(view: EditorView, from: number, to: number): void {
    const { doc, tr } = view.state
    view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)).scrollIntoView())
    view.focus()
}

function fresh(doc: Doc | null, wish: EditorWish): EditorState {
    return EditorState.create({ schema, ...(doc === null ? {} : { doc }), plugins: plugins(wish) })
}

function quote(view: EditorView, lead: string, quoted: Doc): void {
    const { paragraph, blockquote } = schema.nodes
    const { doc, tr } = view.state
    const nodes = [paragraph.create(), paragraph.create(null, schema.text(lead)), shallow(blockquote.create(null, quoted.content))]
    tr.insert(doc.content.size, nodes)
    view.dispatch(tr.setSelection(Selection.atStart(tr.doc)).scrollIntoView())
    view.focus()
}

function plugins({ lost, files }: EditorWish): Plugin[] {
    const { list_item, bullet_list, ordered_list, hard_break } = schema.nodes
    const { strong, em } = schema.marks
    const newLine: Command = chainCommands(exitCode, (state, dispatch) => {
        dispatch?.(state.tr.replaceSelectionWith(hard_break.create()).scrollIntoView())
        return true
    })
    return [
        pasting(lost, files),
        history(),
        inputRules({ rules: [wrappingInputRule(/^\s*[-*]\s$/u, bullet_list), wrappingInputRule(/^1\.\s$/u, ordered_list)] }),
        // Tab stays the browser's way out of the editor.
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
    const holder = document.createElement("div")
    holder.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content))
    return writtenOf(holder.innerHTML, doc)
}

/** The text is made when it is asked for: what is saved after each pause is the html alone. */
export function writtenOf(html: string, doc: Doc): Written {
    return { html, get text() { return plain(doc) } }
}
