/** The body of a mail that is written: html, of which nothing runs and nothing is fetched. */
import { el } from "./dom.ts"

const KEPT = new Set([
    "A", "B", "BLOCKQUOTE", "BR", "DIV", "EM", "H1", "H2", "H3", "HR", "I", "IMG", "LI", "OL", "P", "PRE", "S", "SPAN", "STRONG",
    "SUB", "SUP", "TABLE", "TBODY", "TD", "TH", "THEAD", "TR", "U", "UL",
])
const LEFT_OUT = new Set(["SCRIPT", "STYLE", "TITLE", "HEAD", "TEMPLATE", "OBJECT", "IFRAME"])

/** Trusted Types, of which TypeScript's library knows nothing yet. What is parsed here is inert. */
interface Policies {
    readonly createPolicy: (name: string, rules: { readonly createHTML: (html: string) => string }) => { readonly createHTML: (html: string) => string }
}
const policies = "trustedTypes" in window ? window.trustedTypes as Policies : null
const policy = policies?.createPolicy("body", { createHTML: (html) => html })

/** What may be shown of somebody's html: known elements, links and pictures that lie in it. */
export function harmless(html: string): Node[] {
    const parsed = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html")
    return [...parsed.body.childNodes].flatMap(kept)
}

function kept(node: Node): Node[] {
    if (node instanceof Text) return [document.createTextNode(node.data)]
    if (!(node instanceof Element) || LEFT_OUT.has(node.tagName)) return []
    const inner = [...node.childNodes].flatMap(kept)
    if (!KEPT.has(node.tagName)) return inner
    const made = document.createElement(node.tagName)
    const [href, src] = [node.getAttribute("href") ?? "", node.getAttribute("src") ?? ""]
    if (/^(https?:|mailto:)/.test(href)) made.setAttribute("href", href)
    if (src.startsWith("data:image/")) made.setAttribute("src", src)
    if (src.startsWith("cid:")) made.setAttribute("data-cid", src)
    if (node.hasAttribute("data-cid")) made.setAttribute("data-cid", node.getAttribute("data-cid") ?? "")
    made.append(...inner)
    return [made]
}

/** Lines of plain text as nodes. */
const lines = (text: string): Node[] =>
    text.split("\n").flatMap((line, index) => (index === 0 ? [document.createTextNode(line)] : [el("br"), document.createTextNode(line)]))

/** The field in which a body is typed. */
export class Rich {
    readonly root: HTMLElement

    /** @param label - Its name to screen readers. */
    constructor(label: string) {
        this.root = el("div", { class: "body", role: "textbox", contenteditable: "true", "aria-multiline": "true", "aria-label": label })
    }

    get text(): string {
        return this.root.innerText.replace(/\n$/, "")
    }

    set text(text: string) {
        this.root.replaceChildren(...lines(text))
    }

    get html(): string {
        return this.root.innerHTML
    }

    set html(html: string) {
        this.root.replaceChildren(...harmless(html))
    }

    /** Whether a picture that lies among the files stands in it. */
    get hasPictures(): boolean {
        return this.root.querySelector("[data-cid]") !== null
    }

    get isEmpty(): boolean {
        return this.text.trim() === "" && this.root.querySelector("img") === null
    }

    /** Put text or html before or after what is there. */
    add(value: string, isHtml: boolean, first: boolean): void {
        const nodes = isHtml ? harmless(value) : lines(value)
        if (first) this.root.prepend(...nodes)
        else this.root.append(...nodes)
    }
}
