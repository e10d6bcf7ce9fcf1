/** A window of Word or Excel: one document, which nobody keeps, and the pane beside it. */
import type { Api } from "./api.ts"
import { button, el, need } from "./dom.ts"
import { Refusal } from "./faults.ts"
import { Pane, type Table } from "./pane.ts"
import { Rich } from "./rich.ts"
import { common, hello, isHtml, type Setting } from "./tables.ts"

const LARGEST_SLICE = 4_194_304   // bytes
const MOST_OPEN = 2

const WORD = "<h1>Accounts 2026</h1><p>The loan was <strong>2,000</strong>.</p><p>It is repaid in twelve parts.</p>"
const EXCEL = `<table><tbody>${[["Month", "Rent"], ["October", "1,200"], ["November", "1,250"]]
    .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</tbody></table>`

/** The open document and its files in memory. */
export class DocumentWindow {
    readonly #setting: Setting
    readonly #body = new Rich("Document")
    readonly #open = new Map<number, Uint8Array>()
    #slice = LARGEST_SLICE
    #pane: Pane | null = null

    constructor(setting: Omit<Setting, "closePane">) {
        this.#setting = { ...setting, closePane: () => { this.#close() } }
        this.#body.html = setting.app === "Word" ? WORD : EXCEL
        need("reading").append(el("section", { class: "compose", "aria-label": setting.app },
            el("div", { class: "ribbon", role: "toolbar", "aria-label": "Document" }, button("Letterlock", () => { this.#show() }, { class: "addin" })),
            this.#body.root))
    }

    #show(): void {
        if (this.#pane !== null) return
        this.#pane = new Pane(this.#setting.addin, this.#table(), this.#setting.faults, () => { this.#close() })
        need("reading").append(this.#pane.root)
    }

    #close(): void {
        this.#pane?.remove()
        this.#pane = null
    }

    #table(): Table {
        const end = this.#setting.app === "Word" ? "docx" : "xlsx"
        const url = new URLSearchParams(location.search).has("unsaved") ? "" : `https://hart.sharepoint.example/Documents/Accounts%202026.${end}`
        return {
            ...common(this.#setting),
            hello: () => hello(this.#setting, "document", null, url),
            "file.get": (type, options) => this.#file(type, options),
            "file.slice": (index) => this.#part(Number(index)),
            "file.close": () => { this.#open.delete(Math.max(...this.#open.keys())) },
            "selection.get": (kind) => this.#selected(kind),
            "document.listen": () => undefined,
        }
    }

    async #file(type: unknown, options: unknown): Promise<{ size: number; sliceCount: number }> {
        const { app, api, profile, faults } = this.#setting
        if (this.#open.size >= MOST_OPEN) throw new Refusal(5001)
        if (type !== "compressed" && type !== "pdf") throw new Refusal(1009)
        this.#slice = sliceSize(options)
        const isEmpty = faults.calls.get("file.get") === "empty" || (app === "Excel" && type === "pdf" && profile.platform === "OfficeOnline")
        const bytes = isEmpty ? new Uint8Array() : await fileOf(api, type === "pdf" ? "pdf" : app, this.#text())
        this.#open.set(Math.max(0, ...this.#open.keys()) + 1, bytes)
        return { size: bytes.length, sliceCount: Math.ceil(bytes.length / this.#slice) }
    }

    #part(index: number): Uint8Array {
        const bytes = this.#open.get(Math.max(...this.#open.keys()))
        if (bytes === undefined) throw new Refusal(5001)
        return bytes.slice(index * this.#slice, (index + 1) * this.#slice)
    }

    /** Lines; an Excel row is one, with tabs. */
    #text(): string {
        return this.#body.text
    }

    #selected(kind: unknown): string {
        const [found, isHtmlWanted] = [getSelection(), isHtml({ coercionType: kind })]
        if (isHtmlWanted && this.#setting.app === "Excel") throw new Refusal(1000)
        if (found === null || found.rangeCount === 0 || !this.#body.root.contains(found.anchorNode)) return ""
        if (!isHtmlWanted) return found.toString()
        return el("div", {}, ...[...found.getRangeAt(0).cloneContents().childNodes] as HTMLElement[]).innerHTML
    }
}

function sliceSize(options: unknown): number {
    const size = typeof options === "object" && options !== null && "sliceSize" in options ? Number(options.sliceSize) : LARGEST_SLICE
    if (size > LARGEST_SLICE) throw new Refusal(5001)
    return size
}

async function fileOf(api: Api, as: string, text: string): Promise<Uint8Array> {
    const answer = await fetch(api.url("api/document"), {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as, text }),
    })
    if (!answer.ok) throw new Refusal(5001)
    return new Uint8Array(await answer.arrayBuffer())
}
