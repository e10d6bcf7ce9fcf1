/** A private file system in memory, with the manners of a browser's: for tests of what is left behind. */

import type { DiskScope, Folder } from "../src/temporary.ts"

class Missing extends Error {}

class FakeFile {
    content = new Uint8Array(0)
    open = false
    readonly #disk: FakeDisk

    constructor(disk: FakeDisk) {
        this.#disk = disk
    }

    createSyncAccessHandle(): Promise<{ write: (chunk: Uint8Array, to: { at: number }) => number; flush: () => undefined; close: () => undefined }> {
        this.open = true
        return Promise.resolve({
            write: (chunk, { at }) => this.#write(chunk, at),
            flush: () => undefined,
            close: () => { this.open = false; return undefined },
        })
    }

    getFile(): Promise<Blob> {
        return Promise.resolve(new Blob([this.content]))
    }

    #write(chunk: Uint8Array, at: number): number {
        const room = Math.min(chunk.length, this.#disk.room)
        this.#disk.room -= room
        const grown = new Uint8Array(at + room)
        grown.set(this.content.subarray(0, at))
        grown.set(chunk.subarray(0, room), at)
        this.content = grown
        return room
    }
}

class FakeFolder implements Folder {
    readonly entries = new Map<string, FakeFolder | FakeFile>()
    readonly #disk: FakeDisk

    constructor(disk: FakeDisk) {
        this.#disk = disk
    }

    getDirectoryHandle(name: string): Promise<FakeFolder> {
        const found = this.entries.get(name) ?? new FakeFolder(this.#disk)
        this.entries.set(name, found)
        return found instanceof FakeFolder ? Promise.resolve(found) : Promise.reject(new Missing(name))
    }

    getFileHandle(name: string): Promise<FakeFile> {
        const found = this.entries.get(name) ?? new FakeFile(this.#disk)
        this.entries.set(name, found)
        return found instanceof FakeFile ? Promise.resolve(found) : Promise.reject(new Missing(name))
    }

    removeEntry(name: string): Promise<void> {
        const entry = this.entries.get(name)
        if (entry === undefined || (entry instanceof FakeFile && entry.open)) return Promise.reject(new Missing(name))
        this.entries.delete(name)
        return Promise.resolve()
    }

    async *keys(): AsyncIterable<string> {
        for (const name of this.entries.keys()) yield await Promise.resolve(name)
    }
}

/** What one origin has: its files, and the locks that its windows hold. */
export class FakeDisk {
    readonly root = new FakeFolder(this)
    /** Bytes that can still be written. */
    room = Number.MAX_SAFE_INTEGER
    readonly #held = new Map<string, object>()

    /** The scope of one window's worker; `end` is what closing the window does. */
    window({ locks = true } = {}): { scope: DiskScope; end: () => void } {
        const window = {}
        const storage = { getDirectory: () => Promise.resolve<Folder>(this.root) }
        return {
            scope: { navigator: locks ? { storage, locks: this.#locks(window) } : { storage } },
            end: () => { for (const [name, holder] of this.#held) if (holder === window) this.#held.delete(name) },
        }
    }

    /** Paths of all files. */
    files(folder = this.root, path = ""): string[] {
        return [...folder.entries].flatMap(([name, entry]) =>
            entry instanceof FakeFolder ? this.files(entry, `${path}${name}/`) : [`${path}${name}`])
    }

    #locks(window: object): NonNullable<NonNullable<DiskScope["navigator"]>["locks"]> {
        return {
            request: async (name, { ifAvailable }, held) => {
                if (this.#held.has(name)) {
                    if (ifAvailable) await held(null)
                    return
                }
                this.#held.set(name, window)
                await held({})
                this.#held.delete(name)
            },
        }
    }
}
