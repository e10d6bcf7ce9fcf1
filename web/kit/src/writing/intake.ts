/** The ways a file gets into a letter: a button, a drop anywhere on the place, a paste outside the editor. */

import { isTaken } from "../taken.ts"
import { say } from "../words.ts"
import type { Files } from "./files.ts"

export interface Intake {
    readonly button: HTMLButtonElement
    /** A hidden `input type=file multiple` beside the button. */
    readonly input: HTMLInputElement
    /** Takes drops and pastes; carries `data-drop` while something is held over it. */
    readonly place: HTMLElement
    /** The files of the letter that is open now, or null while none can be taken. */
    readonly files: () => Files | null
}

/** Bring button, drop and paste to life. */
export function takeFiles({ button, input, place, files }: Intake): void {
    button.addEventListener("click", () => { input.click() })
    input.addEventListener("change", () => {
        files()?.add(input.files ?? [])
        input.value = ""   // so that the same file can be chosen again
    })
    place.addEventListener("paste", (event) => {
        const pasted = event.clipboardData?.files ?? []
        if (event.defaultPrevented || pasted.length === 0 || event.clipboardData?.getData("text/plain") !== "") return
        event.preventDefault()
        files()?.add(pasted)
    })
    dropping(place, files)
}

function dropping(place: HTMLElement, files: () => Files | null): void {
    let over = 0
    const show = (by: number): void => {
        over = Math.max(0, over + by)
        place.toggleAttribute("data-drop", over > 0)
        place.dataset["dropWords"] = say("writing.files.drop")
    }
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true
    place.addEventListener("dragenter", (event) => { if (holdsFiles(event)) show(1) })
    place.addEventListener("dragleave", (event) => { if (holdsFiles(event)) show(-1) })
    place.addEventListener("dragover", (event) => {
        if (!holdsFiles(event)) return
        event.preventDefault()
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = files() === null ? "none" : "copy"
    })
    place.addEventListener("drop", (event) => {
        show(-over)
        if (!holdsFiles(event) || isTaken(event)) return
        event.preventDefault()   // else the window shows the file in the place of the letter
        const taking = files()
        if (taking !== null && event.dataTransfer !== null) dropped(event.dataTransfer, taking)
    })
}

function dropped({ items, files }: DataTransfer, taking: Files): void {
    const folders = new Set([...items].flatMap((item) => {
        const entry = item.kind === "file" ? item.webkitGetAsEntry() : null
        return entry?.isDirectory === true ? [entry.name] : []
    }))
    for (const name of folders) taking.refuse(name)
    taking.add([...files].filter(({ name }) => !folders.has(name)))
}
