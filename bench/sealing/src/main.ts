/**
 * The page runs by itself in any browser: what it does stands in the title, what it found, as
 * JSON, in #result. `?sets=letters,files` runs a part, `runs`, `warmups`, `stream_runs` and `mib`
 * change the plan, and `post=name` also hands the result to the server that gave the page.
 */

import { files, letters, SETS, streams, type Case, type StreamRow } from "./cases.ts"
import type { Plan } from "./measure.ts"

interface Result {
    readonly agent: string
    readonly cores: number
    /** Of the clock, in milliseconds. */
    readonly resolution: number
    readonly began: number
    ended: number
    readonly plan: Plan
    readonly cases: Case[]
    streams: StreamRow[]
    error: string | null
}

const asked = new URLSearchParams(location.search)
const plan = { runs: count("runs", 9), warmups: count("warmups", 2) }
const sets = asked.get("sets")?.split(",") ?? SETS

const result: Result = {
    agent: navigator.userAgent, cores: navigator.hardwareConcurrency, resolution: resolution(), began: Date.now(), ended: 0,
    plan, cases: [], streams: [], error: null,
}

try {
    if (sets.includes("letters")) result.cases.push(...(await letters(plan, tell)))
    if (sets.includes("files")) result.cases.push(...(await files(plan, tell)))
    if (sets.includes("streams")) result.streams = await streams(count("stream_runs", 3), count("mib", 1024), tell)
} catch (error) {
    result.error = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error)
}
await publish()

function tell(what: string): void {
    document.title = `measuring: ${what}`
    document.querySelector("#now")?.replaceChildren(what)
}

async function publish(): Promise<void> {
    result.ended = Date.now()
    const text = JSON.stringify(result)
    document.querySelector("#result")?.replaceChildren(text)
    const name = asked.get("post")
    if (name !== null) await fetch(`/results/${encodeURIComponent(name)}`, { method: "POST", body: text })
    tell(result.error ?? "nothing any more")
    document.title = result.error === null ? "done" : "failed"
}

function count(name: string, otherwise: number): number {
    const value = Number(asked.get(name) ?? otherwise)
    return Number.isSafeInteger(value) && value >= 0 ? value : otherwise
}

/** The smallest step of the clock that shows itself in a few. */
function resolution(): number {
    const steps = Array.from({ length: 20 }, () => {
        const start = performance.now()
        let now = start
        while (now === start) now = performance.now()
        return now - start
    })
    return Math.min(...steps)
}
