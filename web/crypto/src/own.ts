/**
 * A person's own identity, as a page holds it: sealed under a key of this browser that nobody can
 * take out of it. Only a worker opens it, for one operation at a time (docs/adr/0030-own-key-in-the-page.md).
 */

import { concat, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { publicKeyOf } from "./ed25519.ts"
import { openHere, sealHere, type Held } from "./held.ts"
import { encodeIdentity, recipientFingerprint, recipientOf } from "./keys.ts"
import type { Seeds } from "./keyslots.ts"
import { OwnKeyRefused } from "./ownrefusals.ts"

/** What may be said of an identity. */
export interface OwnNames {
    /** Id: 32 hexadecimal digits. */
    readonly person: string
    /** `age1pq1…` */
    readonly recipient: string
    /** Fingerprint of `recipient`. */
    readonly key: string
    /** Ed25519 public key, base64url of 32 bytes. */
    readonly signing_key: string
    /** Fingerprints of the identities that she had before, which are inside too. */
    readonly old: readonly string[]
}

/** Safe to hold in a page, and to keep in IndexedDB for a session; it goes nowhere else. */
export type OwnKey = OwnNames & Held

/** What is inside, while an operation runs. `old` are X-Wing seeds. */
export interface OwnSecrets extends Seeds {
    readonly old: readonly Bytes[]
}

const SEED_SIZE = 32

/** Both seeds of a new identity. The caller wipes them. */
export const newSeeds = (): Seeds => ({ encryption: randomBytes(SEED_SIZE), signing: randomBytes(SEED_SIZE) })

/**
 * Seal an identity for the page, under a fresh key. The secrets are wiped.
 *
 * @param old - Fingerprints of `secrets.old`, in its order.
 */
export async function hold(person: string, secrets: OwnSecrets, old: readonly string[] = []): Promise<OwnKey> {
    const content = contentOf(secrets)
    try {
        const names = { person, ...(await publicHalves(secrets)), old }
        return { ...names, ...(await sealHere(namesOf(names), content)) }
    } finally {
        wipe(content)
        wipeSecrets(secrets)
    }
}

/** Recipient, its fingerprint and the signing key of both seeds, as a look-up names them. */
export async function publicHalves({ encryption, signing }: Seeds): Promise<Pick<OwnKey, "recipient" | "key" | "signing_key">> {
    const recipient = await recipientOf(encodeIdentity(encryption))
    return { recipient, key: await recipientFingerprint(recipient), signing_key: toBase64url(publicKeyOf(signing)) }
}

/**
 * Work with the secrets of an identity; they are wiped when the work has ended.
 *
 * @throws {@link OwnKeyRefused} `own-key-closed`.
 */
export async function withSecrets<T>(own: OwnKey, work: (secrets: OwnSecrets) => Promise<T>): Promise<T> {
    const secrets = await unseal(own)
    try {
        return await work(secrets)
    } finally {
        wipeSecrets(secrets)
    }
}

/**
 * Work with her identity of this fingerprint, the present one or one that she had before.
 *
 * @throws {@link OwnKeyRefused} `own-key-closed`, `own-key-unknown`.
 */
export async function withIdentity<T>(own: OwnKey, key: string, work: (identity: string) => Promise<T>): Promise<T> {
    return withSecrets(own, ({ encryption, old }) => {
        const seed = key === own.key ? encryption : old[own.old.indexOf(key)]
        if (seed === undefined) throw new OwnKeyRefused("own-key-unknown")
        return work(encodeIdentity(seed))
    })
}

async function unseal(own: OwnKey): Promise<OwnSecrets> {
    const content = await openHere(namesOf(own), own)
    if (content === null) throw new OwnKeyRefused("own-key-closed")
    return secretsIn(content, own.old.length)
}

/** The seeds, one after the other. The caller wipes it. */
export function contentOf({ encryption, signing, old }: OwnSecrets): Bytes {
    return concat(encryption, signing, ...old)
}

/**
 * The seeds of what {@link contentOf} has put together, which is wiped.
 *
 * @param earlier - How many there are of identities that she had before.
 * @throws {@link OwnKeyRefused} `own-key-closed` if there are more or fewer.
 */
export function secretsIn(content: Bytes, earlier: number): OwnSecrets {
    const parts = Array.from({ length: content.length / SEED_SIZE }, (_, at) => content.slice(at * SEED_SIZE, (at + 1) * SEED_SIZE))
    wipe(content)
    const [encryption, signing, ...old] = parts
    if (encryption === undefined || signing === undefined || old.length !== earlier) throw new OwnKeyRefused("own-key-closed")
    return { encryption, signing, old }
}

/** The names are bound to what they name: nobody can put another person's or an older key's in their place. */
export function namesOf({ person, recipient, key, signing_key, old }: OwnNames): object {
    return { v: 1, person, recipient, key, signing_key, old }
}

export function wipeSecrets({ encryption, signing, old }: OwnSecrets): void {
    for (const seed of [encryption, signing, ...old]) wipe(seed)
}
