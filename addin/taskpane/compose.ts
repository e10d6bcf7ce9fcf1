/** The pane where a letter is written: joins Outlook, the fields and the API. */

import { fact, find, type Person, Problem, say } from "@letterlock/kit"
import type { Desk } from "@letterlock/kit/writing/index"

import { Advising, type Open } from "./advising.ts"
import { Dead } from "./dead.ts"
import { Comparing } from "./comparing.ts"
import { documents } from "./document.ts"
import { Drafts } from "./draft.ts"
import { Earlier } from "./earlier.ts"
import { finding } from "./finding.ts"
import { forgetWhy, keepRules, showWhy } from "./guarding.ts"
import { peopleOf } from "./item.ts"
import { Least } from "./least.ts"
import { letterEditor } from "./letter.ts"
import { composeItem, hostOf, onItemChanged, type OutlookItem } from "./office.ts"
import { OwnPane } from "./own-pane.ts"
import { Pane } from "./pane.ts"
import { Paper } from "./paper.ts"
import { PeopleField } from "./people-field.ts"
import type { Role } from "./recipients.ts"
import type { Session } from "./session.ts"
import { Shelf } from "./shelf.ts"
import { newSession, startTrouble } from "./start.ts"
import { Taking } from "./taking.ts"
import * as view from "./view.ts"
import { WaitingHere } from "./waiting-here.ts"

async function start(): Promise<void> {
    const host = await hostOf()
    if (host === null) {
        view.showProblem(say("pane.no-office"))
        find("#send", HTMLElement).hidden = true
        return
    }
    program = host
    const drafts = new Drafts()
    const pane: Pane = new Pane(drafts, await drafts.of(composeItem()), parts(() => pane))
    const shelf = new Shelf({ takeUp: (letter) => pane.takeUp(letter).then(() => paper?.opened()), opener, trouble: view.showProblem, announce: view.announce })
    if (host !== "Outlook") documents(host, { addFile: (file) => pane.addFile(file), addHtml: (html) => paper?.above(() => pane.addHtml(html)) ?? false })
    else taking = new Taking(fact(find("#pane", HTMLElement), "graph"), () => ({
        current: () => pane.draft, put: (taken) => { pane.take(taken) }, isHeld: desk?.me.isHeld ?? false,
        token: session === null || desk === null ? null : session.graphToken.bind(session),
    }))
    advising = adviceOn(pane)
    paper = new Paper({ editor: () => pane.editor, draft: () => pane.draft, isReply: () => isAnswer(pane.draft.subject), send: () => { void send(pane) } })
    view.keepFocusClear()
    pane.show(pane.draft)
    wire(pane, drafts, shelf)
    void showWhy(pane.draft.item)
    await pane.readItem()
    await signIn(pane, shelf)
}

function parts(pane: () => Pane): ConstructorParameters<typeof Pane>[2] {
    const subject = find("#subject", HTMLInputElement)
    subject.addEventListener("input", () => {
        pane().draft.subjectTyped = true
        pane().edited()
    })
    const field = (id: string, role: Role): PeopleField => new PeopleField(id, {
        add: (people) => pane().add(people, role),
        removeLast: () => { pane().removeLast(role) },
    })
    const [to, hidden] = [field("to", "to"), field("bcc", "hidden")]
    const add = (role: Role) => (people: readonly Person[]): boolean => pane().add(people, role)
    lookFor = finding(fact(find("#pane", HTMLElement), "contacts"), [{ field: to, add: add("to") }, { field: hidden, add: add("hidden") }], () => worldOf(pane()))
    return { editor: letterEditor({ edited: () => {
        pane().edited()
        advising?.changed()
        paper?.edited()
    }, files: () => pane().files }), to, hidden, subject, compare: (one, row, said) => { comparing?.offer(one, row, said) }, inDoubt: () => { if (desk !== null) void earlier.show(desk) }, waits: () => { void waiting.look() }, demand: (recipients) => least.demand(recipients), refused: (error) => { if (desk !== null && error instanceof Problem && error.code === "level-below") void learn(pane(), desk) }, finish: async (item, taken) => await taking?.finish(item, taken) ?? [] }
}

/** Where people are looked for; null while nobody is signed in. */
function worldOf(pane: Pane): ReturnType<Parameters<typeof finding>[2]> {
    if (session === null || desk === null) return null
    const { call, me } = desk
    return {
        call, graph: fact(find("#pane", HTMLElement), "graph"), announce: view.announce, token: (quiet) => session?.graphToken("People.Read", quiet) ?? Promise.reject(new Error("nobody is signed in")),
        readers: () => [...pane.draft.recipients, { address: me.address, name: me.name }], here: () => peopleOf(pane.draft.item),
    }
}

function adviceOn(pane: Pane): Advising {
    const open = (): ReturnType<Open> => {
        const { draft } = pane
        const kind = isAnswer(draft.subject) ? "reply" as const : "ordinary" as const
        return { draft, about: { subject: draft.subject, last: "", kind, replyAll: false } }
    }
    return new Advising({ editor: () => pane.editor, open, script: fact(find("#pane", HTMLElement), "advice"), save: () => { pane.save() } })
}

/** By the subject that Outlook gives an answer, or a mail that is sent on. */
const isAnswer = (subject: string): boolean => /^(?:re|aw|antw|wg|fwd?)\s*:/iu.test(subject.trim())

