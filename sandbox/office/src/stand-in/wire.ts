/** The stand-in's end of the wire to the Outlook window. */
import { isAnswer, isNews, type Answer, type Call, type OfficeError } from "../protocol.ts"

type Listener = (data: unknown) => void

/** A call that the window answered with an error. */
export class CallFailed extends Error {
    override readonly name = "CallFailed"
    readonly error: OfficeError

    constructor(error: OfficeError) {
        super(error.message)
        this.error = error
    }
}

/** Calls and news between this frame and its parent, at one origin only. */
export class Wire {
    readonly #host: string
    readonly #waiting = new Map<number, (answer: Answer) => void>()
    readonly #listeners = new Map<string, Set<Listener>>()
    #next = 1

    /** @param host - Origin that served this script: the only one that is listened to. */
    constructor(host: string) {
        this.#host = host
        window.addEventListener("message", (event) => {
            if (event.origin !== this.#host || event.source !== window.parent) return
            if (isAnswer(event.data)) this.#waiting.get(event.data.id)?.(event.data)
            else if (isNews(event.data)) this.#tell(event.data.event, event.data.data)
        })
    }

    /**
     * Ask the window.
     *
     * @throws {@link CallFailed} if the window answers with an error.
     */
    call(call: string, ...args: readonly unknown[]): Promise<unknown> {
        const id = this.#next++
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, (answer) => {
                this.#waiting.delete(id)
                if (answer.error) reject(new CallFailed(answer.error))
                else resolve(answer.value)
            })
            const message: Call = { sandbox: "call", id, call, args }
            window.parent.postMessage(message, this.#host)
        })
    }

    /** Hear news of a name, until {@link off}. */
    on(event: string, listener: Listener): void {
        const all = this.#listeners.get(event) ?? new Set()
        this.#listeners.set(event, all.add(listener))
    }

    /** Stop hearing: one listener, or all of a name. */
    off(event: string, listener?: Listener): void {
        if (listener) this.#listeners.get(event)?.delete(listener)
        else this.#listeners.delete(event)
    }

    #tell(event: string, data: unknown): void {
        for (const listener of this.#listeners.get(event) ?? []) listener(data)
    }
}
