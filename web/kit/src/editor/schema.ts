/** What a letter may consist of. The reader's sanitiser lets all of it through. */

import { type Node as Doc, Schema, type MarkSpec, type NodeSpec } from "prosemirror-model"

import { LINK, LINK_ATTRIBUTES } from "../links.ts"
import { isPicture } from "../pictures.ts"

const cell = {
    content: "(paragraph | bullet_list | ordered_list)+", isolating: true,
    attrs: { colspan: { default: 1, validate: "number" }, rowspan: { default: 1, validate: "number" }, colwidth: { default: null } },
} as const satisfies NodeSpec

const nodes = {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    ordered_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
    list_item: { content: "paragraph block*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    /** What a reply quotes. */
    blockquote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    /** `tableRole` is what prosemirror-tables goes by. */
    table: {
        content: "table_row+", group: "block", isolating: true, tableRole: "table",
        parseDOM: [{ tag: "table" }], toDOM: () => ["table", ["tbody", 0]],
    },
    table_row: { content: "(table_cell | table_header)*", tableRole: "row", parseDOM: [{ tag: "tr" }], toDOM: () => ["tr", 0] },
    table_cell: { ...cell, tableRole: "cell", parseDOM: [{ tag: "td", getAttrs: spansIn }], toDOM: (node) => ["td", spansOf(node), 0] },
    table_header: {
        ...cell, tableRole: "header_cell",
        parseDOM: [{ tag: "th", getAttrs: spansIn }], toDOM: (node) => ["th", { scope: "col", ...spansOf(node) }, 0],
    },
    text: { group: "inline" },
    /** Stands in the text; its address holds all of it. */
    picture: {
        inline: true, group: "inline", draggable: true,
        attrs: { src: { validate: "string" }, alt: { default: "", validate: "string" } },
        parseDOM: [{ tag: "img[src]", getAttrs: pictureIn }], toDOM: ({ attrs: { src, alt } }) => ["img", { src: String(src), alt: String(alt) }],
    },
    hard_break: {
        inline: true, group: "inline", selectable: false, linebreakReplacement: true,
        parseDOM: [{ tag: "br" }], toDOM: () => ["br"],
    },
} as const satisfies Record<string, NodeSpec>

const marks = {
    link: {
        attrs: { href: { validate: "string" } },
        inclusive: false,
        parseDOM: [{ tag: "a[href]", getAttrs: linkIn }],
        toDOM: (mark) => ["a", { href: String(mark.attrs["href"]), ...LINK_ATTRIBUTES }, 0],
    },
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }, { style: "font-style=italic" }], toDOM: () => ["em", 0] },
    strong: {
        parseDOM: [{ tag: "strong" }, { tag: "b" }, { style: "font-weight", getAttrs: boldIn }],
        toDOM: () => ["strong", 0],
    },
    strike: {
        parseDOM: [{ tag: "s" }, { tag: "del" }, { tag: "strike" }, { style: "text-decoration", getAttrs: struckIn }, { style: "text-decoration-line", getAttrs: struckIn }],
        toDOM: () => ["s", 0],
    },
    sup: { excludes: "sub", parseDOM: [{ tag: "sup" }, { style: "vertical-align=super" }], toDOM: () => ["sup", 0] },
    sub: { excludes: "sup", parseDOM: [{ tag: "sub" }, { style: "vertical-align=sub" }], toDOM: () => ["sub", 0] },
} satisfies Record<string, MarkSpec>

export const schema = new Schema({ nodes, marks })

function spansIn(td: HTMLElement): { colspan: number; rowspan: number } {
    const { colSpan: colspan, rowSpan: rowspan } = td as HTMLTableCellElement
    return { colspan, rowspan: Math.max(1, rowspan) }
}

function spansOf({ attrs: { colspan, rowspan } }: Doc): Record<string, string> {
    return { ...(colspan === 1 ? {} : { colspan: String(colspan) }), ...(rowspan === 1 ? {} : { rowspan: String(rowspan) }) }
}

function pictureIn(img: HTMLElement): { src: string; alt: string } | false {
    const src = img.getAttribute("src") ?? ""
    return isPicture(src) ? { src, alt: img.getAttribute("alt") ?? "" } : false
}

function linkIn(anchor: HTMLElement): { href: string } | false {
    const href = anchor.getAttribute("href") ?? ""
    return LINK.test(href) ? { href } : false
}

function struckIn(decoration: string): null | false {
    return decoration.split(/\s/u).includes("line-through") ? null : false
}

/** Word and Google Docs paste bold as a weight; some wrap everything in a `b` of weight 400. */
function boldIn(weight: string): null | false {
    return /^(?:bold(?:er)?|[5-9]\d{2})$/u.test(weight) ? null : false
}
