/** Somebody's html as a letter can hold it: quoted, under lines that are ours. */

import type { Node as Doc } from "prosemirror-model"

import { sanitise } from "../sanitise.ts"
import { write, type Written } from "./editor.ts"
import { documentOf } from "./paste.ts"
import { schema } from "./schema.ts"
import { shallow } from "./shallow.ts"

/** What stands over the quotation: text, no html, and none of it empty. */
export interface Head {
    readonly lead: string
    readonly lines: readonly string[]
}

/**
 * Html from anywhere, such as a mail: sanitised, then in the editor's own terms. Pictures of other kinds and what is too
 * large for a table go. It is parsed by itself, so that no end tag in it leads out of the quotation.
 */
export const rewritten = (head: Head, html: string): Written => write(under(head, documentOf(sanitise(html))))

/** `quoted` as a quotation under `head`. */
export function under({ lead, lines }: Head, quoted: Doc): Doc {
    const { doc, paragraph, blockquote, hard_break } = schema.nodes
    const rows = lines.flatMap((line, index) => [...(index === 0 ? [] : [hard_break.create()]), schema.text(line)])
    const strong = schema.text(lead, [schema.marks.strong.create()])
    return doc.create(null, [paragraph.create(null, strong), paragraph.create(null, rows), shallow(blockquote.create(null, quoted.content))])
}
