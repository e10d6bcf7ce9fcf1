/** The administrator's form: what the send guard holds back. */

import { element, find, list, type Members, members, newKey, Problem, text, Unreachable } from "@letterlock/kit"
import type { Caller } from "@letterlock/kit/writing/index"

const WORDS = {
    saved: "Saved. Everybody's mailbox has them when Letterlock is opened there next.",
    off: "Saved. Nothing is held back.",
    away: "Not saved: the server did not answer. What you chose is still here; try again.",
    failed: "Not saved. What you chose is still here; try again.",
    domains: "A mail domain looks like client.example.",
    words: "A word or phrase has 2 to 80 characters, and all lists together 24 KB.",
} as const

const host = find("#guard-rules", HTMLDetailsElement)
const choice = (name: string): HTMLSelectElement => find(`#guard-${name}`, HTMLSelectElement)
const area = (name: string): HTMLTextAreaElement => find(`#guard-${name}`, HTMLTextAreaElement)
const boxes = (): HTMLInputElement[] => [...host.querySelectorAll<HTMLInputElement>("input[name=kind]")]
const lines = (name: string): string[] => area(name).value.split("\n").map((one) => one.trim()).filter((one) => one !== "")

/** Fill the form in, show it and let it save. */
export async function showGuardRules(call: Caller): Promise<void> {
    fill(members(await call((api) => api.get("/guard-rules"))))
    find("#guard-form", HTMLFormElement).addEventListener("submit", (event) => {
        event.preventDefault()
        void save(call)
    })
    host.hidden = false
}

function fill(rules: Members): void {
    choice("outside").value = text(rules, "outside")
    choice("files").value = text(rules, "files")
    choice("unsure").value = text(rules, "unsure")
    for (const name of ["found", "domains", "words"]) choice(name).value = text(members(rules[name]), "action")
    const kinds = list(members(rules["found"])["kinds"])
    for (const box of boxes()) box.checked = kinds.includes(box.value)
    area("names").value = list(members(rules["domains"])["names"]).join("\n")
    area("phrases").value = list(members(rules["words"])["phrases"]).join("\n")
}

function wanted(): Members {
    return {
        outside: choice("outside").value, files: choice("files").value, unsure: choice("unsure").value,
        found: { kinds: boxes().filter(({ checked }) => checked).map(({ value }) => value), action: choice("found").value },
        domains: { names: lines("names"), action: choice("domains").value },
        words: { phrases: lines("phrases"), action: choice("words").value },
    }
}

async function save(call: Caller): Promise<void> {
    const key = newKey()
    fault("names", "")
    fault("phrases", "")
    say("")
    try {
        const rules = members(await call((api) => api.put("/guard-rules", { body: wanted(), key })))
        fill(rules)
        const isOff = rules["lists"] !== true && rules["outside"] === "off" && rules["files"] === "off" && boxes().every(({ checked }) => !checked)
        say(isOff ? WORDS.off : WORDS.saved)
    } catch (error) {
        trouble(error)
    }
}

function trouble(error: unknown): void {
    const field = error instanceof Problem ? error.facts["field"] : null
    if (field === "domains") fault("names", WORDS.domains)
    else if (field === "words") fault("phrases", WORDS.words)
    else say(error instanceof Unreachable ? WORDS.away : WORDS.failed)
}

/** Say under a field what is wrong with it, and go there; with an empty text nothing. */
function fault(name: string, words: string): void {
    find(`#guard-${name}-fault`, HTMLElement).textContent = words
    area(name).setAttribute("aria-invalid", String(words !== ""))
    if (words !== "") area(name).focus()
}

function say(words: string): void {
    find("#guard-saved", HTMLElement).replaceChildren(...(words === "" ? [] : [element("span", {}, words)]))
}
