/**
 * Where an export grows: a file of the browser's own (OPFS), so that memory holds one file of a
 * letter at a time, or memory where there is none (private windows, Safari before 26, WebKitGTK).
 *
 * What lies there can be read, so it goes as soon as its page does: each file is locked by its page,
 * and {@link cleanExports} removes what no page holds.
 */

const FOLDER = "letterlock-export"
const PART = 8 * 1024 * 1024   // bytes; a browser may keep what is in a Blob on disk

const releases = new Set<() => void>()

/**
 * Write a stream to its end.
 *
 * @param size - How many bytes are expected at most, to see whether the disk has room.
 * @returns What was written, valid until {@link cleanExports} or the end of the page.
 * @throws What the stream or the disk throws; then nothing is left.
 */
export async function shelve(content: ReadableStream<Uint8Array>, size: number, signal?: AbortSignal): Promise<Blob> {
    const handle = await ownFile(size)
    if (handle === null) return inMemory(content, signal)
    try {
        await content.pipeTo(await handle.createWritable(), signal === undefined ? {} : { signal })
        return await handle.getFile()
    } catch (error) {
        await forget(handle.name)
        throw error
    }
}

/** Remove exports that no open page holds; with `own`, as at sign-out, this page's too. */
export async function cleanExports({ own = false } = {}): Promise<void> {
    if (own) {
        for (const release of releases) release()
        releases.clear()
    }
    const folder = await openFolder()
    if (folder === null) return
    for await (const name of folder.keys()) {
        await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
            if (lock !== null) await folder.removeEntry(name).catch(() => undefined)
        })
    }
}

async function ownFile(size: number): Promise<FileSystemFileHandle | null> {
    const folder = await openFolder()
    if (folder === null) return null
    // A file is written to a second one first, and put in place when it is whole.
    const { quota = 0, usage = 0 } = await navigator.storage.estimate()
    if (quota - usage < size || !("createWritable" in FileSystemFileHandle.prototype)) return null
    const name = `${crypto.randomUUID()}.zip`
    await hold(name)
    return folder.getFileHandle(name, { create: true })
}

async function openFolder(): Promise<FileSystemDirectoryHandle | null> {
    try {
        const root = await navigator.storage.getDirectory()
        return await root.getDirectoryHandle(FOLDER, { create: true })
    } catch {
        return null   // not there, or not in a private window
    }
}

async function forget(name: string): Promise<void> {
    const folder = await openFolder()
    await folder?.removeEntry(name).catch(() => undefined)
}

const lockOf = (name: string): string => `${FOLDER}/${name}`

/** Keep the lock until the page ends, or lets it go. */
async function hold(name: string): Promise<void> {
    await new Promise<void>((held) => {
        void navigator.locks.request(lockOf(name), () => new Promise<void>((release) => {
            releases.add(release)
            held()
        }))
    })
}

async function inMemory(content: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Blob> {
    const parts: Blob[] = []
    let chunks: BlobPart[] = []
    let length = 0
    const flush = (): void => {
        parts.push(new Blob(chunks))
        chunks = []
        length = 0
    }
    const sink = new WritableStream<Uint8Array>({
        write: (chunk) => {
            chunks.push(chunk as BlobPart)
            length += chunk.length
            if (length >= PART) flush()
        },
    })
    await content.pipeTo(sink, signal === undefined ? {} : { signal })
    flush()
    return new Blob(parts, { type: "application/zip" })
}
