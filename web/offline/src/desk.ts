/** A letter's folder in the place of the server: the kit's own reading makes its calls here, and none goes further. */

import { openFile, openMessage, temporaryOf, verifyLookup, type CryptoClient } from "@letterlock/crypto"
import { Api } from "@letterlock/kit"
import type { Logged } from "@letterlock/kit/log"
import type { ReadingDesk } from "@letterlock/kit/reading/open"
import type { SavingDesk } from "@letterlock/kit/reading/save"

import type { Folder } from "./copy.ts"
import { sameFile, type Sealed } from "./sealed.ts"

/** All that the kit's reading needs, from one folder. */
export type FolderDesk = ReadingDesk & SavingDesk

/** Everything runs in this page: a page from a file cannot start a worker in every browser. */
const crypto: ReadingDesk["crypto"] = {
    verifyLookup: ({ text, signature, directoryKey, address }) => verifyLookup(text, signature, directoryKey, { address }),
    openMessage: (opening) => openMessage(opening),
}

/** What the log said was checked when the copy was made; a file has nothing to hold it against. */
const NO_LOG: Logged = { begin: () => ({ since: 0, check: (_, lookup) => Promise.resolve(lookup) }) }

/** @param sealed - The folder's envelope, opened. */
export function deskOf(folder: Folder, sealed: Sealed): FolderDesk {
    const api = new Api("", () => Promise.resolve({}), {
        // The kit asks by a path, never by a Request.
        fetch: (path, init) => Promise.resolve(answer(folder, sealed, path as string, init?.method ?? "GET")),
        wait: () => Promise.resolve(),
        patience: 600_000,
    })
    const files: Pick<CryptoClient, "openFile"> = {
        async openFile(opening, source, options) {
            const opened = await openFile(opening, source, { temporary: temporaryOf({}), ...options })
            await sameFile(folder, sealed, opening.object.id, opened.file)
            return opened
        },
    }
    return { call: (work) => work(api), crypto, files, directoryKey: sealed.directoryKey, log: NO_LOG }
}

function answer({ originals }: Folder, { content }: Sealed, path: string, method: string): Response {
    if (method === "POST" && path.endsWith("/open")) return Response.json(content)
    const original = originals.get(path.slice(path.lastIndexOf("/") + 1))
    return original === undefined ? new Response(null, { status: 404 }) : new Response(original)
}
