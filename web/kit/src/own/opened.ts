/** Letters and drafts of a self-held person: what the server cannot open or sign (docs/spec/enrolment.md section 6). */

import { CryptoError, type CryptoClient, type Lookup, LookupRefused, type Opened, type OwnKey, type Signature } from "@letterlock/crypto"

import { fromBase64 } from "../bytes.ts"
import { type Members, text } from "../shape.ts"
import { KeyNeeded } from "./desk.ts"
import { getOwn } from "./shelf.ts"

type Crypto = Pick<CryptoClient, "openOwnEnvelope" | "openOwnDraftKey" | "signGrant" | "signStatement">

/** The server gave out what is inside an envelope, to somebody whose open key is hers alone. Show nothing of it. */
export class OpenedByServer extends CryptoError {
    override readonly name = "OpenedByServer"

    constructor() {
        super("opened-by-server", "The server opened an envelope of somebody who holds her own key.")
    }
}

/** Opens and signs with the key that is kept for the session. @throws KeyNeeded if there is none. */
export interface Own {
    /** Nothing while no key is open here. @throws {@link OpenedByServer} if one is: then the server can open nothing. */
    readonly requireSealed: () => Promise<void>
    /** Nothing while no key is open here. @throws LookupRefused if one is, and her own look-up names another, or one that a server holds. */
    readonly requireMine: (lookup: Lookup) => Promise<void>
    /** What `POST /messages/{id}/open` would have answered for a managed reader. */
    readonly openLetter: (answer: Members) => Promise<Opened>
    /** What `POST /messages/{id}/draft/open` would have had as `draft_key`. */
    readonly openDraftKey: (answer: Members) => Promise<string>
    /** What `POST /messages/{id}/signature` takes besides statement and grants. */
    readonly sign: (statement: string, grants: readonly string[]) => Promise<{
        readonly signature: Signature
        readonly grant_signatures: readonly Signature[]
    }>
}

/** @param own - The key that is open, or null. */
export const ownIn = (crypto: Crypto, own: () => Promise<OwnKey | null> = () => getOwn()): Own => ({
    requireSealed: async () => {
        if (await own() !== null) throw new OpenedByServer()
    },
    requireMine: async ({ key, signing_key, custody }) => {
        const open = await own()
        if (open === null || (open.key === key && open.signing_key === signing_key && custody === "self-held")) return
        throw new LookupRefused("it names another key for oneself than the one that is open here")
    },
    openLetter: async (answer) => openOwn(crypto, await needed(own), answer),
    openDraftKey: async (answer) => {
        const { draftKey } = await crypto.openOwnDraftKey({ own: await needed(own), envelope: fromBase64(text(answer, "envelope")) })
        return draftKey
    },
    sign: async (statement, grants) => {
        const key = await needed(own)
        const signature = await crypto.signStatement({ own: key, text: statement })
        const grant_signatures: Signature[] = []
        for (const grant of grants) grant_signatures.push(await crypto.signGrant({ own: key, text: grant }))
        return { signature, grant_signatures }
    },
})

/**
 * The five members of an envelope that is sealed to a self-held key, the present or an earlier one.
 *
 * @param answer - Of `POST /messages/{id}/open`.
 * @throws OwnKeyRefused `own-key-unknown` if the open key is not (or no longer) the one, `own-key-closed`; Refusal.
 */
export async function openOwn(crypto: Pick<Crypto, "openOwnEnvelope">, own: OwnKey, answer: Members): Promise<Opened> {
    return crypto.openOwnEnvelope({ own, key: text(answer, "envelope_key"), envelope: fromBase64(text(answer, "envelope")) })
}

/** Whether an answer has to be opened with one's own key. */
export const isSealed = (answer: Members): boolean => typeof answer["envelope"] === "string"

async function needed(own: () => Promise<OwnKey | null>): Promise<OwnKey> {
    const open = await own()
    if (open === null) throw new KeyNeeded("the key is not open here")
    return open
}
