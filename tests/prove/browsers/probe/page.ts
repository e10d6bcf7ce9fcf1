/** Looks for what our pages use, or might use, and posts which of it this browser has. */

type Probe = () => boolean | Promise<boolean>

const has = (holder: object, name: string): boolean => name in holder

/** Throws where it cannot be given away. */
function givesStreams(): boolean {
    const stream = new ReadableStream()
    new MessageChannel().port1.postMessage(stream, [stream])
    return true
}

async function writesOnDisk(): Promise<boolean> {
    const root = await navigator.storage.getDirectory()
    const handle = await root.getFileHandle("probe", { create: true })
    const writable = await handle.createWritable()
    await writable.close()
    await root.removeEntry("probe")
    return true
}

const PROBES: Readonly<Record<string, Probe>> = {
    trustedTypes: () => has(globalThis, "trustedTypes"),
    exportOnDisk: writesOnDisk,
    room: async () => (await navigator.storage.estimate()).quota !== undefined,
    locks: () => has(navigator, "locks"),
    sha256: async () => (await crypto.subtle.digest("SHA-256", new Uint8Array(1))).byteLength === 32,
    anySignal: () => has(AbortSignal, "any") && has(AbortSignal, "timeout"),
    parses: () => has(URL, "canParse"),
    folders: () => has(DataTransferItem.prototype, "webkitGetAsEntry"),
    hasSelector: () => CSS.supports("selector(:has(a))"),
    nesting: () => CSS.supports("selector(&)"),
    streamsOver: givesStreams,
    iterates: () => has(ReadableStream.prototype, Symbol.asyncIterator as unknown as string),
    compression: () => has(globalThis, "CompressionStream"),
    serviceWorker: () => has(navigator, "serviceWorker"),
    savePicker: () => has(globalThis, "showSaveFilePicker"),
    popover: () => has(HTMLElement.prototype, "popover"),
    base64: () => has(Uint8Array, "fromBase64"),
}

async function works(probe: Probe): Promise<boolean> {
    try {
        return await probe()
    } catch {
        return false
    }
}

function inWorker(): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
        const worker = new Worker("/worker.js", { type: "module" })
        worker.addEventListener("message", ({ data }) => { resolve(data as Record<string, unknown>) })
        worker.addEventListener("error", () => { reject(new Error("the worker did not start")) })
    })
}

/** Every probe by name. */
async function probe(): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = await inWorker()
    for (const [name, one] of Object.entries(PROBES)) found[name] = await works(one)
    return found
}

Object.assign(globalThis, { probe })
