/**
 * Where a file grows until it is known to be right: on disk in the origin's private file system
 * (OPFS), or in memory where there is none. Nothing here has a name that a person chose.
 *
 * Each worker has a folder of its own and holds a lock of the same name for as long as it lives,
 * so that cleaning up in one window leaves alone what another still needs.
 */

import { randomBytes, toBase64url } from "./bytes.ts"
import { NoRoom } from "./errors.ts"

const FOLDER = "letterlock-temporary"

/** A file that is being written. One of `finish` and `drop` is called, once. */
export interface TemporaryFile {
    write(chunk: Uint8Array): void
    /** The whole file. It can be read until {@link Temporary.clean}. */
    finish(): Promise<Blob>
    /** Leave nothing behind. */
    drop(): Promise<void>
}

export interface Temporary {
    create(): Promise<TemporaryFile>
    /** Remove what was finished here, and what windows that are gone have left. */
    clean(): Promise<void>
}

/** The part of a worker's scope that is used here; each member may be missing, or refuse. */
export interface DiskScope {
    readonly navigator?: {
        readonly storage?: { getDirectory?(): Promise<Folder> }
        readonly locks?: Locks
    }
}

export interface Folder {
    getDirectoryHandle(name: string, options: { create: boolean }): Promise<Folder>
    getFileHandle(name: string, options: { create: boolean }): Promise<DiskFile>
    removeEntry(name: string, options?: { recursive: boolean }): Promise<void>
    keys(): AsyncIterable<string>
}

interface DiskFile {
    createSyncAccessHandle(): Promise<Handle>
    getFile(): Promise<Blob>
}

interface Handle {
    write(chunk: Uint8Array, options: { at: number }): number
    /** Older engines give promises. */
    flush(): Promise<void> | undefined
    close(): Promise<void> | undefined
}

interface Locks {
    request(name: string, options: { ifAvailable: boolean }, held: (lock: object | null) => Promise<void>): Promise<void>
}

/** On disk where `scope` has the means, else in memory. */
export function temporaryOf(scope: DiskScope): Temporary {
    return new Disk(scope)
}

class Memory implements TemporaryFile {
    readonly #chunks: Uint8Array[] = []

    write(chunk: Uint8Array): void {
        this.#chunks.push(chunk)
    }

    finish(): Promise<Blob> {
        return Promise.resolve(new Blob(this.#chunks.splice(0) as BlobPart[]))
    }

    drop(): Promise<void> {
        this.#chunks.length = 0
        return Promise.resolve()
    }
}

class Disk implements Temporary {
    readonly #scope: DiskScope
    readonly #name = toBase64url(randomBytes(16))
    readonly #finished = new Set<string>()
    #own: Promise<Folder> | null = null
    #last = 0

    constructor(scope: DiskScope) {
        this.#scope = scope
    }

    async create(): Promise<TemporaryFile> {
        try {
            this.#own ??= this.#makeOwn()
            const own = await this.#own
            const name = String((this.#last += 1))
            const file = await own.getFileHandle(name, { create: true })
            const handle = await file.createSyncAccessHandle()
            return new Growing(own, name, file, handle, this.#finished)
        } catch {
            // A private window, a frame of another site, an older engine: memory does as well.
            return new Memory()
        }
    }

    async clean(): Promise<void> {
        try {
            const all = await this.#all()
            await this.#cleanOwn()
            for await (const name of all.keys()) {
                if (name !== this.#name) await this.#cleanOther(all, name)
            }
        } catch {
            // Without a disk there is nothing to clean.
        }
    }

    async #all(): Promise<Folder> {
        const root = await this.#scope.navigator?.storage?.getDirectory?.()
        if (root === undefined) throw new NoRoom()
        return root.getDirectoryHandle(FOLDER, { create: true })
    }

    async #makeOwn(): Promise<Folder> {
        await this.#hold()
        return (await this.#all()).getDirectoryHandle(this.#name, { create: true })
    }

    /** Hold the lock of this worker's folder until the worker ends. */
    async #hold(): Promise<void> {
        const locks = this.#scope.navigator?.locks
        if (locks === undefined) return
        await new Promise<void>((held, refused) => {
            locks.request(this.#lock(this.#name), { ifAvailable: false }, () => {
                held()
                return new Promise(() => undefined)
            }).catch(refused)   // a frame of another site gets none
        })
    }

    async #cleanOwn(): Promise<void> {
        if (this.#own === null) return
        const own = await this.#own
        for (const name of this.#finished) await own.removeEntry(name).catch(() => undefined)
        this.#finished.clear()
    }

    async #cleanOther(all: Folder, name: string): Promise<void> {
        const remove = (): Promise<void> => all.removeEntry(name, { recursive: true }).catch(() => undefined)
        const locks = this.#scope.navigator?.locks
        if (locks === undefined) await remove()
        else {
            await locks.request(this.#lock(name), { ifAvailable: true }, async (lock) => {
                if (lock !== null) await remove()
            })
        }
    }

    #lock(name: string): string {
        return `${FOLDER}/${name}`
    }
}

/** A file on disk. */
class Growing implements TemporaryFile {
    readonly #folder: Folder
    readonly #name: string
    readonly #file: DiskFile
    readonly #handle: Handle
    readonly #finished: Set<string>
    #at = 0

    constructor(folder: Folder, name: string, file: DiskFile, handle: Handle, finished: Set<string>) {
        this.#folder = folder
        this.#name = name
        this.#file = file
        this.#handle = handle
        this.#finished = finished
    }

    write(chunk: Uint8Array): void {
        let written = 0
        while (written < chunk.length) {
            const more = this.#writeAt(chunk.subarray(written))
            if (more <= 0) throw new NoRoom()
            written += more
            this.#at += more
        }
    }

    async finish(): Promise<Blob> {
        await this.#handle.flush()
        await this.#handle.close()
        this.#finished.add(this.#name)
        return this.#file.getFile()
    }

    async drop(): Promise<void> {
        this.#finished.delete(this.#name)
        await this.#handle.close()
        await this.#folder.removeEntry(this.#name)
    }

    /** What the platform says when it cannot write is that the quota is used up. */
    #writeAt(chunk: Uint8Array): number {
        try {
            return this.#handle.write(chunk, { at: this.#at })
        } catch {
            throw new NoRoom()
        }
    }
}
