/** Read a mail from Outlook, seal it, hand it over, and if it is wished move Outlook's copy. Knows no page. */

import type { Head } from "@letterlock/kit/editor/rewritten"
import { list, members, newKey, text } from "@letterlock/kit"
import type * as Writing from "@letterlock/kit/writing/index"

import { WORDS } from "./filing-words.ts"
import { fileOf } from "./held-file.ts"
import { hashOf, type Left, type Plan, recordHead } from "./mail-record.ts"
import { MailChanged, type OpenMail } from "./office-mail.ts"

/** What the read pane lends, so that it is not loaded twice. */
export interface Lent {
    readonly Place: typeof Writing.Place
    readonly Files: typeof Writing.Files
    readonly Sending: typeof Writing.Sending
    readonly Gone: typeof Writing.Gone
    readonly Unsure: typeof Writing.Unsure
    /** Anybody's html as a letter can hold it, quoted under lines of our own. */
    readonly write: (head: Head, html: string) => Writing.Letter["written"]
}

/** What is sealed and for whom, as the person chose. */
export interface Wish {
    readonly mail: OpenMail
    readonly plan: Plan
    readonly colleagues: readonly Writing.Recipient[]
    readonly publicSubject: string
}

/** Sealed, or sealed before; `sealedAt` is null for now. */
export interface Outcome {
    readonly id: string
    readonly sealedAt: Date | null
}

/** Some files cannot be sealed: the person is asked whether it goes without them. */
export class SomeLeft extends Error {
    override readonly name = "SomeLeft"
    readonly left: readonly Left[]

    constructor(left: readonly Left[]) {
        super("files are left out")
        this.left = left
    }
}

/** Nobody can say which mail it is. */
export class Nameless extends Error {
    override readonly name = "Nameless"
}

/** A file did not go up. It may the next time. */
export class NotUp extends Error {
    override readonly name = "NotUp"
}

const MOST_TEXT = 4_000_000   // bytes of html and text as JSON; a body holds 4 MiB with its subject and files (objects.md section 3)

/** Read all files that are to be sealed, one after the other: Outlook takes three calls at once. @throws SomeLeft, MailChanged */
export async function readFiles({ mail, plan }: Wish, tell: (words: string) => void): Promise<readonly File[]> {
    const files: File[] = []
    const left: Left[] = []
    for (const [index, file] of plan.files.entries()) {
        tell(WORDS.reading(index + 1, plan.files.length))
        const given = await mail.content(file.id).catch((error: unknown) => {
            if (error instanceof MailChanged) throw error
            return null
        })
        if (given === null) left.push({ file, why: "unreadable" })
        else if (given.format === "url") left.push({ file, why: "cloud" })
        else {
            const one = fileOf(file, given)
            if (one.size > 0) files.push(one)
            else left.push({ file, why: file.size > 0 ? "empty" : "nothing" })
        }
    }
    if (left.length > 0) throw new SomeLeft(left)
    return files
}

/** What the mail says, as a letter holds it; a text that is too long comes as a file. */
export async function readText({ mail, plan }: Wish, lent: Lent, me: Writing.Me): Promise<{ written: Writing.Letter["written"]; files: readonly File[] }> {
    const html = await mail.html()
    const head = recordHead(mail, me, plan.left)
    const whole = lent.write(head, html)
    const size = new Blob([JSON.stringify([whole.html, whole.text])]).size
    if (size <= MOST_TEXT) return { written: whole, files: [] }
    const file = new File([await mail.text()], WORDS.longName, { type: "text/plain" })
    return { written: lent.write(head, `<p>${WORDS.long}</p>`), files: [file] }
}

/**
 * Seal it.
 *
 * @throws SomeLeft, Nameless, OfficeFailed before anything was sealed; what {@link Writing.Sending.send} throws.
 */
