/** Office.actions: the functions of an event-based add-in, and how the window runs one. */
import type { Wire } from "./wire.ts"

type Action = (event: object) => unknown

const isAction = (action: unknown): action is Action => typeof action === "function"

/** What the add-in associated, before or after it met its window. */
export class Actions {
    readonly #functions = new Map<string, unknown>()
    #wire: Wire | null = null

    readonly associate = (name: string, action: unknown): void => {
        this.#functions.set(name, action)
        this.#tell(name)
    }

    /** Run what the window asks for from now on. */
    listen(wire: Wire): void {
        this.#wire = wire
        wire.on("event", (name) => { this.#run(wire, String(name)) })
        for (const name of this.#functions.keys()) this.#tell(name)
    }

    /** A pane's window does not want to know. */
    #tell(name: string): void {
        void this.#wire?.call("event.associated", name).catch(() => undefined)
    }

    #run(wire: Wire, name: string): void {
        const action = this.#functions.get(name)
        if (!isAction(action)) return
        action({
            type: name,
            completed: (options: object = {}) => void wire.call("event.completed", options).catch(() => undefined),
        })
    }
}
