/** Bring a file of an opened letter to the disk: checked whole before any of it is given to the browser. */

import { type CryptoClient, isActive, type SignedObject } from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { element } from "../dom.ts"
import type { OpenLetter, ReadingDesk } from "./open.ts"

/** What saving takes from a page or pane. `files` is a worker of its own: a large file keeps no letter waiting. */
export interface SavingDesk extends Pick<ReadingDesk, "call"> {
    readonly files: Pick<CryptoClient, "openFile">
}

/** A file as the letter names it. */
export interface Enclosure {
    readonly name: string
    /** As signed, through the body's hash. */
    readonly type: string
    readonly object: SignedObject
}

export interface Course {
    readonly signal: AbortSignal
    /** Bytes of the file, of its size. */
    readonly onProgress: (done: number, total: number) => void
}

/** The server does not have it any more. */
export class FileMissing extends Error {
    override readonly name = "FileMissing"
}

const A_WHILE = 120_000   // milliseconds: a browser has begun to read a file that it was given by then

/** The files of a letter, in the order in which it names them. */
export function enclosures({ body, statement }: Pick<OpenLetter, "body" | "statement">): Enclosure[] {
    return body.files.flatMap(({ object: id, name, type }) => {
        const object = statement.objects.find((one) => one.id === id)
        return object === undefined ? [] : [{ name, type, object }]
    })
}

/**
 * Fetch, check and decrypt one file.
 *
 * @throws Refusal if it is not the signed one; {@link FileMissing}; Problem and Unreachable; the signal's reason.
 */
export async function fetchFile(
    desk: SavingDesk, letter: Pick<OpenLetter, "id" | "messageKey">, { object, type }: Enclosure, { signal, onProgress }: Course,
): Promise<Blob> {
    const path = `/messages/${letter.id}/objects/${object.id}`
    const { stream } = await desk.call((api) => api.stream(path, { signal })).catch((error: unknown) => {
        throw error instanceof Problem && error.status === 404 ? new FileMissing() : error
    })
    const { file } = await desk.files.openFile({ messageKey: letter.messageKey, object, type }, stream, { signal, onProgress })
    return file
}

/** Whether a file is only ever saved, and as what it is safest as. */
export const isOnlySaved = ({ type, name }: Enclosure): boolean => isActive(type, name)

/** Give a file to the browser's downloads, under its signed name. */
export function giveToBrowser(file: Blob, enclosure: Enclosure): void {
    const type = isOnlySaved(enclosure) ? "application/octet-stream" : enclosure.type
    const href = URL.createObjectURL(file.slice(0, file.size, type))
    const link = element("a", { href, download: enclosure.name, hidden: "" })
    document.body.append(link)
    link.click()
    link.remove()
    setTimeout(() => { URL.revokeObjectURL(href) }, A_WHILE)
}
