/** The files of a mail that is written. */
import type { FileDetails } from "../protocol.ts"
import type { Attachment } from "./api.ts"
import { button, el } from "./dom.ts"

const sizeOf = ({ content }: Attachment): number => Math.floor(content.length * 3 / 4) - (/=*$/.exec(content)?.[0].length ?? 0)

/** A file as base64. */
async function read(file: File): Promise<Attachment> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const content = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    return { id: crypto.randomUUID(), name: file.name, type: file.type || "application/octet-stream", content, inline: false }
}

export class Attachments {
    readonly root = el("div", { class: "attachments" })
    readonly #list = el("ul", { "aria-label": "Attachments" })
    readonly #changed: () => void
    #files: readonly Attachment[] = []

    /** @param changed - Called after each change; Outlook keeps the draft then. */
    constructor(changed: () => void) {
        this.#changed = changed
        const input = el("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", "aria-label": "Files to attach" })
        input.addEventListener("change", () => void this.#take(input))
        this.root.append(button("Attach", () => { input.click() }), input, this.#list)
    }

    get all(): readonly Attachment[] {
        return this.#files
    }

    /** As they lie in a draft that is opened. */
    restore(files: readonly Attachment[]): void {
        this.#files = files
        this.#draw()
    }

    add(file: Attachment): void {
        this.restore([...this.#files, file])
        this.#changed()
    }

    /** Whether there was one of this id. */
    remove(id: string): boolean {
        const left = this.#files.filter((one) => one.id !== id)
        if (left.length === this.#files.length) return false
        this.restore(left)
        this.#changed()
        return true
    }

    async #take(input: HTMLInputElement): Promise<void> {
        for (const file of await Promise.all([...(input.files ?? [])].map(read))) this.add(file)
        input.value = ""
    }

    #draw(): void {
        this.#list.replaceChildren(...this.#files.map((file) => el("li", {},
            el("span", {}, `${file.name}, ${String(sizeOf(file))} bytes`),
            button("Remove", () => { this.remove(file.id) }, { "aria-label": `Remove ${file.name}`, class: "plain" }))))
    }
}

/** Office's AttachmentDetails. A link to a file in the cloud is known by its type. */
export const detailsOf = (file: Attachment): FileDetails => ({
    id: file.id, name: file.name, size: sizeOf(file), contentType: file.type, isInline: file.inline,
    attachmentType: file.type === "text/uri-list" ? "cloud" : file.type === "message/rfc822" ? "item" : "file",
})