export async function sealMail(desk: Writing.Desk, lent: Lent, wish: Wish, tell: (words: string) => void): Promise<Outcome> {
    const mail = await hashOf(wish.mail, wish.plan.left)
    if (mail === "") throw new Nameless()
    tell(WORDS.readingText)
    const { written, files: more } = await readText(wish, lent, desk.me)
    const files = await readFiles(wish, tell)
    const { identity } = await desk.crypto.newMessageKey()
    const begun = members(await desk.call((api) => api.post("/mails", { body: { mail }, key: newKey() })))
    const id = text(begun, "id")
    if (typeof begun["sealed_at"] === "number") return { id, sealedAt: new Date(begun["sealed_at"] * 1000) }
    tell(WORDS.sealing)
    const place = new lent.Place(desk, null, { id, thread: text(begun, "thread_id"), identity, fixed: true })
    try {
        return await handOver(place, lent, wish, written, [...more, ...files], tell)
    } catch (error) {
        // What went up would stay in the entry, and each try add to it. Where this call fails too, it goes with the entry, unsent.
        if (!(error instanceof lent.Unsure)) await place.discard().catch(() => undefined)
        throw error
    }
}

async function handOver(
    place: Writing.Place, lent: Lent, wish: Wish, written: Writing.Letter["written"], sources: readonly File[], tell: (words: string) => void
): Promise<Outcome> {
    const files = await putUp(new lent.Files(place, () => undefined), sources, wish, tell)
    tell(WORDS.sending)
    const subject = WORDS.subject(wish.mail.subject || WORDS.noSubject)
    const letter = { recipients: wish.colleagues, subject, publicSubject: wish.publicSubject, written, files, parents: [] }
    const { id, earlier } = await new lent.Sending(place).send(letter, () => undefined)
    return { id, sealedAt: earlier ? new Date() : null }
}

async function putUp(
    files: Writing.Files, sources: readonly File[], { plan }: Wish, tell: (words: string) => void
): Promise<readonly Writing.LetterFile[]> {
    if (sources.length === 0) return []
    tell(WORDS.uploading)
    files.add(sources)
    const up = await files.settled()
    // By position: names were mended, and two may have been one. What comes before the mail's own files is its long text.
    const own = files.rows.slice(sources.length - plan.files.length)
    const left = plan.files.flatMap((file, index): Left[] => own[index]?.state === "refused" ? [{ file, why: "refused" }] : [])
    if (left.length > 0) throw new SomeLeft(left)
    if (up?.length !== sources.length) throw new NotUp()
    return up
}

/** What became of Outlook's copy. */
export type Moved = "moved" | "not-allowed" | "not-moved"

/**
 * What becomes of Outlook's copy once the record has the mail. One that was sealed before stays: its sender says that it is
 * the same mail, and nothing of this one was sealed.
 */
export async function copyAfter({ sealedAt }: Outcome, wished: boolean, move: () => Promise<Moved>): Promise<Moved | "stays" | "known"> {
    if (!wished) return "stays"
    return sealedAt === null ? move() : "known"
}

/** Move Outlook's copy to Deleted Items, with the person's own token. Nothing is purged. */
export async function moveAway(graph: string, token: () => Promise<string>, id: string): Promise<Moved> {
    const bearer = await token().catch(() => null)
    if (bearer === null) return "not-allowed"
    const answer = await fetch(`${graph}/me/messages/${encodeURIComponent(id)}/move`, {
        method: "POST", body: JSON.stringify({ destinationId: "deleteditems" }), cache: "no-store", credentials: "omit",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    }).catch(() => null)
    return answer?.ok === true ? "moved" : answer?.status === 403 ? "not-allowed" : "not-moved"
}

/** Colleagues who have signed in, for the list to choose from; none where the server does not say. */
export async function colleaguesOf(desk: Writing.Desk): Promise<readonly { readonly address: string; readonly name: string }[]> {
    const said = members(await desk.call((api) => api.get("/people")))
    return list(said["people"]).map(members).filter((one) => one["colleague"] === true)
        .map((one) => ({ address: text(one, "address"), name: text(one, "name") }))
}