async function send(pane: Pane): Promise<void> {
    if (own?.needs(view.focusOnSend) === true) return
    if (paper?.holds() !== true && await advising?.holds() !== true) await pane.send()
    advising?.changed()
}

function wire(pane: Pane, drafts: Drafts, shelf: Shelf): void {
    const press = (id: string, act: () => void): void => { find(`#${id}`, HTMLButtonElement).addEventListener("click", act) }
    press("send", () => { void send(pane) })
    press("sign-in", () => { void signIn(pane, shelf) })
    press("another", () => { void another(pane, shelf) })
    press("close", () => { void closeWindow(pane) })
    press("add-bcc", () => {
        view.showHidden(true)
        find("#bcc", HTMLInputElement).focus()
    })
    hear(pane, pane.draft.item)
    onItemChanged(() => { void changeItem(pane, drafts) })
    window.addEventListener("blur", () => { pane.save() })
    window.addEventListener("focus", () => { void taking?.look() })
    document.addEventListener("visibilitychange", () => { pane.save() })
    window.addEventListener("online", () => { pane.save() })
    window.addEventListener("beforeunload", (event) => { if (pane.isAtRisk()) event.preventDefault() })
}

async function another(pane: Pane, shelf: Shelf): Promise<void> {
    forgetWhy()
    await pane.another()
    advising?.changed()
    paper?.opened()
    if (desk !== null) await Promise.all([showShelf(shelf, desk), earlier.show(desk)])
}

/** A pinned pane got another item: its own letter comes with it. */
async function changeItem(pane: Pane, drafts: Drafts): Promise<void> {
    pane.keep()
    const item = composeItem()
    const draft = await drafts.of(item)
    if (draft === pane.draft) return
    paper?.putAway()
    pane.show(draft)
    advising?.changed()
    hear(pane, draft.item)
    void showWhy(draft.item)
    await Promise.all([pane.readItem(draft), taking?.look()])
    paper?.opened()
}

/** Of another item than the one that is shown, nothing is needed until it is shown again. */
function hear(pane: Pane, item: OutlookItem | null): void {
    const read = (): void => { if (pane.draft.item === item) void pane.readItem() }
    const readLater = (): void => { if (item?.isSlow === true) void item.settled().then(read) }
    readLater()
    item?.onRecipientsChanged(() => {
        read()
        readLater()
    })
}

async function closeWindow(pane: Pane): Promise<void> {
    try {
        const { item } = pane.draft
        if (item === null) throw new Error("no item")
        await item.close(!(await pane.lookForOwnText()))
    } catch {
        view.showProblem(say("pane.close.failed"))
    }
}

/** What the firm demands of letters: asked at first, and when it has changed meanwhile. */
async function learn(pane: Pane, signedIn: Desk): Promise<void> {
    await least.load(signedIn)
    pane.demanded()
}

/** Without her own key nothing that was kept opens. */
async function showShelf(shelf: Shelf, desk: Desk): Promise<void> {
    if (own?.isReady === true) await shelf.show(desk)
}

function ownIn(session: Session, pane: Pane, shelf: Shelf): OwnPane {
    return new OwnPane(session, {
        program: program === "Outlook" ? "outlook" : program === "Word" ? "word" : "excel", writes: true, announce: view.announce,
        arrived: () => {
            pane.save()
            void waiting.look()
            if (desk !== null && pane.draft.isBlank()) void shelf.show(desk)
        },
        left: () => {
            shelf.hide()
            void waiting.hide()
        },
    })
}

let program: Exclude<Awaited<ReturnType<typeof hostOf>>, null> = "Outlook"
let session: Session | null = null
let desk: Desk | null = null
let own: OwnPane | null = null
let comparing: Comparing | null = null
let taking: Taking | null = null
let advising: Advising | null = null
let lookFor: () => void = () => undefined
let paper: Paper | null = null
const least = new Least()
const dead = new Dead(view.announce)
const waiting = new WaitingHere({ script: fact(find("#pane", HTMLElement), "waiting"), announce: view.announce, desk: () => own?.holds === true ? desk : null })
const earlier = new Earlier({ announce: view.announce, signIn: (claims) => signInAgain(claims) })

async function signInAgain(claims: string | null): Promise<Desk> {
    if (session === null) throw new Error("nobody is signed in")
    await session.again(claims)
    desk = await (own?.enter() ?? session.desk())
    return desk
}

/** Opens files of letters that were kept. */
function opener(): Session["crypto"] {
    if (session === null) throw new Error("nobody is signed in")
    return session.crypto
}

async function signIn(pane: Pane, shelf: Shelf): Promise<void> {
    view.showSignIn(false)
    view.showProblem("")
    view.showStatus(say("pane.starting"))
    try {
        session ??= await newSession(find("#pane", HTMLElement))
        session.onAsking = () => { pane.asking() }
        own ??= ownIn(session, pane, shelf)
        desk = await own.enter()
        view.showStatus("")
        find("#administrator", HTMLElement).hidden = !desk.me.admin
        comparing ??= new Comparing(session, desk.me.address)
        void keepRules(desk)
        void learn(pane, desk)
        advising?.signedIn(desk)
        lookFor()
        await pane.signedIn(desk)
        void paper?.signedIn(desk)
        void taking?.look()
        void waiting.look()
        await Promise.all([earlier.show(desk), dead.show(desk), pane.draft.isBlank() ? showShelf(shelf, desk) : null])
    } catch (error) {
        view.showStatus("")
        view.showProblem(startTrouble(error))
        view.showSignIn(true)
    }
}

void start()
