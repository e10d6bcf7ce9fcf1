/** What is shown while a copy is made, and the button that stops it. */

import { find, say } from "@letterlock/kit"
import type { ExportProgress } from "@letterlock/kit/export/index"
import { sizeWords } from "@letterlock/kit/writing/kinds"

/** One copy on its way. */
export class Making {
    readonly #stop = new AbortController()
    readonly #bar = find("#bar", HTMLProgressElement)
    #said = ""

    constructor() {
        find("#cancel", HTMLButtonElement).onclick = () => { this.#stop.abort() }
        this.#bar.removeAttribute("value")
        this.#show("", "")
    }

    get signal(): AbortSignal {
        return this.#stop.signal
    }

    readonly onProgress = ({ letter: n, letters: m, file: k, files: f, done, total }: ExportProgress): void => {
        if (total === 0) {
            this.#show(say("export.opening", { n, m }), "")
            return
        }
        this.#bar.max = total
        this.#bar.value = done
        const step = k === 0 ? say("export.text", { n, m }) : say("export.file", { n, m, k, f })
        this.#show(step, say("export.amount", { done: sizeWords(done), total: sizeWords(total) }))
    }

    end(): void {
        find("#cancel", HTMLButtonElement).onclick = null
    }

    #show(step: string, amount: string): void {
        find("#step", HTMLElement).textContent = step
        find("#amount", HTMLElement).textContent = amount
        // Read out by letter, not by every file.
        const letter = step.split(":")[0] ?? ""
        if (letter !== this.#said) find("#said", HTMLElement).textContent = this.#said = letter
    }
}
