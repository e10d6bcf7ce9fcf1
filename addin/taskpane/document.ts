/** Word and Excel: the open document, a PDF of it or what is selected goes into the letter. */

import { MAX_FILE_SIZE } from "@letterlock/crypto"
import { find, say, type WordKey } from "@letterlock/kit"
import { sizeWords } from "@letterlock/kit/writing/index"

import { BadFile, documentTitle, type Form, givesFile, readDocument, readSelection } from "./office-document.ts"

/** What the letter takes. Each is false where it cannot now. */
export interface Letter {
    readonly addFile: (file: File) => boolean
    readonly addHtml: (html: string) => boolean
}

type Host = "Word" | "Excel"

const KINDS = {
    Word: ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    Excel: ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
} as const

/** Bring the buttons for the document to life. */
export function documents(host: Host, letter: Letter): void {
    const said = find("#document-said", HTMLElement)
    const bar = find("#document-progress", HTMLProgressElement)
    const press = (id: string, act: () => Promise<WordKey>): void => {
        const button = find(`#${id}`, HTMLButtonElement)
        button.disabled = false
        button.addEventListener("click", () => { void run(button, said, bar, act) })
    }
    const tell = (done: number, total: number): void => { Object.assign(bar, { hidden: false, value: done, max: total }) }
    press("add-document", () => addDocument(host, "compressed", letter, tell))
    press("add-pdf", () => addDocument(host, "pdf", letter, tell))
    press("add-selection", () => addSelection(letter))
    if (givesFile()) return
    for (const id of ["add-document", "add-pdf"]) find(`#${id}`, HTMLButtonElement).hidden = true
    said.textContent = say("document.none")
}

async function run(button: HTMLButtonElement, said: HTMLElement, bar: HTMLProgressElement, act: () => Promise<WordKey>): Promise<void> {
    if (button.getAttribute("aria-disabled") === "true") return
    button.setAttribute("aria-disabled", "true")
    said.textContent = say("document.reading")
    try {
        said.textContent = wordsOf(await act())
    } catch (error) {
        said.textContent = error instanceof BadFile ? badWords(error) : say("document.failed")
    } finally {
        bar.hidden = true
        button.removeAttribute("aria-disabled")
    }
}

const wordsOf = (key: WordKey): string => say(key as "document.added")

function badWords({ why }: BadFile): string {
    return why === "large" ? say("document.large", { size: sizeWords(MAX_FILE_SIZE) }) : say(`document.${why}`)
}

async function addDocument(host: Host, form: Form, letter: Letter, tell: (done: number, total: number) => void): Promise<WordKey> {
    const bytes = await readDocument(form, MAX_FILE_SIZE, tell)
    const [end, type] = form === "pdf" ? ["pdf", "application/pdf"] : KINDS[host]
    const title = documentTitle() || say(host === "Word" ? "document.untitled.word" : "document.untitled.excel")
    return letter.addFile(new File([bytes], `${title}.${end}`, { type })) ? "document.added" : "document.later"
}

async function addSelection(letter: Letter): Promise<WordKey> {
    const found = await readSelection()
    const html = "html" in found ? found.html : paragraphs(found.text)
    if (html.replace(/<[^>]*>/gu, "").trim() === "") return "document.nothing"
    return letter.addHtml(html) ? "document.selected" : "document.later"
}

/** Lines as paragraphs; cells of a row are parted as in a pasted table. */
function paragraphs(text: string): string {
    const holder = document.createElement("div")
    for (const line of text.split(/\r?\n/u)) {
        const paragraph = document.createElement("p")
        paragraph.textContent = line.split("\t").join(" | ")
        holder.append(paragraph)
    }
    return holder.innerHTML
}
