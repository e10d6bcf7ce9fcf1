/** The offline reader: take a copy of letters, check all of it, show what passed. It has no way to a network. */

import { element, find, focusOn, icon, longDate, say } from "@letterlock/kit"
import { LetterCard } from "@letterlock/kit/reading/card"
import { fileRefusalWords, refusalWords } from "@letterlock/kit/reading/refusal"

import { checkLetter, failedFiles, type Directory, type Failed, type Passed, type Refused } from "./check.ts"
import { type Folder, lettersOfFolder, lettersOfZip } from "./copy.ts"
import { showEach } from "./each.ts"
import { Damaged, NoExport } from "./errors.ts"

const announce = (text: string): void => { find("#said", HTMLElement).textContent = text }

function start(): void {
    const zip = find("#zip", HTMLInputElement)
    const folder = find("#folder", HTMLInputElement)
    find("#choose-zip", HTMLButtonElement).addEventListener("click", () => { zip.click() })
    find("#choose-folder", HTMLButtonElement).addEventListener("click", () => { folder.click() })
    zip.addEventListener("change", () => { if (zip.files?.[0] !== undefined) void take(() => lettersOfZip(zip.files?.[0] ?? new Blob())) })
    folder.addEventListener("change", () => { if (folder.files?.length) void take(() => lettersOfFolder(folder.files ?? [])) })
    find("#close", HTMLButtonElement).addEventListener("click", () => { location.reload() })
    document.addEventListener("dragover", (event) => { event.preventDefault() })
    document.addEventListener("drop", (event) => {
        event.preventDefault()
        const dropped = event.dataTransfer?.files[0]
        if (dropped !== undefined) void take(() => lettersOfZip(dropped))
    })
}

/** One copy at a time; another one replaces it. */
async function take(read: () => Promise<readonly Folder[]> | readonly Folder[]): Promise<void> {
    const letters = find("#letters", HTMLElement)
    letters.replaceChildren()
    showTrouble(null)
    find("#result", HTMLElement).hidden = true
    step(say("offline.looking"))
    try {
        await show(await read(), letters)
        focusOn(find("#verdict", HTMLElement))
    } catch (error) {
        letters.replaceChildren()
        showTrouble(troubleWords(error))
    } finally {
        step("")
    }
}

async function show(folders: readonly Folder[], place: HTMLElement): Promise<void> {
    const passed: Passed[] = []
    const verdicts: (Passed | Refused)[] = []
    for (const [index, folder] of folders.entries()) {
        step(say("offline.letter", { n: index + 1, m: folders.length }))
        const verdict = await checkLetter(folder)
        verdicts.push(verdict)
        if ("letter" in verdict) passed.push(verdict)
    }
    requireOneThread(passed)
    const failed = await checkFiles(passed)
    const refuse = (verdict: Refused | null, index: number): void => { place.append(refusedLetter(index + 1, verdict)) }
    const unshown = await showEach(verdicts, async (verdict, index) => {
        if ("letter" in verdict) await showLetter(place, verdict, failed.get(verdict) ?? [])
        else refuse(verdict, index)
    }, (_verdict, index) => { refuse(null, index) })
    showResult(passed, verdicts.length, [...failed.values()].flat().length + unshown)
}

/** No letter twice, and all of one conversation: more would be somebody's own composition. */
function requireOneThread(passed: readonly Passed[]): void {
    const ids = new Set(passed.map(({ letter }) => letter.id))
    const threads = new Set(passed.map(({ letter }) => letter.statement.thread_id))
    if (ids.size !== passed.length || threads.size > 1) throw new NoExport()
}

async function checkFiles(passed: readonly Passed[]): Promise<Map<Passed, readonly Failed[]>> {
    const m = passed.reduce((sum, { letter }) => sum + letter.body.files.length, 0)
    let n = 1
    const failed = new Map<Passed, readonly Failed[]>()
    for (const one of passed) {
        if (one.letter.body.files.length > 0) step(say("offline.file", { n, m }))
        failed.set(one, await failedFiles(one, () => {
            n += 1
            if (n <= m) step(say("offline.file", { n, m }))
        }))
    }
    return failed
}

