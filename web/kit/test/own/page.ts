/** A pane's storage in a real browser, with both workers. Driven by tests/crypto/test_panes_browser.py. */

import { CryptoClient, toBase64url } from "@letterlock/crypto"

import { Cabinet } from "../../src/own/storage.ts"
import { type KeptPane, keptIn, paneStorage, type PaneDesk, reopenPane } from "../../src/own/pane.ts"

const newClient = (): CryptoClient => new CryptoClient(() => new Worker("/worker.js"))
const [here, there] = [newClient(), newClient()]
const PERSON = "3f0c".repeat(8)
const PANE = "p".repeat(22)
const ASKER = { program: "outlook", platform: "windows" } as const

/** Pair this pane with a page that has a worker of its own, and keep what came. */
async function pair(share: string): Promise<{ key: string; signing_key: string; sealed: number }> {
    const own = await there.newIdentity({ person: PERSON })
    const { pairing, k, code, tag } = await here.newPairing({ person: PERSON, ...ASKER })
    const { bytes } = await there.answerPairing({ own, k, code, asked: { ...ASKER, recipient: pairing.recipient, tag } })
    const taken = await here.openPairing({ pairing, answer: bytes, lookup: own })
    const kept: KeptPane = { ...(await here.keepOwn({ own: taken, pane: PANE, share })), program: "outlook", paired: Date.now() }
    await paneStorage.put(kept)
    return { key: taken.key, signing_key: taken.signing_key, sealed: kept.sealed.length }
}

/** What a start finds, with this share. */
async function reopen(share: string, lookup: { key: string; signing_key: string }): Promise<{ state: string; key: string | null }> {
    const api = { post: () => Promise.resolve({ share }) }
    const desk: PaneDesk = { call: (work) => work(api as unknown as Parameters<typeof work>[0]), crypto: here, storage: paneStorage }
    const found = await reopenPane(desk, { id: PERSON, lookup })
    return { state: found.state, key: found.state === "open" ? found.own.key : null }
}

/** Whether the half on the disk comes out of the browser, and in which ways it may be used. */
async function half(): Promise<{ comesOut: boolean; usages: readonly string[] }> {
    const kept = keptIn(await paneStorage.get())
    if (kept === null) throw new Error("nothing is kept")
    const comesOut = await crypto.subtle.exportKey("raw", kept.half).then(() => true, () => false)
    return { comesOut, usages: kept.half.usages }
}

/** A fresh cabinet, as far as it works here. */
async function cabinet(): Promise<{ works: boolean; put: boolean; get: unknown }> {
    const own = new Cabinet("letterlock-test")
    const works = await own.works()
    const put = await own.put("text")
    const get = await own.get()
    await own.clear()
    return { works, put, get: [get, await own.get()] }
}

/** A disk that takes texts and no keys, as private windows of some browsers. */
function refuseKeys(): void {
    const put = Reflect.get(IDBObjectStore.prototype, "put")
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
        if (value instanceof CryptoKey) throw new DOMException("no keys here", "DataCloneError")
        return put.call(this, value, key)
    }
}

/** A frame of another site, where there is no storage at all. */
function refuseAll(): void {
    Object.defineProperty(globalThis, "indexedDB", { get: () => { throw new DOMException("not here", "SecurityError") } })
}

const newShare = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)))

Object.assign(globalThis, { panes: { pair, reopen, half, cabinet, refuseKeys, refuseAll, newShare } })
