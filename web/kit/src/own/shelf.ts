/**
 * Where a person's own key lies for as long as her session does (docs/spec/enrolment.md section 7):
 * in IndexedDB, sealed, beside a key whose bytes the browser gives to nobody; or in memory, where
 * there is no storage (private windows) or it fails.
 */

import type { OwnKey } from "@letterlock/crypto"

interface Kept {
    readonly own: OwnKey
    /** Milliseconds since 1970. */
    readonly until: number
}

const DATABASE = "letterlock-own"
const STORE = "key"
const ONLY = "own"
/** As a session at the portal: docs/spec/http.md section 7. */
const SESSION = 12 * 60 * 60 * 1000   // milliseconds

let memory: Kept | null = null

/** Keep a key until the session is over. */
export async function putOwn(own: OwnKey, now = Date.now()): Promise<void> {
    memory = { own, until: now + SESSION }
    await stored("readwrite", (store) => store.put(memory, ONLY))
}

/** The key that is kept, if it is this person's and its session may still be there. */
export async function getOwn(person?: string, now = Date.now()): Promise<OwnKey | null> {
    const kept = memory ?? ((await stored("readonly", (store) => store.get(ONLY))) as Kept | undefined) ?? null
    if (kept === null) return null
    if (now >= kept.until || (person !== undefined && kept.own.person !== person)) {
        await forgetOwn()
        return null
    }
    memory = kept
    return kept.own
}

/** At sign-out, and when the session is found to be over: nothing is left, here or in storage. */
export async function forgetOwn(): Promise<void> {
    memory = null
    await stored("readwrite", (store) => store.clear())
}

/** Null where there is no storage, or it does not work: memory is what counts then. */
async function stored(mode: IDBTransactionMode, work: (store: IDBObjectStore) => { readonly result: unknown }): Promise<unknown> {
    let database: IDBDatabase | null = null
    try {
        database = await opened()
        const transaction = database.transaction(STORE, mode)
        const request = work(transaction.objectStore(STORE))
        await ended(transaction)
        return request.result
    } catch {
        return null
    } finally {
        database?.close()
    }
}

function opened(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open(DATABASE, 1)
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