async function showLetter(place: HTMLElement, { letter, desk }: Passed, failed: readonly Failed[]): Promise<void> {
    const { statement, viewer, senderName: name } = letter
    const sender = { address: statement.sender.address, name }
    const mine = sender.address === viewer
    const entry = { id: letter.id, sender, sentAt: new Date(letter.body.sent_at * 1000), level: letter.level, mine, opened: true }
    const page = {
        desk, firm: say("offline.firm"), announce, answer: () => undefined,
        excuse: () => say("offline.unreadable"),
    }
    const card = new LetterCard(page, entry, "other")
    place.append(card.host)
    try {
        await card.show(letter)
    } catch (error) {
        card.host.remove()
        throw error
    }
    card.after.append(...failed.map((file) => note("stop", `${file.name}: ${fileWords(file, name)}`)))
}

/** @param verdict - Null for a letter that passed and could not be shown. */
function refusedLetter(n: number, verdict: Refused | null): HTMLElement {
    const lines = verdict === null ? [say("offline.unshown")] : [say("thread.refused"), whyRefused(verdict), verdict.code]
    const sheet = element("article", { class: "sheet pad stack" }, element("h2", {}, say("offline.number", { n })), note("stop", ...lines))
    return element("div", { class: "entry" }, sheet)
}

function whyRefused({ code }: Refused): string {
    const name = say("offline.someone")
    return code === "copy-changed" ? say("offline.copy-changed", { name }) : refusalWords(code, name)
}

function fileWords({ code }: Failed, name: string): string {
    return code === "copy-changed" ? say("offline.copy-changed", { name }) : fileRefusalWords(code, name)
}

/** @param failed - How many files did not pass, and letters could not be shown. */
function showResult(passed: readonly Passed[], letters: number, failed: number): void {
    const files = passed.reduce((sum, { letter }) => sum + letter.body.files.length, 0)
    const whole = passed.length === letters && failed === 0
    const words = whole ? say("offline.good", { letters: count("export.letters", letters), files: countFiles(files) }) : say("offline.bad")
    find("#verdict", HTMLElement).replaceChildren(note(whole ? "good" : "stop", words))
    find("#directories", HTMLElement).replaceChildren(...directories(passed))
    find("#vouches", HTMLElement).hidden = passed.length === 0
    find("#take", HTMLElement).hidden = true
    find("#result", HTMLElement).hidden = false
    announce(words)
}

/** Each directory key once, as of the newest look-up that it signed. */
function directories(passed: readonly Passed[]): HTMLElement[] {
    const newest = new Map<string, Directory>()
    for (const { directory } of passed) {
        const known = newest.get(directory.fingerprint)
        if (known === undefined || known.asked < directory.asked) newest.set(directory.fingerprint, directory)
    }
    return [...newest.values()].flatMap(({ fingerprint, asked }) => [
        element("dt", {}, say("offline.directory", { date: longDate(asked) })), element("dd", { class: "code" }, fingerprint)])
}

function note(kind: "good" | "stop", ...lines: readonly string[]): HTMLElement {
    const text = element("div", {}, ...lines.map((line) => element("p", {}, line)))
    return element("div", { class: "note", "data-st": kind === "good" ? "ok" : "stop" }, icon(kind), text)
}

const count = (key: "export.letters", n: number): string => (n === 1 ? say(`${key}.one`) : say(`${key}.other`, { n }))

function countFiles(n: number): string {
    if (n === 0) return say("offline.files.none")
    return n === 1 ? say("offline.files.one") : say("offline.files.other", { n })
}

function troubleWords(error: unknown): string {
    if (error instanceof Damaged) return say("offline.damaged")
    return error instanceof NoExport ? say("offline.not-export") : say("offline.unreadable")
}

function showTrouble(text: string | null): void {
    find("#trouble", HTMLElement).replaceChildren(...(text === null ? [] : [note("stop", text)]))
    if (text !== null) announce(text)
}

function step(text: string): void {
    find("#step", HTMLElement).textContent = text
    if (text !== "") announce(text)
}

start()
