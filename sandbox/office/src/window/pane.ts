/** The task pane: the add-in in a frame of another site, and the calls it may make. */
import { isCall, type Answer, type Call, type OfficeError } from "../protocol.ts"
import { button, el } from "./dom.ts"
import { officeError, Refusal, type Faults } from "./faults.ts"

/** Answers to the add-in's calls, by name. */
export type Table = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

/** Ways to fail that a call has itself. */
const OWN = new Set(["empty"])

/** One open pane. */
export class Pane {
    readonly root: HTMLElement
    readonly #frame: HTMLIFrameElement
    readonly #origin: string
    readonly #table: Table
    readonly #faults: Faults
    readonly #hear = (event: MessageEvent<unknown>): void => {
        if (event.source !== this.#frame.contentWindow || event.origin !== this.#origin) return
        if (isCall(event.data)) void this.#answer(event.data)
    }

    constructor(url: string, table: Table, faults: Faults, close: () => void, title = "Letterlock") {
        this.#origin = new URL(url).origin
        this.#table = table
        this.#faults = faults
        this.#frame = el("iframe", {
            src: url, title, class: "pane-frame",
            sandbox: "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
        })
        const heading = el("div", { class: "pane-bar" }, el("span", {}, "Letterlock"),
            button("Close pane", close, { class: "plain" }))
        this.root = el("aside", { class: "pane", "aria-label": "Add-in" }, heading, this.#frame)
        window.addEventListener("message", this.#hear)
    }

    /** Tell the add-in some news. */
    tell(event: string, data: unknown): void {
        this.#frame.contentWindow?.postMessage({ sandbox: "news", event, data }, this.#origin)
    }

    /** Take the pane away; the add-in stops running. */
    remove(): void {
        window.removeEventListener("message", this.#hear)
        this.root.remove()
    }

    async #answer({ id, call, args }: Call): Promise<void> {
        const how = this.#faults.calls.get(call)
        if (call === "hello" && how !== undefined) return
        if (this.#faults.late > 0) await new Promise((resolve) => setTimeout(resolve, this.#faults.late))
        const answer = how !== undefined && call !== "nestedAuth" && !OWN.has(how)
            ? { error: officeError(Number(how)) }
            : await this.#result(call, args)
        const message: Answer = { sandbox: "answer", id, ...answer }
        this.#frame.contentWindow?.postMessage(message, this.#origin)
    }

    async #result(call: string, args: readonly unknown[]): Promise<{ value: unknown } | { error: OfficeError }> {
        const action = Object.hasOwn(this.#table, call) ? this.#table[call] : undefined
        if (!action) return { error: officeError(5000) }
        try {
            return { value: await action(...args) }
        } catch (error) {
            return { error: officeError(error instanceof Refusal ? error.code : 5001) }
        }
    }
}
