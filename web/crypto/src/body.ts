/** The body of a message, as JSON inside its object (docs/spec/objects.md section 3). */

import { decodeText, encodeText, type Bytes } from "./bytes.ts"
import { canonical } from "./canonical.ts"
import { BodyTooLarge, FileRefused, FormatError, SealError } from "./errors.ts"
import { checkName } from "./names.ts"
import { id, list, literal, record, string, time, type Check } from "./shape.ts"
import { MAX_FILES } from "./statement.ts"
import { isMediaType } from "./types.ts"

/** Before padding, in bytes. */
export const MAX_BODY_SIZE = 4 * 1024 * 1024

/** Name and type of one of the message's files. */
export interface FileName {
    /** Id of the object. */
    readonly object: string
    readonly name: string
    /** Media type, as the content says. */
    readonly type: string
}

export interface Body {
    readonly v: 1
    readonly subject: string
    /** As written; whoever shows it sanitises it first. */
    readonly html: string
    /** The same without markup. */
    readonly text: string
    /** Seconds since 1970 UTC. */
    readonly sent_at: number
    readonly files: readonly FileName[]
}

const bodyShape: Check<Body> = record({
    v: literal(1),
    subject: string,
    html: string,
    text: string,
    sent_at: time,
    files: list(record<FileName>({ object: id, name: string, type: string })),
})

/**
 * UTF-8 JSON of a body.
 *
 * @throws {@link BodyTooLarge} over 4 MiB; {@link FileRefused} `too-many-files`, `file-name` or
 * `file-type`; {@link SealError} if a member is missing, unknown or of another type.
 */
export function encodeBody(body: Body): Bytes {
    const bytes = encodeText(serialise(body))
    const fault = filesFault(body.files)
    if (fault !== null) throw new FileRefused(fault)
    if (bytes.length > MAX_BODY_SIZE) throw new BodyTooLarge()
    return bytes
}

/**
 * A body of its bytes, without padding.
 *
 * @throws {@link FormatError} if it is over 4 MiB, not UTF-8 JSON, or a member is missing, unknown
 * or of another type.
 */
export function parseBody(bytes: Uint8Array): Body {
    if (bytes.length > MAX_BODY_SIZE) throw new FormatError("a body is over 4 MiB")
    return bodyShape(parseJson(bytes))
}

/** What no reader would accept in the names and types of a message's files, or null. */
export function filesFault(files: readonly FileName[]): "too-many-files" | "file-name" | "file-type" | null {
    if (files.length > MAX_FILES) return "too-many-files"
    const names = new Set(files.map(({ name }) => name.toLowerCase()))
    if (names.size !== files.length || files.some(({ name }) => checkName(name) !== null)) return "file-name"
    return files.every(({ type }) => isMediaType(type)) ? null : "file-type"
}

/**
 * The value of UTF-8 JSON that need not be canonical.
 *
 * @throws {@link FormatError}, which does not quote the text.
 */
export function parseJson(bytes: Uint8Array): unknown {
    const text = decodeText(bytes)
    try {
        return JSON.parse(text)
    } catch {
        throw new FormatError("not JSON")
    }
}

function serialise(body: Body): string {
    try {
        return canonical(bodyShape(body))
    } catch (error) {
        if (error instanceof FormatError) throw new SealError("its body is not well formed")
        throw error
    }
}
