/**
 * The public test-suite of age (npm cctv-age) through our parser and stream: 143 files, each of
 * which says how it ends. In Node and, bundled, in a browser.
 */

import * as files from "cctv-age"
import { armor } from "age-encryption"

import { decryptWith } from "../../src/age.ts"
import type { Primitives } from "../../src/age/primitives.ts"
import { openFile, type Unwrapper } from "../../src/age/reader.ts"
import { Source } from "../../src/age/source.ts"
import type { NextChunk } from "../../src/age/stream.ts"
import { concat, ownBytes, type Bytes } from "../../src/bytes.ts"
import { MalformedFile, type FileFault } from "../../src/errors.ts"
import { unwrapperOf } from "./unwrappers.ts"

/** One file, and what the suite says of it. */
export interface Case {
    readonly name: string
    readonly expect: string
    /** SHA-256, hex, of all that is given out, even if the file fails later. */
    readonly payload: string | undefined
    readonly identities: readonly string[]
    readonly passphrases: readonly string[]
    readonly armored: boolean
    /** As it is stored: text if armored. */
    readonly bytes: Bytes
}

export interface Outcome {
    readonly ending: string
    readonly payload: string | undefined
}

/** How to read a file: {@link openFile}, or one that a test has weakened. */
export type Reader = (by: Primitives, file: Source, unwrap: Unwrapper) => Promise<NextChunk>

/** In what pieces a file comes: all at once, as a stream of so many bytes each, or one byte at a time. */
export type Pieces = "whole" | 1000 | 1

/** Three files of the suite have 16 MB, all others less than this. */
export const HUGE = 1024 * 1024

const ENDINGS: Readonly<Record<FileFault, string>> = {
    header: "header failure",
    "too-large": "header failure",
    stanza: "header failure",
    "no-match": "no match",
    mac: "HMAC failure",
    payload: "payload failure",
    truncated: "payload failure",
}

/** All 143. */
export async function suite(): Promise<Case[]> {
    return Promise.all(Object.entries(files as Record<string, Uint8Array>).map(async ([name, file]) => parse(name, file)))
}

/** What the file is without armor; null if the armor is broken. Read by the age package: armor is not ours. */
export function withoutArmor({ armored, bytes }: Case): Bytes | null {
    if (!armored) return bytes
    try {
        return ownBytes(armor.decode(new TextDecoder().decode(bytes)))
    } catch {
        return null
    }
}

/** Read a file of the suite, and say how that ended and what was given out. */
export async function outcome(file: Case, pieces: Pieces, by: Primitives, read: Reader = openFile): Promise<Outcome> {
    const bytes = withoutArmor(file)
    if (bytes === null) return { ending: "armor failure", payload: undefined }
    const given: Bytes[] = []
    const ending = await endingOf(async () => {
        const next = await read(by, inPieces(bytes, pieces), unwrapperOf(by, file))
        for (let chunk = await next(); chunk !== null; chunk = await next()) given.push(chunk)
    })
    const began = ending === "success" || ending === "payload failure"
    return { ending, payload: began ? await sha256(concat(...given)) : undefined }
}

/** What differs from what the suite says of it, in words; null if nothing. */
export async function deviation(file: Case, pieces: Pieces, by: Primitives, read?: Reader): Promise<string | null> {
    const { ending, payload } = await outcome(file, pieces, by, read)
    if (ending !== file.expect) return `${file.name}: ${ending}, not ${file.expect}`
    return payload === file.payload ? null : `${file.name}: it gave out something else`
}

/** Through the production door: "opens", or the reason why not. */
export async function atTheDoor(file: Case, identity: string, by?: Primitives): Promise<string> {
    try {
        await decryptWith(identity, withoutArmor(file) ?? file.bytes, by)
        return "opens"
    } catch (error) {
        if (error instanceof MalformedFile) return error.reason
        throw error
    }
}

async function endingOf(read: () => Promise<void>): Promise<string> {
    try {
        await read()
        return "success"
    } catch (error) {
        if (error instanceof MalformedFile) return ENDINGS[error.reason]
        throw error
    }
}

function inPieces(bytes: Bytes, pieces: Pieces): Source {
    if (pieces === "whole") return Source.of(bytes)
    let at = 0
    const next = (): Bytes | null => (at < bytes.length ? bytes.subarray(at, (at += pieces)) : null)
    // A stream costs a microsecond a piece, too much for millions of them.
    if (pieces === 1) return new Source(async () => Promise.resolve(next()))
    return Source.from(
        new ReadableStream<Uint8Array>({
            pull(controller) {
                const piece = next()
                if (piece === null) controller.close()
                else controller.enqueue(piece)
            },
        }),
    )
}

async function parse(name: string, file: Uint8Array): Promise<Case> {
    const end = file.findIndex((byte, at) => byte === 0x0a && file[at + 1] === 0x0a)
    const lines = new TextDecoder().decode(file.subarray(0, end)).split("\n")
    const all = (key: string): string[] => lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2))
    const bytes = ownBytes(file.slice(end + 2))
    const packed = all("compressed").includes("zlib")
    return {
        name,
        expect: all("expect").join(),
        payload: all("payload")[0],
        identities: all("identity"),
        passphrases: all("passphrase"),
        armored: all("armored").includes("yes"),
        bytes: packed ? await inflate(bytes) : bytes,
    }
}

async function inflate(bytes: Bytes): Promise<Bytes> {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
    return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function sha256(bytes: Bytes): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
