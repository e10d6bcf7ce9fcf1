/** The bar of pictures: what they show, in words for whoever cannot see them. No picture stands in a letter without that answer. */

import { NodeSelection } from "prosemirror-state"

import { element } from "../../dom.ts"
import type { ExtrasHost } from "../extras.ts"
import type { schema } from "../schema.ts"
import { fieldClass, textButton } from "./parts.ts"
import { WORDS } from "./words.ts"

const LONGEST = 300   // characters

/** What one form is about. */
export interface Question {
    /** Names the form. */
    readonly title: string
    readonly src: string
    /** Null while nobody has said. */
    readonly alt: string | null
    readonly put: string
    readonly away: string
    /** Takes the answer. */
    readonly answered: (alt: string) => void
    /** It is not to stand in the letter. */
    readonly refused: () => void
    /** Escape. */
    readonly left: () => void
}

/** A form with the picture, a field for its words, and a tick that it needs none. */
export function pictureForm(host: ExtrasHost, question: Question): HTMLFormElement {
    const field = element("input", { class: fieldClass(), type: "text", maxlength: String(LONGEST), autocomplete: "off", "aria-describedby": "picture-hint" })
    const tick = element("input", { type: "checkbox" })
    field.value = question.alt ?? ""
    tick.checked = question.alt === ""
    field.disabled = tick.checked
    tick.addEventListener("change", () => { field.disabled = tick.checked })
    const form = element("form", { class: "asking picture", "aria-label": question.title },
        element("img", { class: "thumb", src: question.src, alt: "" }),
        element("div", { class: "grow" },
            element("label", {}, element("span", {}, WORDS.alt), field), element("p", { class: "tiny mute", id: "picture-hint" }, WORDS.altHint),
            element("label", { class: "tick" }, tick, element("span", {}, WORDS.decoration))),
        element("div", { class: "row wrap" }, element("button", { class: "btn", type: "submit" }, question.put), textButton(question.away, question.refused)))
    form.noValidate = true
    form.addEventListener("submit", (event) => {
        event.preventDefault()
        const alt = tick.checked ? "" : field.value.replace(/\s+/gu, " ").trim()
        const missing = alt === "" && !tick.checked
        field.setAttribute("aria-invalid", String(missing))
        if (missing) {
            host.tell(WORDS.say)
            field.focus()
        } else question.answered(alt)
    })
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") question.left() })
    return form
}

/** Put a picture in where the cursor is. */
export function putPicture({ view }: ExtrasHost, src: string, alt: string): void {
    const { tr, schema: { nodes } } = view.state
    view.dispatch(tr.replaceSelectionWith((nodes as typeof schema.nodes).picture.create({ src, alt }), false).scrollIntoView())
}

/** The picture that is selected, as a key that changes with it; null for none. */
export function chosenPicture({ view }: ExtrasHost): { readonly pos: number; readonly src: string; readonly alt: string } | null {
    const { selection } = view.state
    if (!(selection instanceof NodeSelection) || selection.node.type.name !== "picture") return null
    return { pos: selection.from, src: String(selection.node.attrs["src"]), alt: String(selection.node.attrs["alt"]) }
}
