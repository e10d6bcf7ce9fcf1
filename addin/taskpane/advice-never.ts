/** Rules that a writer does not want to hear; kept on this device, by their names alone. */

const KEY = "letterlock.advice.never"

export class Never {
    readonly #rules = new Set<string>(read())

    get rules(): ReadonlySet<string> { return this.#rules }

    add(rule: string): void {
        this.#rules.add(rule)
        try {
            localStorage.setItem(KEY, JSON.stringify([...this.#rules]))
        } catch {
            // A pane inside Outlook on the web may have no storage: then it holds while the pane is open.
        }
    }
}

function read(): string[] {
    try {
        const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]")
        return Array.isArray(kept) ? kept.filter((rule) => typeof rule === "string") : []
    } catch {
        return []   // no storage, or something else wrote there
    }
}
