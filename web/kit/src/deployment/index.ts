/** The steps of parts/deployment.html, filled in for one firm (docs/spec/http.md section 9). */

import { element, fact, find } from "../dom.ts"
import { saveBlob } from "../export/save.ts"
import { list, members, type Members, text } from "../shape.ts"
import { say } from "../words.ts"

/** Where facts and files come from: `GET …/deployment` and `GET …/deployment/<kind>`. */
export interface Source {
    readonly facts: () => Promise<unknown>
    readonly file: (kind: string, sendMode: string) => Promise<Uint8Array>
}

/** Fetch the facts and show the steps. Rejects as `source.facts` does; then nothing is shown. */
export async function showDeployment(source: Source): Promise<void> {
    const said = members(await source.facts())
    fill(said)
    for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
        button.addEventListener("click", () => { void copy(button) })
    }
    for (const button of document.querySelectorAll<HTMLElement>("[data-file]")) {
        const kind = fact(button, "file")
        const name = text(fileOf(said, kind), "name")
        button.addEventListener("click", () => { void save(source, kind, name, button) })
    }
    find("#deployment", HTMLElement).hidden = false
}

function fill(said: Members): void {
    for (const place of document.querySelectorAll<HTMLElement>("[data-fact]")) place.textContent = text(said, fact(place, "fact"))
    for (const value of list(said["files"])) {
        const file = members(value)
        for (const name of ["name", "id"]) find(`[data-${name}="${text(file, "kind")}"]`, HTMLElement).textContent = text(file, name)
    }
    for (const value of list(said["consents"])) {
        const consent = members(value)
        const use = text(consent, "use")
        find(`[data-consent="${use}"]`, HTMLAnchorElement).href = text(consent, "link")
        find(`[data-permissions="${use}"]`, HTMLElement).textContent = list(consent["permissions"]).join(", ")
    }
    const scripts = members(said["scripts"])
    for (const name of Object.keys(scripts)) find(`#script-${name}`, HTMLElement).textContent = text(scripts, name)
    rows("#redirects", said["redirects"])
    rows("#web-redirects", said["web_redirects"])
    rows("#fault-list", said["faults"])
    find("#deployment-faults", HTMLElement).hidden = list(said["faults"]).length === 0
    const hasMailbox = text(said, "mailbox") !== ""
    find("#has-mailbox", HTMLElement).hidden = !hasMailbox
    find("#no-mailbox", HTMLElement).hidden = hasMailbox
}

function rows(place: string, values: unknown): void {
    find(place, HTMLElement).replaceChildren(...list(values).map((one) => element("li", {}, String(one))))
}

function fileOf(said: Members, kind: string): Members {
    return members(list(said["files"]).find((one) => members(one)["kind"] === kind))
}

/** Copy a script; where the host does not let us, mark it for the person to copy. */
async function copy(button: HTMLElement): Promise<void> {
    const source = find(`#${fact(button, "copy")}`, HTMLElement)
    const said = find("[data-copied]", HTMLElement, button.parentElement ?? document)
    const copied = await navigator.clipboard.writeText(source.textContent).then(() => true, () => false)
    if (!copied) {
        source.focus()
        getSelection()?.selectAllChildren(source)
    }
    said.textContent = say(copied ? "deployment.copied" : "deployment.selected")
    announce(said.textContent)
}

async function save(source: Source, kind: string, name: string, button: HTMLElement): Promise<void> {
    if (button.ariaBusy === "true") return
    button.ariaBusy = "true"
    try {
        const bytes = await source.file(kind, find('input[name="send_mode"]:checked', HTMLInputElement).value)
        saveBlob(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/xml" }), name)
        deploymentTrouble("")
        announce(say("deployment.saved", { name }))
    } catch {
        deploymentTrouble(say("deployment.file-failed"))
    } finally {
        button.ariaBusy = null
    }
}

/** Say that something did not work, or with an empty text that nothing is wrong. */
export function deploymentTrouble(words: string): void {
    const note = find("#deployment-trouble", HTMLElement)
    find("p", HTMLElement, note).textContent = words
    note.hidden = words === ""
    announce(words)
}

function announce(words: string): void {
    find("#deployed", HTMLElement).textContent = words
}
