/** Files in a real browser: its worker, its disk. Driven by tests/crypto/test_files_browser.py. */

import {
    CryptoClient, CryptoError, newMessageKey, toBase64url, type ByteStream, type FileOpening, type MessageKey, type SealedFile,
} from "../../src/index.ts"

const WORKER = "/worker.js"
const FOLDER = "letterlock-temporary"

interface Sealed {
    readonly key: MessageKey
    readonly file: SealedFile
}

const newClient = (): CryptoClient => new CryptoClient(() => new Worker(WORKER))
const client = newClient()

/** Noise that no disk compresses, beginning like a text. */
function content(size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
    bytes.fill(0, 0, 4096)
    return bytes
}

async function seal(size: number): Promise<Sealed> {
    const key = await newMessageKey()
    return { key, file: await client.sealFile({ file: new Blob([content(size)]), name: "a", messageKey: key.identity }) }
}

const openingOf = ({ key, file: { id, role, size, sha256, type } }: Sealed): FileOpening =>
    ({ messageKey: key.identity, object: { id, role, size, sha256 }, type })

const streamOf = (bytes: Uint8Array): ByteStream => new Blob([bytes as BlobPart]).stream()

/** Names of what lies in the private file system. */
async function onDisk(): Promise<string[]> {
    const names: string[] = []
    const root = await navigator.storage.getDirectory()
    const all = await root.getDirectoryHandle(FOLDER, { create: true })
    for await (const [, folder] of all as unknown as AsyncIterable<[string, FileSystemDirectoryHandle]>) {
        for await (const [name] of folder as unknown as AsyncIterable<[string, unknown]>) names.push(name)
    }
    return names
}

async function sha256(bytes: Blob | Uint8Array): Promise<string> {
    const whole = bytes instanceof Blob ? await bytes.arrayBuffer() : (bytes as Uint8Array<ArrayBuffer>)
    return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)))
}

const codeOf = (error: unknown): string => error instanceof CryptoError ? error.code : error instanceof Error ? error.name : "?"

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
    const began = performance.now()
    return [await work(), performance.now() - began]
}

const files = {
    /** Whether a content comes back the same from disk, and in how many milliseconds. */
    async roundTrip(size: number): Promise<{ same: boolean; disk: number; seal: number; open: number }> {
        const key = await newMessageKey()
        const blob = new Blob([content(size)])
        const [file, sealing] = await timed(() => client.sealFile({ file: blob, name: "a", messageKey: key.identity }))
        const [{ file: found }, opening] = await timed(() => client.openFile(openingOf({ key, file }), streamOf(file.bytes)))
        const disk = (await onDisk()).length
        const same = (await sha256(found)) === (await sha256(blob))
        await client.cleanTemporary()
        return { same, disk, seal: sealing, open: opening }
    },

    /** What a changed file is refused as, and what is left of it. */
    async refused(): Promise<{ code: string; left: string[] }> {
        const sealed = await seal(3_000_000)
        const changed = sealed.file.bytes.slice()
        changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
        const code = await client.openFile(openingOf(sealed), streamOf(changed)).then(() => "opened", codeOf)
        return { code, left: await onDisk() }
    },

    /** Cancel in the middle: how it ends, how much had been read, what is left. */
    async cancelled(op: "openFile" | "resealFile" | "sealFile" | "sealPlain"): Promise<{ code: string; read: number; left: string[] }> {
        const sealed = await seal(20_000_000)
        const stop = new AbortController()
        let given = 0
        const counting = new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) { given += chunk.length; controller.enqueue(chunk) },
        }, undefined, { highWaterMark: 0 })
        const options = { signal: stop.signal, onProgress: () => { stop.abort() } }
        const source = (): ByteStream => streamOf(sealed.file.bytes).pipeThrough(counting)
        const file = new Blob([content(20_000_000)])
        const calls = {
            openFile: () => client.openFile(openingOf(sealed), source(), options),
            resealFile: () => client.resealFile({ ...openingOf(sealed), recipient: sealed.key.recipient }, source(), options),
            sealFile: () => client.sealFile({ file, name: "a", messageKey: sealed.key.identity }, options),
            sealPlain: () => client.sealPlain({ recipient: sealed.key.recipient, content: file }, options),
        }
        const code = await (calls[op]() as Promise<unknown>).then(() => "finished", codeOf)
        return { code, read: given, left: await onDisk() }
    },

    /** How many notes of progress a worker sends after it was told to stop. */
    async notesAfterStop(): Promise<number> {
        const key = await newMessageKey()
        const worker = new Worker(WORKER)
        const file = new Blob([content(25_000_000)])
        let notes = 0
        await new Promise<void>((resolve) => {
            worker.addEventListener("message", ({ data }: MessageEvent<{ done?: number }>) => {
                if (data.done === undefined) {
                    resolve()
                    return
                }
                if (notes === 0) worker.postMessage({ id: 1, stop: true })
                notes += 1
            })
            worker.postMessage({ id: 1, op: "sealFile", args: { file, name: "a", messageKey: key.identity } })
        })
        worker.terminate()
        return notes
    },

    /** Files of another client, and so of another worker, before and after that one is closed. */
    async another(): Promise<{ kept: number; gone: number }> {
        const sealed = await seal(100_000)
        const other = newClient()
        await other.openFile(openingOf(sealed), streamOf(sealed.file.bytes))
        await client.cleanTemporary()
        const kept = (await onDisk()).length
        other.close()
        // A worker gives its lock back when it has ended, which nobody is told.
        await navigator.locks.query().then(async function waits(found): Promise<void> {
            const held = (found.held ?? []).filter(({ name }) => name?.startsWith(FOLDER)).length
            if (held > 1) await navigator.locks.query().then(waits)
        })
        await client.cleanTemporary()
        return { kept, gone: (await onDisk()).length }
    },
}

Object.assign(globalThis, { files })
