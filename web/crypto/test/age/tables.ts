/** The suite as a table, for docs/proof.md: every file, those of 16 MB byte by byte too. */

import type { Primitives } from "../../src/age/primitives.ts"
import { CONTROLS } from "./controls.ts"
import { atTheDoor, deviation, HUGE, suite, type Case, type Pieces } from "./suite.ts"

export interface Tables {
    /** By what the suite expects: how many files, and how many ended so by each chunking. */
    readonly endings: Readonly<Record<string, readonly [files: number, ...agreed: number[]]>>
    /** By what the production door says: how many, and the slowest of them. */
    readonly door: Readonly<Record<string, { readonly files: number; readonly slowest: number; readonly name: string }>>
    /** By weakened reader: the files that give it away. */
    readonly controls: Readonly<Record<string, readonly string[]>>
    readonly armored: number
}

/** In the order of a row's numbers. */
const CHUNKINGS: readonly Pieces[] = ["whole", 1000, 1]

/** @param identity - For files that have none for the production door. */
export async function tables(by: Primitives, identity: string): Promise<Tables> {
    const files = await suite()
    const armored = files.filter((file) => file.armored).length
    return { endings: await endings(files, by), door: await door(files, by, identity), controls: await controls(files, by), armored }
}

async function endings(files: readonly Case[], by: Primitives): Promise<Tables["endings"]> {
    const rows: Record<string, [number, ...number[]]> = {}
    for (const file of files) {
        const row = (rows[file.expect] ??= [0, ...CHUNKINGS.map(() => 0)])
        row[0] += 1
        for (const [column, pieces] of CHUNKINGS.entries()) {
            if ((await deviation(file, pieces, by)) === null) row[column + 1] = (row[column + 1] ?? 0) + 1
        }
    }
    return rows
}

async function door(files: readonly Case[], by: Primitives, identity: string): Promise<Tables["door"]> {
    const rows: Record<string, { files: number; slowest: number; name: string }> = {}
    for (const file of files) {
        const own = file.identities.find((text) => text.startsWith("AGE-SECRET-KEY-PQ-1")) ?? identity
        const start = performance.now()
        const verdict = await atTheDoor(file, own, by)
        const took = performance.now() - start
        const row = (rows[verdict] ??= { files: 0, slowest: 0, name: "" })
        row.files += 1
        if (took > row.slowest) Object.assign(row, { slowest: took, name: file.name })
    }
    return rows
}

async function controls(files: readonly Case[], by: Primitives): Promise<Tables["controls"]> {
    const found: Record<string, string[]> = {}
    for (const { name, read } of CONTROLS) {
        const wrong: string[] = []
        for (const file of files.filter(({ bytes }) => bytes.length < HUGE)) {
            if ((await deviation(file, "whole", by, read)) !== null) wrong.push(file.name)
        }
        found[name] = wrong
    }
    return found
}
