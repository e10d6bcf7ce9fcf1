/** Office.context.document of Word and Excel: the file in slices, and what is selected. */
import { method, tail, type Result } from "./results.ts"
import type { Wire } from "./wire.ts"

interface Opened {
    readonly size: number
    readonly sliceCount: number
}

type Callback = (result: Result) => void

const within = (wire: Wire, name: string, args: readonly unknown[], made: (value: unknown) => unknown): void => {
    const { done } = tail(args)
    const wrapped: Callback = (result) => { done(result.status === "succeeded" ? { ...result, value: made(result.value) } : result) }
    method(wire, name, 1)(...args.filter((one) => typeof one !== "function"), wrapped)
}

/** Office.File. The window holds the bytes until closeAsync. */
const file = (wire: Wire, opened: Opened): object => ({
    size: opened.size,
    sliceCount: opened.sliceCount,
    getSliceAsync: (index: number, ...rest: readonly unknown[]) => {
        within(wire, "file.slice", [index, ...rest], (data) => {
            const bytes = data as Uint8Array
            return { data: Array.from(bytes), index, size: bytes.length }
        })
    },
    closeAsync: method(wire, "file.close"),
})

/** The open document. */
export const officeDocument = (wire: Wire, url: string): object => ({
    url,
    mode: "readWrite",
    getFileAsync: (...args: readonly unknown[]) => { within(wire, "file.get", args, (value) => file(wire, value as Opened)) },
    getSelectedDataAsync: method(wire, "selection.get", 1),
    addHandlerAsync: method(wire, "document.listen", 2),
})
