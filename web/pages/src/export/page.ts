/** The stages of the export page, and what leads from one to the next. */

import { Api, fact, find, focusOn, Problem, say, startCrypto, startStretcher, Unreachable } from "@letterlock/kit"
import { KeyLog } from "@letterlock/kit/log"
import { cleanExports, exportName, type ExportRefused, exportThread, leftOutWords, saveBlob, type ExportDesk } from "@letterlock/kit/export/index"
import { passkeysHere } from "@letterlock/kit/own/here"
import { forgetOwn, KeyNeeded, type OwnDesk, ownIn } from "@letterlock/kit/own/index"
import { isLocked } from "@letterlock/kit/reading/refusal"
import { type Entry, fetchThread } from "@letterlock/kit/reading/thread"
import { sizeWords } from "@letterlock/kit/writing/kinds"

import { Unlock } from "../unlock/unlock.ts"
import { chosenLetters, showChoice } from "./choice.ts"
import { isSessionOver, troubleWords } from "./trouble.ts"
import { Making } from "./making.ts"

type Stage = "signed-out" | "listing" | "choice" | "unlock" | "making" | "done"

interface Page {
    readonly desk: ExportDesk
    /** Unlocks the reader's own key. */
    readonly ownDesk: OwnDesk
    readonly letter: string
    readonly host: string
    /** Address of the offline reader. */
    readonly reader: string
}

/** List the letters if somebody is signed in, and wait for the button. */
export async function startExportPage(): Promise<void> {
    const page = readPage()
    await Promise.all([cleanExports(), page.desk.crypto.cleanTemporary()])
    if (find("[data-stage=listing]", HTMLElement).hidden) {
        await forgetOwn()
        return
    }
    try {
        const entries = await fetchThread(page.desk, page.letter)
        showChoice(entries, page.letter)
        const unlock: Unlock = new Unlock(page.ownDesk, {
            announce, over: () => { sessionOver() }, excuse: (error) => troubleWords(error, { host: page.host, entries }),
            opened: () => make(page, entries, unlock),
        })
        find("#choice", HTMLFormElement).addEventListener("submit", (event) => {
            event.preventDefault()
            void make(page, entries, unlock)
        })
        showStage("choice")
    } catch (error) {
        fail(page, error, [])
    }
}

function readPage(): Page {
    const main = find("#main", HTMLElement)
    const api = new Api("/api/v1")
    const [crypto, directoryKey, logKey] = [startCrypto(fact(main, "worker")), fact(main, "directoryKey"), fact(main, "logKey")]
    const desk = {
        call: <Value>(work: (api: Api) => Promise<Value>): Promise<Value> => work(api),
        crypto, directoryKey, log: new KeyLog({ crypto, directoryKey, logKey }), own: ownIn(crypto),
    }
    const ownDesk = { call: desk.call, crypto, stretcher: startStretcher(fact(main, "argon2")), passkeys: passkeysHere, rp: location.hostname }
    return { desk, ownDesk, letter: fact(main, "letter"), host: fact(main, "host"), reader: fact(main, "reader") }
}

async function make(page: Page, entries: readonly Entry[], unlock: Unlock): Promise<void> {
    trouble(null)
    const ids = chosenLetters()
    if (ids.length === 0) return
    const making = new Making()
    showStage("making", find("#making-h", HTMLElement))
    try {
        const made = new Date()
        const { signal, onProgress } = making
        const refused: ExportRefused[] = []
        const onRefused = (one: ExportRefused): void => { refused.push(one) }
        const zip = await exportThread({ ...page.desk, ids, reader: page.reader, made, signal, onProgress, onRefused })
        showDone(zip, `${exportName(made)}.zip`, ids.length - refused.length, leftOutWords(refused, entries))
    } catch (error) {
        if (isLocked(error)) await askKey(unlock, error)
        else {
            showStage("choice", find("#choice button[type=submit]", HTMLButtonElement))
            fail(page, error, entries)
        }
    } finally {
        making.end()
    }
}

/** The letters are sealed to a key of her own: it is unlocked first, then the copy is made. */
async function askKey(unlock: Unlock, error: unknown): Promise<void> {
    await forgetOwn()
    showStage("unlock", find("#unlock-h", HTMLElement))
    await unlock.begin(error instanceof KeyNeeded ? error.address : "")
}

function showDone(zip: Blob, name: string, letters: number, leftOut: string): void {
    const count = letters === 1 ? say("export.letters.one") : say("export.letters.other", { n: letters })
    const words = `${say("export.done", { letters: count, size: sizeWords(zip.size) })} ${leftOut}`.trim()
    find("#done", HTMLElement).textContent = words
    find("#name", HTMLElement).textContent = name
    find("#again", HTMLButtonElement).onclick = () => { saveBlob(zip, name) }
    showStage("done", find("#done-h", HTMLElement))
    announce(words)
    saveBlob(zip, name)
}

/** Say why there is no copy; a session that is over leads back to the letter. */
function fail(page: Page, error: unknown, entries: readonly Entry[]): void {
    if (isSessionOver(error)) {
        sessionOver()
        return
    }
    const unlisted = entries.length === 0
    if (unlisted && (error instanceof Unreachable || error instanceof Problem)) showStage("signed-out")
    trouble(troubleWords(error, { host: page.host, entries }))
}

function sessionOver(): void {
    void forgetOwn()
    showStage("signed-out", find("[data-stage=signed-out] a", HTMLAnchorElement))
    trouble(say("export.session"))
}

function trouble(text: string | null): void {
    const note = find("#trouble", HTMLElement)
    note.hidden = text === null
    find("p", HTMLParagraphElement, note).textContent = text ?? ""
    if (text !== null) announce(text)
}

const announce = (text: string): void => { find("#said", HTMLElement).textContent = text }

/** Show one stage; focus moves only when somebody acted. */
function showStage(stage: Stage, target?: HTMLElement): void {
    for (const section of document.querySelectorAll<HTMLElement>("[data-stage]")) section.hidden = section.dataset["stage"] !== stage
    if (target !== undefined) focusOn(target)
}
