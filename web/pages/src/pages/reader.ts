/** The reader's page `/m/<id>`: who are you, code, open, read, close. All of it on one address. */

import { CryptoError } from "@letterlock/crypto"
import { find, localise, Problem, say, Unexpected } from "@letterlock/kit"

import { recallAsked, startAsking } from "../reader/ask.ts"
import { forget } from "../reader/asked.ts"
import { CodeEntry } from "../reader/enter.ts"
import { blankFrame } from "../reader/frame.ts"
import { type Watch, watchIdle } from "../reader/idle.ts"
import { clearLetter, showLetter } from "../reader/letter.ts"
import { openLetter } from "../reader/open.ts"
import { announce, busy, excuse, type Page, readPage, showStage, trouble } from "../reader/page.ts"
import { showRefusal } from "../reader/refusal.ts"

const IDLE = 30 * 60_000   // milliseconds; the session ends after as long (http.md section 5)

/** Open the letter for whoever is signed in; each way it can end has its own stage. */
async function open(page: Page): Promise<void> {
    const { letter } = page
    showStage("opening")
    const progress = find("#progress", HTMLElement)
    const slow = setTimeout(() => { progress.textContent = say("open.fetching", { name: letter.first }) }, 1000)
    try {
        const opened = await openLetter(page, () => { progress.textContent = say("open.checking") })
        const stopFrame = await showLetter(letter, opened)
        watchOpened(page, stopFrame)
    } catch (error) {
        clearLetter()
        fail(page, error)
    } finally {
        clearTimeout(slow)
        progress.textContent = ""
    }
}

function fail(page: Page, error: unknown): void {
    if (error instanceof CryptoError) showRefusal(page.letter, refusalCode(error))
    else if (error instanceof Problem && typeof error.facts["refusal"] === "string") showRefusal(page.letter, error.facts["refusal"])
    else if (error instanceof Problem && error.status === 404) showStage("gone")
    else if (error instanceof Problem && error.status === 401) backToWho(say("open.session"))
    else if (error instanceof Unexpected) showRefusal(page.letter, "envelope-malformed")
    else offerOpenAgain(excuse(page.letter, error))
}

/** A look-up that is not the directory's leaves the sender's key unknown. */
function refusalCode(error: CryptoError): string {
    return error.code === "lookup-refused" ? "sender-key-unknown" : error.code
}

function watchOpened(page: Page, stopFrame: () => void): void {
    const frame = find("#frame", HTMLIFrameElement)
    const end = (sentence: string): void => {
        watch.stop()
        stopFrame()
        blankFrame()
        clearLetter()
        find("#close", HTMLButtonElement).onclick = null
        // The session ends too; that it might not, for want of a connection, changes nothing here.
        page.api.delete("/sessions/current").catch(() => undefined)
        backToWho(sentence)
    }
    const inner = frame.contentWindow
    const watch: Watch = watchIdle(inner === null ? [window] : [window, inner], IDLE, () => { end(say("open.idle")) })
    find("#close", HTMLButtonElement).onclick = () => { end(say("open.closed")) }
    find("#print", HTMLButtonElement).onclick = () => { inner?.print() }
}

/** Ask anew who reads, with a sentence that says why. */
function backToWho(sentence: string | null): void {
    const note = find("#away", HTMLElement)
    note.hidden = sentence === null
    find("p", HTMLParagraphElement, note).textContent = sentence ?? ""
    find("#known", HTMLFormElement).hidden = true
    find("#ask", HTMLFormElement).hidden = false
    showStage("who")
    if (sentence !== null) announce(sentence)
}

/** Signed in, but the letter could not be fetched: one button tries again. */
function offerOpenAgain(sentence: string): void {
    const known = find("#known", HTMLFormElement)
    known.hidden = false
    find(".hint", HTMLElement, known).hidden = true
    find("#ask", HTMLFormElement).hidden = true
    showStage("who")
    trouble(known, sentence)
}

function start(): void {
    const page = readPage()
    localise(document)
    const entry = new CodeEntry(page, () => open(page))
    startAsking(page, (asked) => { entry.begin(asked) })
    const known = find("#known", HTMLFormElement)
    const asked = known.hidden ? recallAsked(page) : null
    if (asked !== null) entry.begin(asked)
    find("button[type=submit]", HTMLButtonElement, known).disabled = false
    known.addEventListener("submit", (event) => {
        event.preventDefault()
        trouble(known, null)
        void busy(known, () => open(page))
    })
    find("#not-me", HTMLButtonElement).addEventListener("click", () => {
        page.api.delete("/sessions/current").catch(() => undefined)
        backToWho(null)
    })
    for (const button of document.querySelectorAll("[data-go=who]")) {
        button.addEventListener("click", () => {
            forget(page.letter.id)
            backToWho(null)
        })
    }
}

start()
