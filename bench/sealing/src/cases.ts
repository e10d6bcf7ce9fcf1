/** What is measured, in which sizes, by whom. */

import { sha256 } from "@noble/hashes/sha2.js"

import { bare, bareJoined, bareWraps } from "./bare.ts"
import type { Bytes, Contender } from "./contender.ts"
import { clock, measure, SHORT, shuffled, type Measured, type Plan, type Row } from "./measure.ts"
import { oursFile, oursLetter } from "./letters.ts"
import { ours, oursEnvelopes, oursEnvelopesAtOnce, oursFiles, oursPipe, oursStreamed } from "./ours.ts"
import { age, ageEnvelopes, ageStream, libsodium, pgp } from "./rivals.ts"
import { barePipe, openPass, sealPass, type Pass } from "./streams.ts"

const KB = 1000
const MB = 1000 * KB

/** One table of the report. */
export interface Case extends Measured {
    readonly name: "letter" | "opening" | "envelopes" | "file" | "sha256"
    /** Of the content, in bytes. */
    readonly size: number
    readonly readers: number
}

/** One way of one stream. */
export interface StreamRow extends Pass {
    readonly name: string
    readonly way: "seal" | "open"
    readonly mib: number
}

export const SETS = ["letters", "files", "streams"] as const
export type Set = (typeof SETS)[number]

/** The limits. Chromium has all of them; where ML-KEM or ChaCha20 is missing, the others stand alone. */
const limits = [
    bare("ChaCha20-Poly1305", "hybrid"), bare("AES-GCM", "hybrid"), bare("ChaCha20-Poly1305", "x25519"), bare("AES-GCM", "x25519"),
]
const wraps = [
    bareWraps("ChaCha20-Poly1305", "hybrid"), bareWraps("AES-GCM", "hybrid"), bareWraps("AES-GCM", "x25519"),
]

/** 10 KB to 1, 10, 50 and 200 readers, and 50 envelopes alone. */
export async function letters(plan: Plan, told: (what: string) => void): Promise<Case[]> {
    const cases: Case[] = []
    for (const readers of [1, 10, 50, 200]) {
        told(`10 KB to ${readers}`)
        const contenders = [oursFiles, oursLetter, age, pgp, libsodium, ...limits]
        cases.push({ name: "letter", size: 10 * KB, readers, ...(await measure(contenders, readers, letter(), plan)) })
    }
    for (const contender of [oursFiles, oursLetter]) {
        told(`opening, ${contender.name}`)
        cases.push({ name: "opening", size: 10 * KB, readers: 0, rows: await opening(contender, plan), missing: [] })
    }
    told("50 envelopes")
    const contenders = [oursEnvelopes, oursEnvelopesAtOnce, ageEnvelopes, ...wraps]
    cases.push({ name: "envelopes", size: 9 * KB, readers: 50, ...(await measure(contenders, 50, random(9 * KB), plan)) })
    return cases
}

/** Opening alone, of what was sealed beforehand to ever more readers: all of them in each run. */
async function opening(contender: Contender, plan: Plan): Promise<Row[]> {
    const sealed = await Promise.all([1, 10, 50, 200].map(async (readers) => {
        const { size, open } = await (await contender.prepare(readers))(letter())
        return { open, row: { name: `${contender.name}, to ${readers}`, size, seal: [], open: [] as number[] } }
    }))
    for (let run = -plan.warmups * SHORT; run < plan.runs * SHORT; run += 1) {
        for (const { open, row } of shuffled(sealed)) {
            const [, ms] = await clock(open)
            if (run >= 0) row.open.push(ms)
        }
    }
    return sealed.map(({ row }) => row)
}

/** 1 MB and 25 MB to one reader, and what their hashes cost. */
export async function files(plan: Plan, told: (what: string) => void): Promise<Case[]> {
    const cases: Case[] = []
    for (const size of [MB, 25 * MB]) {
        told(`${size / MB} MB`)
        const content = random(size)
        const contenders: Contender[] = [ours, oursStreamed, oursFile, age, pgp, libsodium, ...limits, bareJoined("ChaCha20-Poly1305", "hybrid")]
        cases.push({ name: "file", size, readers: 1, ...(await measure(contenders, 1, content, plan)) })
        cases.push({ name: "sha256", size, readers: 0, rows: await hashes(content, plan), missing: [] })
    }
    return cases
}

/** A stream both ways, in any order each run. */
export async function streams(runs: number, mib: number, told: (what: string) => void): Promise<StreamRow[]> {
    const contenders = [oursPipe, ageStream, barePipe("ChaCha20-Poly1305"), barePipe("AES-GCM")]
    const rows: StreamRow[] = []
    for (let run = 0; run < runs; run += 1) {
        for (const { name, prepare } of shuffled(contenders)) {
            told(`stream of ${mib} MiB, run ${run + 1}, ${name}`)
            const pipe = await prepare().catch(() => null)
            if (pipe === null) continue
            rows.push({ name, way: "seal", mib, ...(await sealPass(pipe, mib)) })
            rows.push({ name, way: "open", mib, ...(await openPass(pipe, mib)) })
        }
    }
    return rows
}

async function hashes(content: Bytes, plan: Plan): Promise<Row[]> {
    const native: Row = { name: "native", seal: [], open: [], size: 32 }
    const incremental: Row = { name: "incremental (noble)", seal: [], open: [], size: 32 }
    for (let run = -plan.warmups; run < plan.runs; run += 1) {
        const [, whole] = await clock(() => crypto.subtle.digest("SHA-256", content))
        const [, parts] = await clock(() => Promise.resolve(inParts(content)))
        if (run < 0) continue
        native.seal.push(whole)
        incremental.seal.push(parts)
    }
    return [native, incremental]
}

function inParts(content: Bytes): Uint8Array {
    const hash = sha256.create()
    for (let at = 0; at < content.length; at += 64 * 1024) hash.update(content.subarray(at, at + 64 * 1024))
    return hash.digest()
}

/** Text, since a letter is one; the same bytes for everybody. */
function letter(): Bytes {
    return new TextEncoder().encode("All work and no play makes a dull letter. ".repeat(239).slice(0, 10 * KB))
}

function random(size: number): Bytes {
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536))
    return bytes
}
