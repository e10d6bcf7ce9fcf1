/**
 * A million mutated inputs for each parser of the browser:
 *
 *     node --import tsx tests/prove/fuzz.ts --inputs 1000000
 *
 * An input is refused in our own words, or read rightly, within a second; anything else is a
 * fault, and the run fails. As the control each parser loses one rule, and one turns slow, and the
 * same run must find it. The standard output is Markdown.
 */

import { execFile } from "node:child_process"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs, promisify } from "node:util"

import { CryptoError } from "../../web/crypto/src/errors.ts"
import { Chance, mutated, type Bytes } from "./fuzz_mutate.ts"
import { parsers, type Parser } from "./fuzz_parsers.ts"

/** Milliseconds. */
const LIMIT = 1000
const SUSPECT = 10
const CONTROL = 200_000
const KEPT = 5
const SEED = 1
/** The parser that is slowed down for a control. */
const SLOW = "statement"

interface Tally {
    inputs: number
    refused: number
    slowest: number
    readonly faults: string[]
}

/** Try `count` inputs; the seed and the number of an input name it again. */
async function hold(parser: Parser, count: number, seed: number, untilFault = false): Promise<Tally> {
    const chance = new Chance(seed)
    const tally: Tally = { inputs: 0, refused: 0, slowest: 0, faults: [] }
    while (tally.inputs < count && !(untilFault && tally.faults.length > 0)) {
        const data = mutated(chance, chance.one(parser.valid), parser.tokens)
        const { refused, took, fault } = await one(parser, data)
        if (refused) tally.refused += 1
        tally.slowest = Math.max(tally.slowest, took)
        if (fault !== "" && tally.faults.length < KEPT) tally.faults.push(`${parser.name}, seed ${seed}, input ${tally.inputs}: ${fault}`)
        tally.inputs += 1
    }
    return tally
}

interface Verdict {
    readonly refused: boolean
    readonly took: number
    readonly fault: string
}

async function one(parser: Parser, data: Bytes): Promise<Verdict> {
    const start = performance.now()
    const verdict = await judged(parser, data)
    const took = performance.now() - start
    // The machine may have been busy with something else: what is slow is so the second time too.
    const again = took > SUSPECT ? Math.min(took, await timed(parser, data)) : took
    return { ...verdict, took: again, fault: again > LIMIT ? `took ${Math.round(again)} ms` : verdict.fault }
}

async function timed(parser: Parser, data: Bytes): Promise<number> {
    const start = performance.now()
    await judged(parser, data)
    return performance.now() - start
}

async function judged({ parse, right }: Parser, data: Bytes): Promise<{ refused: boolean; fault: string }> {
    let result: unknown
    try {
        result = parse(data)
        // Most parsers are no promises, and waiting for nothing costs as much as they do.
        if (result instanceof Promise) result = await result
    } catch (error) {
        if (error instanceof CryptoError) return { refused: true, fault: "" }
        return { refused: true, fault: `threw ${error instanceof Error ? error.name : typeof error}` }
    }
    return { refused: false, fault: right(data, result) ? "" : "read what was not written" }
}

/** How many inputs it takes to find the planted fault; 0 if it is not found. */
async function control(parser: Parser): Promise<number> {
    const { inputs, faults } = await hold({ ...parser, parse: parser.planted.parse }, CONTROL, 7, true)
    return faults.length > 0 ? inputs : 0
}

async function slowControl(parser: Parser): Promise<number> {
    const parse = (data: Bytes): unknown => {
        const end = performance.now() + 1200
        while (data.includes(0x40) && data.length % 97 === 0 && performance.now() < end);
        return parser.parse(data)
    }
    const { inputs, faults } = await hold({ ...parser, parse }, CONTROL, 7, true)
    return faults[0]?.includes("took") === true ? inputs : 0
}

/** What one process finds of one parser. */
interface Found extends Tally {
    readonly name: string
    readonly seconds: number
    readonly planted: string
    readonly control: number
    readonly slow: number | null
}

async function find(name: string, inputs: number): Promise<Found> {
    const parser = (await parsers()).find((each) => each.name === name)
    if (parser === undefined) throw new RangeError(`no parser is called ${name}`)
    const start = process.cpuUsage()
    const tally = await hold(parser, Math.ceil(inputs * (parser.share ?? 1)), SEED)
    const seconds = process.cpuUsage(start).user / 1e6
    const slow = name === SLOW ? await slowControl(parser) : null
    return { ...tally, name, seconds, planted: parser.planted.name, control: await control(parser), slow }
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { inputs: { type: "string", default: "1000000" }, only: { type: "string" } } })
    if (values.only !== undefined) {
        process.stdout.write(JSON.stringify(await find(values.only, Number(values.inputs))))
        return
    }
    const names = (await parsers()).map(({ name }) => name)
    const all: Found[] = []
    const waiting = [...names]
    const work = async (): Promise<void> => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) all.push(await elsewhere(name, values.inputs))
    }
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    const faults = all.flatMap((found) => [...found.faults, ...missed(found)])
    process.stdout.write(page(names.flatMap((name) => all.filter((found) => found.name === name))))
    process.stderr.write(faults.map((line) => `${line}\n`).join(""))
    process.exitCode = faults.length > 0 ? 1 : 0
}

/** Each parser in a process of its own, as many at once as there are cores. */
async function elsewhere(name: string, inputs: string): Promise<Found> {
    const parts = ["--import", "tsx", fileURLToPath(import.meta.url), "--only", name, "--inputs", inputs]
    const { stdout } = await promisify(execFile)(process.execPath, parts)
    return JSON.parse(stdout) as Found
}

function missed({ name, control: at, slow }: Found): string[] {
    return [...(at > 0 ? [] : [`${name}: the planted fault was not found`]), ...(slow === 0 ? ["the planted slowness was not found"] : [])]
}

function page(all: readonly Found[]): string {
    const rows = all.map(({ name, inputs, refused, seconds, slowest, faults, planted, control: at }) => {
        const numbers = [inputs, refused, inputs - refused, Math.round(seconds)].map((number) => number.toLocaleString("en"))
        const where = at > 0 ? `input ${at.toLocaleString("en")}` : "**not found**"
        return `| ${[name, ...numbers, slowest.toFixed(1), faults.join("; ") || "none", `${planted}: ${where}`].join(" | ")} |`
    })
    const slow = all.find((found) => found.slow !== null)?.slow ?? 0
    return `One to four changes to a valid input: bits, bytes, pieces cut, doubled, moved, and words of the
format put in. What is read must be what was written, in its one spelling. By plain arithmetic in Node.

| parser | inputs | refused | read | s | slowest, ms | faults | planted, and found at |
| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
${rows.join("\n")}

Control: each parser without one rule, as the last column says, until the run finds it. A parser that
takes 1.2 s over some inputs is found at input ${slow.toLocaleString("en")}. The production door takes milliseconds for each
input and gets fewer; its parts are tried above and below it.
`
}

await main()
