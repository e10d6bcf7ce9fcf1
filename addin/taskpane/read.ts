/** The pane beside a mail that is being read: on a notice it shows the letters of the thread. */

import { MAX_FILE_SIZE } from "@letterlock/crypto"
import { fact, find, Problem, readerRows, say, shortDate, startCrypto } from "@letterlock/kit"
import { rewritten } from "@letterlock/kit/editor/rewritten"
import { cleanExports } from "@letterlock/kit/export/index"
import { type Desk, Files, Gone, Place, Sending, sizeWords, Unsure, writingTrouble } from "@letterlock/kit/writing/index"

import { compareIn } from "./comparing.ts"
import { Dead } from "./dead.ts"
import { Earlier } from "./earlier.ts"
import { keepRules } from "./guarding.ts"
import { letterAddress, letterId } from "./notice.ts"
import { insideOutlook, onItemChanged, readText } from "./office.ts"
import { OwnPane } from "./own-pane.ts"
import { type Around, Reading } from "./reading.ts"
import type { Session } from "./session.ts"
import { newSession, startTrouble } from "./start.ts"
import { announce } from "./view.ts"
import { WaitingHere } from "./waiting-here.ts"

const host = find("#pane", HTMLElement)
const what = find("#what", HTMLElement)

let session: Session | null = null
let desk: Desk | null = null
let own: OwnPane | null = null
let reading: Reading | null = null
const dead = new Dead(announce)
const waiting = new WaitingHere({ script: fact(host, "waiting"), announce, desk: () => own?.holds === true ? desk : null })
const earlier = new Earlier({ announce, signIn: (claims) => signInAgain(claims) })
/** Opens the letter that the pane is about, once more. */
let wanted: (() => Promise<void>) | null = null
/** Another mail was chosen meanwhile, and what came late is of no use. */
let turn = 0

async function start(): Promise<void> {
    if (!(await insideOutlook())) {
        what.textContent = say("pane.no-office")
        return
    }
    find("#sign-in", HTMLButtonElement).addEventListener("click", () => { void show() })
    find("#file-away", HTMLButtonElement).addEventListener("click", () => { void file(turn) })
    window.addEventListener("blur", () => { reading?.save() })
    document.addEventListener("visibilitychange", () => { reading?.save() })
    window.addEventListener("online", () => { reading?.save() })
    window.addEventListener("beforeunload", (event) => { if (reading?.isAtRisk() === true) event.preventDefault() })
    onItemChanged(() => { void show() })
    await show()
}

/** Show what the open mail is about. */
async function show(): Promise<void> {
    const now = ++turn
    wanted = null
    reading?.putAway()
    offer(null)
    offerFiling(false)
    const origin = fact(host, "origin")
    const mail = await readText().catch(() => null)
    const address = origin === "" ? null : letterAddress(mail ?? "", origin)
    if (now !== turn) return
    if (address === null) {
        welcome(say(mail === null ? "read.unread" : "read.other"))
        offerFiling(mail !== null)
        return
    }
    offer(address)
    welcome(say("pane.starting"))
    try {
        await open(letterId(address), now)
    } catch (error) {
        if (now !== turn) return
        const gone = error instanceof Problem && error.status === 404
        const recalled = error instanceof Problem && error.code === "recalled"
        welcome(gone ? say("read.gone") : recalled ? error.detail : startTrouble(error))
        find("#sign-in", HTMLElement).hidden = gone || recalled
    }
}

async function open(id: string, now: number): Promise<void> {
    wanted = () => open(id, turn)
    const { session, desk } = await signedIn()
    const { crypto } = session
    reading ??= new Reading(desk, crypto, startCrypto(fact(host, "worker")), around())
    session.onAsking = () => { reading?.asking() }
    if (now === turn) await reading.show(id, () => now === turn, () => { welcome(null) })
}

async function signedIn(): Promise<{ session: Session; desk: Desk }> {
    session ??= await newSession(host)
    own ??= new OwnPane(session, {
        program: "outlook", writes: false, announce,
        left: () => {
            void waiting.hide()
            void show()
        },
        // Who answers goes on; whoever came for a letter is given it now.
        arrived: () => {
            reading?.save()
            void waiting.look()
            if (reading?.isAnswering !== true) void wanted?.().catch((error: unknown) => { welcome(startTrouble(error)) })
        },
    })
    if (desk === null) {
        desk = await own.enter()
        void keepRules(desk)
        void waiting.look()
        await Promise.all([session.crypto.cleanTemporary(), cleanExports(), earlier.show(desk), dead.show(desk)])
    }
    return { session, desk }
}

/** "Seal into the record" was pressed: nothing of an ordinary mail is read, and nobody asked, before that. */
async function file(now: number): Promise<void> {
    const [button, more] = [find("#file-away", HTMLButtonElement), find("#filing-more", HTMLElement)]
    button.disabled = true
    what.textContent = say("pane.starting")
    try {
        const [{ Filing }, { session, desk }] = await Promise.all([import(fact(host, "filing")) as Promise<typeof import("./filing.ts")>, signedIn()])
        if (now !== turn) return
        if (own?.needs(() => { void file(turn) }) === true) {
            welcome(say("read.other"))
            button.disabled = false
            return
        }
        welcome(null)
        button.hidden = find("#file-away-h", HTMLElement).hidden = true
        await new Filing(more, {
            desk, graph: fact(host, "graph"), token: () => session.graphToken(), rows: readerRows, date: shortDate,
            lent: { Place, Files, Sending, Gone, Unsure, write: rewritten }, most: MAX_FILE_SIZE, mostWords: sizeWords(MAX_FILE_SIZE),
            trouble: (error) => writingTrouble(error, say("read.file")), close: () => { void show() },
            open: (id) => { void showLetter(id) },
        }).show()
    } catch (error) {
        if (now !== turn) return
        welcome(startTrouble(error))
        button.disabled = false
    }
}

/** A letter that no open mail leads to. */
async function showLetter(id: string): Promise<void> {
    const now = ++turn
    offerFiling(false)
    offer(`${fact(host, "origin")}/m/${id}`)
    welcome(say("pane.starting"))
    await open(id, now).catch((error: unknown) => { if (now === turn) welcome(startTrouble(error)) })
}

function offerFiling(offered: boolean): void {
    find("#filing", HTMLElement).hidden = !offered
    find("#filing-more", HTMLElement).replaceChildren()
    const button = find("#file-away", HTMLButtonElement)
    button.hidden = find("#file-away-h", HTMLElement).hidden = false
    button.disabled = false
}

async function signInAgain(claims: string | null): Promise<Desk> {
    if (session === null) throw new Error("nobody is signed in")
    await session.again(claims)
    desk = await (own?.enter() ?? session.desk())
    return desk
}

const around = (): Around => ({
    reader: fact(host, "reader"), afterwards: fact(host, "afterwards"), inDoubt: () => { if (desk !== null) void earlier.show(desk) },
    needsKey: (back) => own?.needs(back) === true,
    compare: (card, letter) => { if (session !== null) compareIn(session, card, letter) },
})

/** Say something in the place of a letter; null makes room for one. */
function welcome(text: string | null): void {
    find("#welcome", HTMLElement).hidden = text === null
    what.textContent = text ?? ""
    find("#sign-in", HTMLElement).hidden = true
}

/** The way to the same letter at the portal. */
function offer(address: string | null): void {
    const way = find("#way", HTMLAnchorElement)
    way.hidden = address === null
    if (address === null) way.removeAttribute("href")
    else way.href = address
}

void start()
