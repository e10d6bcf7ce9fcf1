/** Runs the built guard as classic Outlook does, with an item of the test's and rules of the test's. */

import { readFileSync } from "node:fs"
import { createContext, runInContext } from "node:vm"

const DIST = new URL("../../web/dist/", import.meta.url)
const names = JSON.parse(readFileSync(new URL("assets.json", DIST), "utf8")) as Record<string, string>
export const source = readFileSync(new URL(names["launchevent.js"] ?? "", DIST), "utf8")

/** What the language had in 2016 is all there is: newer members are taken away before the guard runs. */
const ES2016 = `
for (const name of ["values", "entries", "fromEntries", "getOwnPropertyDescriptors", "hasOwn", "groupBy"]) delete Object[name]
for (const name of ["flat", "flatMap", "at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]) delete Array.prototype[name]
for (const name of ["padStart", "padEnd", "trimStart", "trimEnd", "matchAll", "replaceAll", "at", "isWellFormed", "toWellFormed"]) delete String.prototype[name]
for (const name of ["allSettled", "any", "withResolvers", "try"]) delete Promise[name]
delete Promise.prototype.finally
for (const name of ["BigInt", "globalThis", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics", "AggregateError", "WebAssembly"]) delete this[name]
`

export interface Options {
    readonly allowEvent: boolean
    readonly errorMessage?: string
    readonly cancelLabel?: string
    readonly commandId?: string
    readonly contextData?: string
    readonly sendModeOverride?: string
}

type Handler = (event: { completed: (options: Options) => void }) => void
type Done = (result: { status: string, value?: unknown, error?: unknown }) => void

/** How a call goes: its value, a failure, a throw, no such call, or never an answer. */
export type How = { readonly value: unknown } | "fails" | "throws" | "absent" | "never"

export interface Item {
    readonly to?: How
    readonly cc?: How
    readonly bcc?: How
    readonly subject?: How
    readonly body?: How
    readonly files?: How
    readonly headers?: How
}

/** What the firm wants; all off unless said. */
export const RULES = {
    at: 1, outside: "off", files: "off", found: { kinds: [] as string[], action: "ask" }, lists: false, unsure: "ask",
    domains: { names: [] as string[], action: "ask" }, words: { phrases: [] as string[], action: "ask" },
}
export type TestRules = typeof RULES

export interface World {
    readonly item?: Item
    readonly rules?: Partial<TestRules>
    /** What the pane left in the mailbox; by default the rules, as it does. */
    readonly setting?: unknown
    readonly facts?: unknown
    /** Highest set Mailbox, or "throws". */
    readonly mailbox?: string
    readonly office?: Record<string, unknown>
    /** Something that a worse guard would do, after all that this one does. */
    readonly worse?: string
}

export const ORIGIN = "https://addin.hart.example"
const OPEN = ["at", "outside", "files", "found", "lists", "unsure"]

export const people = (...addresses: readonly string[]): How =>
    ({ value: addresses.map((emailAddress) => ({ emailAddress, displayName: "", recipientType: "user" })) })
export const file = (name: string, isInline = false): object => ({ id: name, name, isInline, size: 10, attachmentType: "file" })

function call(how: How): unknown {
    if (how === "absent") return undefined
    return (...args: readonly unknown[]) => {
        if (how === "throws") throw new Error("not in this Outlook")
        const done = args[args.length - 1] as Done
        if (how === "never") return
        if (how === "fails") done({ status: "failed", error: { code: 5001 } })
        else done({ status: "succeeded", value: how.value })
    }
}

function itemOf(item: Item): object {
    const recipients = (how: How = people()): object => ({ getAsync: call(how) })
    return {
        to: recipients(item.to), cc: recipients(item.cc), bcc: recipients(item.bcc),
        subject: { getAsync: call(item.subject ?? { value: "" }) },
        body: { getAsync: call(item.body ?? { value: "" }) },
        internetHeaders: { getAsync: call(item.headers ?? { value: {} }) },
        getAttachmentsAsync: call(item.files ?? { value: [] }),
    }
}

function contextOf(world: World, setting: unknown): object {
    const { mailbox = "1.16" } = world
    return {
        mailbox: { item: itemOf(world.item ?? {}) },
        roamingSettings: { get: (name: string) => name === "letterlock.guard" ? setting : undefined },
        requirements: {
            isSetSupported: (_name: string, least: string) => {
                if (mailbox === "throws") throw new Error("no requirements in this Outlook")
                return Number(mailbox.slice(2)) >= Number(least.slice(2))
            },
        },
    }
}

/** One press of Send. */
export class Press {
    readonly answers: Options[] = []
    readonly handlers = new Map<string, Handler>()
    readonly order: string[] = []
    readonly requests: unknown[] = []
    readonly said: unknown[] = []
    /** Timers that were set: what to do, and after how many milliseconds. */
    readonly timers: { readonly act: () => void, readonly after: number }[] = []

    constructor(world: World = {}) {
        const rules = { ...RULES, ...world.rules }
        const lists = rules.domains.names.length + rules.words.phrases.length > 0
        const full = { ...rules, lists }
        const open = Object.fromEntries(Object.entries(full).filter(([name]) => OPEN.includes(name)))
        const facts = "facts" in world ? world.facts : { origin: ORIGIN, domains: ["hart.example"], rules: open }
        const setting = "setting" in world ? world.setting : { origin: ORIGIN, rules: full }
        const context = createContext(this.#globals(world, setting), { codeGeneration: { strings: false, wasm: false } })
        runInContext(ES2016, context)
        const first = facts === undefined ? "" : `var LETTERLOCK=${JSON.stringify(facts)};\n`
        runInContext(`${first}${source}\n${world.worse ?? ""}`, context)
    }

    /** Press Send, and let everything happen that happens without time. */
    async go(): Promise<Options | undefined> {
        this.handlers.get("onMessageSendHandler")?.({ completed: (options) => this.answers.push({ ...options }) })
        await new Promise((resolve) => setImmediate(resolve))
        return this.answers[0]
    }

    /** Let so many milliseconds pass. */
    async pass(milliseconds: number): Promise<Options | undefined> {
        for (const { act, after } of this.timers) if (after <= milliseconds) act()
        await new Promise((resolve) => setImmediate(resolve))
        return this.answers[0]
    }

    #globals(world: World, setting: unknown): object {
        const actions = {
            associate: (name: string, handler: Handler) => {
                this.order.push("associate")
                this.handlers.set(name, handler)
            },
        }
        const note = (...words: readonly unknown[]): void => { this.said.push(...words) }
        return {
            Office: { actions, context: contextOf(world, setting), ...world.office },
            console: { log: note, info: note, warn: note, error: note, debug: note },
            fetch: (...args: readonly unknown[]) => {
                this.requests.push(args)
                return Promise.reject(new Error("no server"))
            },
            Promise, setTimeout: (act: () => void, after: number) => { this.timers.push({ act, after }) },
        }
    }
}

/** What one press of Send came to. */
export const press = (world: World): Promise<Options | undefined> => new Press(world).go()
