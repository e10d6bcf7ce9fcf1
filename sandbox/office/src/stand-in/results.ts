/** Office's way to answer: optional options, then a callback that gets an AsyncResult. */
import { CallFailed, type Wire } from "./wire.ts"

/** Office.AsyncResult. */
export interface Result {
    readonly status: "succeeded" | "failed"
    readonly value: unknown
    readonly error?: { readonly code: number; readonly name: string; readonly message: string }
    readonly asyncContext: unknown
}

type Callback = (result: Result) => void

const isCallback = (value: unknown): value is Callback => typeof value === "function"

/** Split Office's loose tail (`options?, callback?`) into its two parts. */
export function tail(rest: readonly unknown[]): { context: unknown; done: Callback; options: object } {
    const done = rest.find(isCallback) ?? (() => undefined)
    const first = rest[0]
    const options = typeof first === "object" && first !== null ? first : {}
    return { context: "asyncContext" in options ? options.asyncContext : undefined, done, options }
}

/** Report what became of a promise to an Office callback. */
export function report(work: Promise<unknown>, rest: readonly unknown[]): void {
    const { context, done } = tail(rest)
    work.then(
        (value) => { done({ status: "succeeded", value, asyncContext: context }) },
        (error: unknown) => { done({ status: "failed", value: undefined, error: asOffice(error), asyncContext: context }) },
    )
}

const asOffice = (error: unknown): { code: number; name: string; message: string } =>
    error instanceof CallFailed
        ? error.error
        : { code: 5001, name: "InternalError", message: "An internal error has occurred." }

/** An Office method that hands its first `count` arguments to one call of the window. */
export const method = (wire: Wire, call: string, count = 0) =>
    (...args: readonly unknown[]): void => {
        const tailArgs = args.slice(count)
        const options = tail(tailArgs).options
        report(wire.call(call, ...args.slice(0, count), JSON.parse(JSON.stringify(options))), tailArgs)
    }
