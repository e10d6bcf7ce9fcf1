/**
 * Taking over a message that was begun in Outlook: read whole, sealed as a letter, and emptied when the letter has gone.
 *
 * Nothing in Outlook changes before that. What Exchange stored meanwhile is beyond us in part, and is said
 * (docs/adr/0023-take-over.md).
 */

import { say, sayList } from "@letterlock/kit"

import { fileOf } from "./held-file.ts"
import { type HeldFile, OfficeFailed, type OutlookItem } from "./office.ts"

/** What was read of Outlook's message. */
export interface Taken {
    readonly html: string
    /** The same without markup, to see whether it is still what stands there. */
    readonly text: string
    readonly files: readonly File[]
    readonly held: readonly HeldFile[]
    /** The person let us into the mailbox, so that earlier copies can be looked for. */
    readonly mayLook: boolean
    /** Outlook's message no longer holds any of it. */
    isWiped: boolean
}

/** Nothing was taken; the message says why. */
export class NotTaken extends Error {
    override readonly name = "NotTaken"
}

/** Read all of a message. All of it comes, or nothing. @throws {@link NotTaken} with a sentence */
export async function take(item: OutlookItem, mayLook: boolean): Promise<Taken> {
    if (!item.isReadable) throw new NotTaken(say("take.old"))
    try {
        const [html, text, held] = [await item.html(), await item.text(), await item.files()]
        return { html, text, held, files: await readAll(item, held), mayLook, isWiped: false }
    } catch (error) {
        if (error instanceof OfficeFailed) throw new NotTaken(say("take.failed"), { cause: error })
        throw error
    }
}

async function readAll(item: OutlookItem, held: readonly HeldFile[]): Promise<File[]> {
    const clouds = held.filter(({ kind }) => kind === "cloud")
    if (clouds.length > 0) throw new NotTaken(say("take.cloud", { names: namesOf(clouds) }))
    const files: File[] = []
    const empty: HeldFile[] = []
    const unreadable: HeldFile[] = []
    for (const one of held) {   // one after the other: Outlook takes three calls at once
        const given = await item.content(one.id).catch(() => null)
        if (given === null) unreadable.push(one)
        else if (given.content === "" && one.size > 0) empty.push(one)
        else files.push(fileOf(one, given))
    }
    if (empty.length > 0) throw new NotTaken(say("take.empty", { names: namesOf(empty) }))
    if (unreadable.length > 0) throw new NotTaken(say("take.unreadable", { names: namesOf(unreadable) }))
    return files
}

const namesOf = (files: readonly HeldFile[]): string => sayList(files.map(({ name }) => `“${name}”`))

/** Whether Outlook's message still holds what was taken, and nothing else. @throws OfficeFailed */
export async function isUnchanged(item: OutlookItem, taken: Taken): Promise<boolean> {
    const [text, held] = [await item.text(), await item.files()]
    return plain(text) === plain(taken.text) && held.map(({ id }) => id).join() === taken.held.map(({ id }) => id).join()
}

/** Words alone: clients differ in the white space that they give. */
export const plain = (text: string): string => text.replace(/[\s\u200b\ufeff]+/gu, " ").trim()

/** What became of Outlook's message. */
export interface Wiped {
    /** As Graph knows the message; empty where Outlook did not say that it is stored. */
    readonly id: string
    /** Sentences: what was emptied, and what was not. */
    readonly said: readonly string[]
}

/** Empty the message: body, then files, then store it, so that whatever Outlook stores later is the notice. */
export async function wipe(item: OutlookItem, taken: Taken): Promise<Wiped> {
    const body = await worked(item.overwrite(say("take.notice")))
    const left: HeldFile[] = []
    for (const one of taken.held.filter(({ inline }) => !inline)) if (!(await worked(item.removeFile(one.id)))) left.push(one)
    const id = await item.save().catch(() => "")
    taken.isWiped = body && left.length === 0
    const said = [
        ...(taken.isWiped ? [say("take.left.emptied")] : []),
        ...(body ? [] : [say("take.left.body")]),
        ...(left.length === 0 ? [] : [say("take.left.files", { names: namesOf(left) })]),
        ...(id === "" ? [say("take.left.saved")] : []),
    ]
    return { id, said }
}

async function worked(work: Promise<unknown>): Promise<boolean> {
    try {
        await work
        return true
    } catch {
        return false
    }
}
