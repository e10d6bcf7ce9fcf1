/** The firm's key log as this browser saw it last: kept, and held against what comes (docs/spec/log.md sections 7, 8). */

import { type CryptoClient, type Looked, LogRefused, type Lookup, type Seen } from "@letterlock/crypto"

import { list, type Members, members, text } from "./shape.ts"

/** What one call is made and checked with: what was kept when it was made. */
export interface LogCall {
    /** Goes with the call: the size of the log that is known here, 0 for none. */
    readonly since: number
    /** Give a look-up back if the log bears it out. @throws LogRefused */
    readonly check: (said: Members, lookup: Lookup) => Promise<Lookup>
}

/** Where look-ups are held against the log. */
export interface Logged {
    readonly begin: () => LogCall
}

export interface Kept {
    /** The log's verifier key: a log with another key is another log. */
    readonly log: string
    readonly size: number
    /** Base64url of 32 bytes. */
    readonly root: string
    /** The last event of each address. */
    readonly seen: Readonly<Record<string, Seen>>
}

/** Who checks: the crypto client, and what the page was given to trust. */
export interface LogTrust {
    readonly crypto: Pick<CryptoClient, "checkLooked">
    readonly directoryKey: string
    readonly logKey: string
}

const NAME = "letterlock.key-log"
const MOST = 1000

/** For a browser that lets pages keep nothing. */
let memory: string | null = null

/** The log of one firm. */
export class KeyLog implements Logged {
    readonly #trust: LogTrust

    constructor(trust: LogTrust) {
        this.#trust = trust
    }

    /** @param kept - What was sent along already, where the call was made before the log's key was known. */
    begin(kept = read(this.#trust.logKey)): LogCall {
        const { crypto, directoryKey, logKey } = this.#trust
        return {
            since: kept?.size ?? 0,
            check: async (said, lookup) => {
                const log = members(said["log"])
                const looked = await crypto.checkLooked({
                    lookup, text: text(log, "text"), signature: log["signature"], history: list(log["history"]).map(String),
                    directoryKey, logKey, known: kept?.seen[lookup.address] ?? null,
                    kept: kept === null ? null : { size: kept.size, root: kept.root },
                })
                keep(logKey, lookup.address, looked)
                return lookup
            },
        }
    }
}

/** What was kept of whatever log, for a page that has not been told the log's key yet. */
export const lastLog = (): Kept | null => load()

/** Another call may have brought more meanwhile: the larger checkpoint and the later event stay. @throws LogRefused */
function keep(log: string, address: string, { checkpoint, seen }: Looked): void {
    const now = read(log)
    if (now?.size === checkpoint.size && now.root !== checkpoint.root) throw new LogRefused("log-split")
    const { size, root } = now !== null && now.size > checkpoint.size ? now : checkpoint
    const { [address]: before, ...others } = now?.seen ?? {}
    const later = before !== undefined && before.index > seen.index ? before : seen
    store({ log, size, root, seen: Object.fromEntries([...Object.entries(others).slice(1 - MOST), [address, later]]) })
}

function read(log: string): Kept | null {
    const kept = load()
    return kept?.log === log ? kept : null
}

function load(): Kept | null {
    try {
        memory = localStorage.getItem(NAME) ?? memory
    } catch {   // storage is closed to this page: what it saw itself is all there is
    }
    try {
        return memory === null ? null : keptIn(JSON.parse(memory))
    } catch {   // not ours: as if nothing had been kept
        return null
    }
}

function store(kept: Kept): void {
    memory = JSON.stringify(kept)
    try {
        localStorage.setItem(NAME, memory)
    } catch {   // full, or closed to this page
    }
}

function keptIn(value: unknown): Kept {
    const kept = members(value)
    const size = kept["size"]
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new TypeError("no size")
    const seen = Object.entries(members(kept["seen"])).map(([address, one]) => [address, seenIn(members(one))] as const)
    return { log: text(kept, "log"), size, root: text(kept, "root"), seen: Object.fromEntries(seen) }
}

function seenIn(one: Members): Seen {
    const index = one["index"]
    if (typeof index !== "number") throw new TypeError("no index")
    return { index, event: text(one, "event") }
}
