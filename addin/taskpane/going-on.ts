/**
 * A kept letter is taken up again. Who holds her own key goes on under a message key of this window, since a server could have
 * made the draft's (docs/spec/envelope.md section 3): its files are opened here and sealed anew, and the draft as it was goes
 * once all of it is kept.
 */

import type { CryptoClient } from "@letterlock/crypto"
import { fetchFile } from "@letterlock/kit/reading/save"
import { type Desk, type DraftContent, type LetterFile, openKept, throwAway } from "@letterlock/kit/writing/index"

import type { Store } from "./draft.ts"

type Kept = Parameters<typeof openKept>[1]
type Taken = Awaited<ReturnType<typeof openKept>>

/** What opens files here. */
export type Opener = Pick<CryptoClient, "openFile">

/** A kept letter, opened. `anew`: under another key from now on; null where it keeps its own. */
export interface TakenUp {
    readonly place: Taken["place"]
    readonly content: DraftContent
    readonly saved: Date
    readonly anew: Anew | null
}

interface Anew {
    /** Id of the draft as it was. */
    readonly id: string
    /** By position as in the content; null for one that did not come or is not what the draft says. */
    readonly sources: readonly (File | null)[]
}

/** Open a kept letter, with its files where they have to be sealed anew. @throws what openKept does */
export async function takeUp(desk: Desk, opener: Opener, kept: Kept): Promise<TakenUp> {
    const { place, content, foreign } = await openKept(desk, kept)
    if (!foreign) return { place, content, saved: kept.saved, anew: null }
    const { identity } = await place.key()
    const sources: (File | null)[] = []
    for (const one of content.files) sources.push(await source(desk, opener, { id: kept.id, messageKey: identity }, one).catch(() => null))
    return { place, content, saved: kept.saved, anew: { id: kept.id, sources } }
}

async function source(
    { call }: Desk, files: Opener, letter: { readonly id: string; readonly messageKey: string }, { object: id, name, type, size, sha256 }: LetterFile,
): Promise<File> {
    const course = { signal: new AbortController().signal, onProgress: () => undefined }
    const found = await fetchFile({ call, files }, letter, { name, type, object: { id, role: "file", size, sha256 } }, course)
    return new File([found], name, { type })
}

/** What was kept is in the fields: from now on it is kept on. */
export function goOn(store: Store, { place, content, saved, anew }: TakenUp): void {
    const { files, keeper } = store
    files.restore(content.files)
    if (anew === null) {
        keeper.restored(saved)
        return
    }
    place.renew()
    const back = anew.sources.map((file, at) => ({ file, row: content.files[at]?.object ?? "" }))
    for (const { file, row } of back) if (file !== null) files.remove(row)   // the row of what cannot come stays, and says so
    files.add(back.flatMap(({ file }) => file ?? []))
    void settle(store, anew.id)
}

/** Only once all of it is kept anew, the draft under the other key goes. */
async function settle({ files, keeper, place }: Store, old: string): Promise<void> {
    if (await files.settled() === null || !(await keeper.flush())) return
    await throwAway(place.desk, old).catch(() => undefined)   // it can be thrown away by hand
}
