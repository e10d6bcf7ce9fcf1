/** The administrator's form: the least level of the firm's letters (docs/spec/levels.md section 2 rule 7). */

import { element, find, list, type Members, members, newKey, Problem, text, Unreachable } from "@letterlock/kit"
import type { Caller } from "@letterlock/kit/writing/index"

const WORDS = {
    saved: "Saved. It holds for every letter from now on; what has gone stays as it is.",
    none: "Saved. Letters may be protected or more.",
    away: "Not saved: the server did not answer. What you chose is still here; try again.",
    failed: "Not saved. What you chose is still here; try again.",
    domains: "A mail domain looks like client.example, each stands in one list once, and both lists hold 500.",
} as const

const LISTS = { strict: "self-held", free: "managed" } as const
type Name = keyof typeof LISTS
const NAMES = ["strict", "free"] as const

const host = find("#level-rules", HTMLDetailsElement)
const least = find("#level-least", HTMLSelectElement)
const area = (name: Name): HTMLTextAreaElement => find(`#level-${name}`, HTMLTextAreaElement)
const lines = (name: Name): string[] => area(name).value.split("\n").map((one) => one.trim()).filter((one) => one !== "")

/** Fill the form in, show it and let it save. */
export async function showLevelRules(call: Caller): Promise<void> {
    fill(members(await call((api) => api.get("/level-rules"))))
    find("#level-form", HTMLFormElement).addEventListener("submit", (event) => {
        event.preventDefault()
        void save(call)
    })
    host.hidden = false
}

function fill(rules: Members): void {
    least.value = text(rules, "least")
    const domains = list(rules["domains"]).map(members)
    for (const name of NAMES) {
        area(name).value = domains.filter(({ level }) => level === LISTS[name]).map((one) => text(one, "domain")).join("\n")
    }
}

const wanted = (): Members => ({
    least: least.value, domains: NAMES.flatMap((name) => lines(name).map((domain) => ({ domain, level: LISTS[name] }))),
})

async function save(call: Caller): Promise<void> {
    const key = newKey()
    for (const name of NAMES) fault(name, "")
    say("")
    try {
        const rules = members(await call((api) => api.put("/level-rules", { body: wanted(), key })))
        fill(rules)
        say(least.value === "managed" && lines("strict").length === 0 ? WORDS.none : WORDS.saved)
    } catch (error) {
        trouble(error)
    }
}

function trouble(error: unknown): void {
    if (error instanceof Problem && error.status === 422) fault(lines("strict").length > 0 ? "strict" : "free", WORDS.domains)
    else say(error instanceof Unreachable ? WORDS.away : WORDS.failed)
}

/** Say under a list what is wrong with it, and go there; with an empty text nothing. */
function fault(name: Name, words: string): void {
    find(`#level-${name}-fault`, HTMLElement).textContent = words
    area(name).setAttribute("aria-invalid", String(words !== ""))
    if (words !== "") area(name).focus()
}

function say(words: string): void {
    find("#level-saved", HTMLElement).replaceChildren(...(words === "" ? [] : [element("span", {}, words)]))
}
