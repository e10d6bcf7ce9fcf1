/** Rules that a writer does not want to hear; kept on this device, by their names alone. */

const KEY = "letterlock.advice.never"

export class Never {
    readonly #rules = new Set<string>(read())

    get rules(): ReadonlySet<string> { return this.#rules }

    /** Whether it was kept. A pane in a browser that blocks storage of frames has none: then it holds while the pane is open. */
    add(rule: string): boolean {
        this.#rules.add(rule)
        try {
            localStorage.setItem(KEY, JSON.stringify([...this.#rules]))
            return true
        } catch {
            return false
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
