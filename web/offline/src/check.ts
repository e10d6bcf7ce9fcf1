/** Check a copy: each letter by itself, as docs/spec/envelope.md section 2 has it, and then each of its files. */

import { fingerprint, fromBase64url, parseStatement, Refusal } from "@letterlock/crypto"
import { members, text, Unexpected } from "@letterlock/kit"
import { openLetter, type OpenLetter } from "@letterlock/kit/reading/open"
import { refusalIn } from "@letterlock/kit/reading/refusal"
import { enclosures, fetchFile } from "@letterlock/kit/reading/save"

import type { Folder } from "./copy.ts"
import { deskOf, type FolderDesk } from "./desk.ts"
import { CopyChanged, openSealed, sameText, type Sealed } from "./sealed.ts"

/** The firm's directory key that the letter's look-ups are signed with. */
export interface Directory {
    readonly fingerprint: string
    /** When the directory was asked. */
    readonly asked: Date
}

/** A letter that passed all checks; its files are looked at by {@link failedFiles}. */
export interface Passed {
    readonly letter: OpenLetter
    readonly desk: FolderDesk
    readonly directory: Directory
}

/** A letter of which nothing is shown. */
export interface Refused {
    /** As in statement.md section 5, or `copy-changed`. */
    readonly code: string
}

export type Verdict = Passed | Refused

/** Open one letter; never throws. */
export async function checkLetter(folder: Folder): Promise<Verdict> {
    try {
        return await open(folder)
    } catch (error) {
        return { code: error instanceof CopyChanged ? "copy-changed" : refusalIn(error) ?? "envelope-malformed" }
    }
}

async function open(folder: Folder): Promise<Passed> {
    const sealed = await openSealed(folder)
    const desk = deskOf(folder, sealed)
    const letter = await openLetter(desk, messageIn(sealed))
    requireObjects(folder, letter)
    sealed.order.push(...letter.body.files.map(({ object }) => object))
    await sameText(folder, sealed, letter.body)
    return { letter, desk, directory: await directoryOf(sealed) }
}

/** The files of a letter that are not the signed ones, with the code of the first check that failed. */
export async function failedFiles({ letter, desk }: Passed, done: () => void): Promise<readonly Failed[]> {
    const failed: Failed[] = []
    const course = { signal: new AbortController().signal, onProgress: () => undefined }
    for (const file of enclosures(letter)) {
        try {
            await fetchFile(desk, letter, file, course)
        } catch (error) {
            failed.push({ name: file.name, code: error instanceof CopyChanged ? "copy-changed" : refusalIn(error) ?? "object-missing" })
        }
        done()
    }
    return failed
}

export interface Failed {
    readonly name: string
    readonly code: string
}

/** A copy has no address that was asked for: the statement's own id is, and no letter comes twice (see main.ts). */
const messageIn = ({ content }: Sealed): string => parseStatement(text(content, "statement")).message_id

/** Exactly the signed objects, and a sealed copy of each file. */
function requireObjects({ originals, files }: Folder, { statement, body }: OpenLetter): void {
    if (statement.objects.some(({ id }) => !originals.has(id))) throw new Refusal("object-missing")
    if (originals.size !== statement.objects.length) throw new Refusal("object-extra")
    if (files.length !== body.files.length) throw new CopyChanged()
}

async function directoryOf({ content, directoryKey }: Sealed): Promise<Directory> {
    const asked = members(JSON.parse(text(members(content["sender"]), "text")))["asked"]
    if (typeof asked !== "number") throw new Unexpected("asked is not a moment")
    return { fingerprint: await fingerprint(fromBase64url(directoryKey)), asked: new Date(asked * 1000) }
}
