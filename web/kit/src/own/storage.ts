/** One thing in IndexedDB, where there is one and it works; private windows and frames of other sites may have none. */

const STORE = "key"
const ONLY = "own"
const TRIAL = "trial"

export class Cabinet {
    readonly #name: string

    /** @param name - Of the database. */
    constructor(name: string) {
        this.#name = name
    }

    /** Keep it in place of what was kept. False where that does not work. */
    async put(value: unknown): Promise<boolean> {
        return (await this.#done("readwrite", (store) => store.put(value, ONLY))) !== null
    }

    /** What is kept, or null. */
    async get(): Promise<unknown> {
        return (await this.#done("readonly", (store) => store.get(ONLY)))?.result ?? null
    }

    async clear(): Promise<void> {
        await this.#done("readwrite", (store) => store.clear())
    }

    /** Whether it takes a pane's half, a key that nobody can take out: some have room for texts and not for that. */
    async works(): Promise<boolean> {
        const key = await crypto.subtle.importKey("raw", crypto.getRandomValues(new Uint8Array(32)), "HKDF", false, ["deriveKey"])
        await this.#done("readwrite", (store) => store.put(key, TRIAL))
        const found = await this.#done("readonly", (store) => store.get(TRIAL))
        await this.#done("readwrite", (store) => store.delete(TRIAL))
        return found?.result instanceof CryptoKey
    }

    /** Null where it did not work. */
    async #done(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Result): Promise<Result | null> {
        let database: IDBDatabase | null = null
        try {
            database = await opened(this.#name)
            const transaction = database.transaction(STORE, mode)
            const request = work(transaction.objectStore(STORE))
            await ended(transaction)
            return { result: request.result }
        } catch {
            return null
        } finally {
            database?.close()
        }
    }
}

interface Result { readonly result: unknown }

function opened(name: string): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open(name, 1)
        const fail = (): void => { reject(new Error("no storage")) }
        request.onupgradeneeded = () => { request.result.createObjectStore(STORE) }
        request.onsuccess = () => { resolve(request.result) }
        request.onerror = fail
        request.onblocked = fail
    })
}

function ended(transaction: IDBTransaction): Promise<void> {
    return new Promise((resolve, reject) => {
        const fail = (): void => { reject(new Error("not stored")) }
        transaction.oncomplete = () => { resolve() }
        transaction.onerror = fail
        transaction.onabort = fail
    })
}
