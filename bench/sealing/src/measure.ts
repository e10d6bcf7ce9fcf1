/**
 * Interleaved runs: each contender once per run, in a new order each time, so that noise, and the
 * garbage of the one before, is shared. No collection is forced: it would throw away compiled code
 * and make what is written in JavaScript two to four times slower than anybody ever sees it.
 */

import type { Bytes, Contender, Seal } from "./contender.ts"

export interface Plan {
    readonly runs: number
    /** Not kept. */
    readonly warmups: number
}

/** One contender in one case; times in milliseconds, one per run. */
export interface Row {
    readonly name: string
    readonly seal: number[]
    readonly open: number[]
    /** Of all that would be sent, in bytes. */
    size: number
}

export interface Measured {
    readonly rows: readonly Row[]
    /** Who cannot, in this browser, and why. */
    readonly missing: readonly { readonly name: string; readonly why: string }[]
}

/** What takes a few milliseconds is measured this many times as often as what takes hundreds. */
export const SHORT = 5

/**
 * Seal and open `content` by each contender, `plan.runs` times, or {@link SHORT} times as often
 * where nobody takes long.
 *
 * @throws Error if anybody opens something else than was sealed.
 */
export async function measure(
    contenders: readonly Contender[], readers: number, content: Bytes, plan: Plan,
): Promise<Measured> {
    const missing: { name: string; why: string }[] = []
    const ready: { row: Row; seal: Seal }[] = []
    for (const { name, prepare } of contenders) {
        try {
            const seal = await prepare(readers)
            await (await seal(content)).open()
            ready.push({ row: { name, seal: [], open: [], size: 0 }, seal })
        } catch (error) {
            missing.push({ name, why: String(error) })
        }
    }
    const often = readers <= 10 && content.length <= 1_000_000 ? SHORT : 1
    for (let run = -plan.warmups * often; run < plan.runs * often; run += 1) {
        for (const { row, seal } of shuffled(ready)) {
            const timed = await once(row, seal, content)
            if (run < 0) continue
            row.seal.push(timed.seal)
            row.open.push(timed.open)
        }
    }
    return { rows: ready.map(({ row }) => row), missing }
}

/** How long `work` takes, in milliseconds, in a task of its own. */
export async function clock<T>(work: () => Promise<T>): Promise<[result: T, ms: number]> {
    await nextTask()
    const start = performance.now()
    const result = await work()
    return [result, performance.now() - start]
}

/** The same items in any order. */
export function shuffled<T>(items: readonly T[]): T[] {
    return items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ item }) => item)
}

/** Lets the browser do what else it has to do. */
export function nextTask(): Promise<void> {
    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => { port1.close(); resolve() }
        port2.postMessage(null)
    })
}

async function once(row: Row, seal: Seal, content: Bytes): Promise<{ seal: number; open: number }> {
    const [sealed, sealing] = await clock(() => seal(content))
    const [opened, opening] = await clock(sealed.open)
    row.size = sealed.size
    if (!same(opened instanceof Blob ? [new Uint8Array(await opened.arrayBuffer())] : opened, content)) throw new Error(`${row.name} opened something else than was sealed`)
    return { seal: sealing, open: opening }
}

function same(parts: readonly Uint8Array[], whole: Uint8Array): boolean {
    let at = 0
    for (const part of parts) {
        for (let i = 0; i < part.length; i += 1) if (part[i] !== whole[at + i]) return false
        at += part.length
    }
    return at === whole.length
}
