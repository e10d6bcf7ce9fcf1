/**
 * Where a pane keeps an identity: under two halves, one of this browser and one of the server, so
 * that neither the disk nor the server opens it alone (docs/spec/pairing.md section 4).
 */

import { encodeText, fromBase64url, randomBytes, wipe, type Bytes } from "./bytes.ts"
import { FormatError } from "./errors.ts"
import { openHere, sealUnder } from "./held.ts"
import { contentOf, hold, namesOf, secretsIn, withSecrets, type OwnKey, type OwnNames } from "./own.ts"
import { OwnKeyRefused } from "./ownrefusals.ts"

/** Safe on this browser's disk: it opens with the server's share alone. */
export interface KeptOwn extends OwnNames {
    /** The id that the server gave this pane. */
    readonly pane: string
    readonly nonce: Bytes
    readonly sealed: Bytes
    /** This browser's half: input of HKDF, 32 bytes, not extractable. */
    readonly half: CryptoKey
}

/** The server's half. `share` is base64url of 32 bytes. */
export interface PaneShare {
    readonly pane: string
    readonly share: string
}

const HALF_SIZE = 32
const SHARE_SIZE = 32
const INFO = "letterlock/pane/v1"

/**
 * Seal an identity for this pane's storage, under a fresh half.
 *
 * @throws {@link OwnKeyRefused} `own-key-closed`: the identity or the share does not open, or is none.
 */
export async function keepOwn(own: OwnKey, { pane, share }: PaneShare): Promise<KeptOwn> {
    const half = await newHalf(randomBytes(HALF_SIZE))
    const { person, recipient, key, signing_key, old } = own
    const names = { person, recipient, key, signing_key, old }
    const wrapping = await wrappingKey(half, person, { pane, share })
    return withSecrets(own, async (secrets) => {
        const content = contentOf(secrets)
        const { nonce, sealed } = await sealUnder(wrapping, namesOf(names), content).finally(() => { wipe(content) })
        return { ...names, pane, nonce, sealed, half }
    })
}

/**
 * The identity of this pane's storage, held in memory.
 *
 * @throws {@link OwnKeyRefused} `own-key-closed`: another share, or changed on the disk.
 */
export async function reopenOwn(kept: KeptOwn, share: string): Promise<OwnKey> {
    const { person, pane, nonce, sealed, half, old } = kept
    const wrapping = await wrappingKey(half, person, { pane, share })
    const content = await openHere(namesOf(kept), { nonce, sealed, wrapping })
    if (content === null) throw new OwnKeyRefused("own-key-closed")
    return hold(person, secretsIn(content, old.length), old)
}

/** A half of these bytes, which are wiped. */
export async function newHalf(bytes: Bytes): Promise<CryptoKey> {
    try {
        return await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"])
    } finally {
        wipe(bytes)
    }
}

async function wrappingKey(half: CryptoKey, person: string, { pane, share }: PaneShare): Promise<CryptoKey> {
    const salt = shareBytes(share)
    const info = encodeText([INFO, pane, person].join("\0"))
    const algorithm = { name: "AES-GCM", length: 256 }
    return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info }, half, algorithm, false, ["encrypt", "decrypt"])
}

function shareBytes(share: string): Bytes {
    try {
        const bytes = fromBase64url(share)
        if (bytes.length !== SHARE_SIZE) throw new OwnKeyRefused("own-key-closed")
        return bytes
    } catch (error) {
        throw error instanceof FormatError ? new OwnKeyRefused("own-key-closed") : error
    }
}
