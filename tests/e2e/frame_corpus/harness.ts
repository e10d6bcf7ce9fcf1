/**
 * Runs in the reader's page in place of its own script: puts each letter of the corpus into a frame,
 * plays a reader who points at, presses and enters everything, and posts what happened.
 */

import { fillFrame } from "@letterlock/kit/frame"

import { keptOf, poke, takenFrom } from "./look.ts"

interface Letter { readonly id: string; readonly html: string }

/** What became of one letter; requests are counted where they arrive. */
interface Outcome {
    readonly id: string
    /** It left its mark on this page. */
    ran: boolean
    /** Its frame is not at `/frame` any more. */
    away: boolean
    /** What it took the place of, such as `document.body`. */
    taken: string[]
    /** Elements and attributes that are there to be seen, such as `a[href]`. */
    kept: string[]
    error: string | null
}

interface Desk { readonly outcome: Outcome; readonly place: HTMLElement }

type Way = (place: HTMLElement, html: string) => Promise<unknown>

const AT_ONCE = 125   // browsers grow slow with hundreds of frames
const SETTLE = 300   // milliseconds
const PRINTED = { firm: "Hart & Co", line: "Ann Lee", subject: "Your year-end" }
const GOOD = "<p>Dear Maya, <b>all</b> is well.</p>"

/** How a letter gets into the frame: as ours do, or, in controls, as a page read once or twice. */
const WAYS: Readonly<Record<string, Way>> = {
    reader: (place, html) => fillFrame(place, "Message", html, PRINTED),
    written: write,
    rewritten: (place, html) => write(place, reread(html)),
}

/** Served as it is, in a frame. */
async function write(place: HTMLElement, html: string): Promise<void> {
    const frame = frameIn(place)
    const loaded = new Promise((resolve) => { frame.addEventListener("load", resolve, { once: true }) })
    frame.src = URL.createObjectURL(new Blob([html], { type: "text/html" }))
    await loaded
}

function reread(html: string): string {
    const inner = document.implementation.createHTMLDocument()
    inner.body.innerHTML = html
    return inner.body.innerHTML
}

function frameIn(place: ParentNode): HTMLIFrameElement {
    const frame = place.querySelector<HTMLIFrameElement>("iframe.frame")
    if (frame === null) throw new Error("no frame")
    return frame
}

/** A place for a letter, with a copy of the page's own frame in it. */
function newPlace(): HTMLElement {
    const templates = Array.from(document.querySelectorAll("template"), ({ content }) => content)
    const home = templates.find((content) => content.querySelector("iframe.frame") !== null) ?? document
    const place = document.createElement("div")
    place.style.cssText = "position:absolute;top:0;left:0;width:300px"
    place.append(frameIn(home).cloneNode())
    document.body.append(place)
    return place
}

/** Fill a frame of its own; it stays while others get theirs. */
async function put(letter: Letter, way: Way): Promise<Desk> {
    const outcome: Outcome = { id: letter.id, ran: false, away: false, taken: [], kept: [], error: null }
    const place = newPlace()
    await way(place, letter.html).catch((error: unknown) => { outcome.error = String(error) })
    return { outcome, place }
}

/** The frame's document, unless it went elsewhere. */
function insideOf(place: HTMLElement, way: Way): Document | null {
    const home = way === WAYS["reader"] ? `${location.origin}/frame` : "blob:"
    try {
        const inner = frameIn(place).contentDocument
        return inner?.location.href.startsWith(home) === true ? inner : null
    } catch {
        return null
    }
}

function judge({ outcome, place }: Desk, way: Way): Outcome {
    const inner = insideOf(place, way)
    outcome.ran = outcome.id in window
    outcome.away = inner === null
    if (inner !== null) outcome.kept = keptOf(inner)
    return outcome
}

const pause = (): Promise<unknown> => new Promise((resolve) => { setTimeout(resolve, SETTLE) })

/** Wait until what was begun before has come about: until a frame of our own that goes somewhere now has been there. */
async function settle(): Promise<void> {
    await pause()
    const last = document.createElement("iframe")
    const mark = `last-${String(performance.now())}`
    last.src = `/harness/last/${mark}`
    document.body.append(last)
    while (await (await fetch(`/harness/been/${mark}`)).text() !== "yes") await pause()
    last.remove()
    await pause()
}

/** Where nothing holds it, a letter that takes the whole page elsewhere stops what others began: it comes alone. */
function batches(letters: readonly Letter[], isHeld: boolean): Letter[][] {
    const alone = letters.filter(({ html }) => !isHeld && /_(?:top|parent)/u.test(html))
    const others = letters.filter((letter) => !alone.includes(letter))
    const some = Array.from({ length: Math.ceil(others.length / AT_ONCE) }, (_, at) => others.slice(at * AT_ONCE, (at + 1) * AT_ONCE))
    return [...some, ...alone.map((letter) => [letter])]
}

async function tryOut(letters: readonly Letter[], way: Way): Promise<Outcome[]> {
    const desks = await Promise.all(letters.map((letter) => put(letter, way)))
    await settle()
    for (const { outcome, place } of desks) {
        const inner = insideOf(place, way)
        if (inner === null) continue
        outcome.taken = takenFrom(inner)
        poke(inner)
    }
    await settle()
    const outcomes = desks.map((desk) => judge(desk, way))
    for (const { place } of desks) place.remove()
    return outcomes
}

/** Whether the page still shows an ordinary letter in full, and takes it away again. */
async function isWell(): Promise<boolean> {
    const place = newPlace()
    const letter = await fillFrame(place, "Message", GOOD, PRINTED)
    const frame = frameIn(place)
    const shown = frame.contentDocument?.querySelector(".letter")?.innerHTML === GOOD && frame.style.height !== ""
    letter.close()
    return shown && place.querySelector("iframe")?.contentDocument?.body.childNodes.length === 0
}

async function run(): Promise<void> {
    const asked = new URLSearchParams(location.search)
    const way = WAYS[asked.get("way") ?? ""]
    if (way === undefined) throw new Error("no such way")
    const here = location.href
    const letters = await (await fetch(`/harness/letters${location.search}`)).json() as Letter[]
    const outcomes: Outcome[] = []
    for (const some of batches(letters, asked.has("held"))) outcomes.push(...await tryOut(some, way))
    const stayed = location.href === here && await isWell()
    await tell({ outcomes, stayed })
}

const tell = (said: object): Promise<unknown> =>
    fetch(`/harness/outcome${location.search}`, { method: "POST", body: JSON.stringify(said) })

run().catch((error: unknown) => tell({ failed: String(error) }))
