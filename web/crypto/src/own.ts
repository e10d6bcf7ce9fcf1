/**
 * A person's own identity, as a page holds it: sealed under a key of this browser that nobody can
 * take out of it. Only a worker opens it, for one operation at a time (docs/adr/0030-own-key-in-the-page.md).
 */

import { concat, encodeText, ownBytes, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { canonical } from "./canonical.ts"
import { publicKeyOf } from "./ed25519.ts"
import { encodeIdentity, recipientFingerprint, recipientOf } from "./keys.ts"
import type { Seeds } from "./keyslots.ts"
import { OwnKeyRefused } from "./ownrefusals.ts"

/** Safe to hold in a page, and to keep in IndexedDB for a session; it goes nowhere else. */
export interface OwnKey {
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
    readonly nonce: Bytes
    readonly sealed: Bytes
    /** AES-GCM of 256 bits, not extractable. */
    readonly wrapping: CryptoKey
}

/** What is inside, while an operation runs. `old` are X-Wing seeds. */
export interface OwnSecrets extends Seeds {
    readonly old: readonly Bytes[]
}

const SEED_SIZE = 32
const NONCE_SIZE = 12

/** Both seeds of a new identity. The caller wipes them. */
export const newSeeds = (): Seeds => ({ encryption: randomBytes(SEED_SIZE), signing: randomBytes(SEED_SIZE) })

/**
 * Seal an identity for the page, under a fresh key. The secrets are wiped.
 *
 * @param old - Fingerprints of `secrets.old`, in its order.
 */
export async function hold(person: string, secrets: OwnSecrets, old: readonly string[] = []): Promise<OwnKey> {
    const content = concat(secrets.encryption, secrets.signing, ...secrets.old)
    try {
        const recipient = await recipientOf(encodeIdentity(secrets.encryption))
        const names = { person, recipient, key: await recipientFingerprint(recipient), signing_key: toBase64url(publicKeyOf(secrets.signing)), old }
        const wrapping = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
        const nonce = randomBytes(NONCE_SIZE)
        const sealed = await crypto.subtle.encrypt(algorithm(nonce, names), wrapping, content)
        return { ...names, nonce, sealed: new Uint8Array(sealed), wrapping }
    } finally {
        wipe(content)
        wipeSecrets(secrets)
    }
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
    const content = await opened(own)
    const parts = Array.from({ length: content.length / SEED_SIZE }, (_, at) => content.slice(at * SEED_SIZE, (at + 1) * SEED_SIZE))
    wipe(content)
    const [encryption, signing, ...old] = parts
    if (encryption === undefined || signing === undefined || old.length !== own.old.length) throw new OwnKeyRefused("own-key-closed")
    return { encryption, signing, old }
}

async function opened({ wrapping, sealed, nonce, ...names }: OwnKey): Promise<Bytes> {
    try {
        return new Uint8Array(await crypto.subtle.decrypt(algorithm(nonce, names), wrapping, ownBytes(sealed)))
    } catch {
        // Web Crypto says nothing more than that it did not work.
        throw new OwnKeyRefused("own-key-closed")
    }
}

/** The names are bound to what they name: nobody can put another person's or an older key's in their place. */
function algorithm(iv: Bytes, { person, recipient, key, signing_key, old }: Omit<OwnKey, "nonce" | "sealed" | "wrapping">): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: encodeText(canonical({ v: 1, person, recipient, key, signing_key, old })) }
}

function wipeSecrets({ encryption, signing, old }: OwnSecrets): void {
    for (const seed of [encryption, signing, ...old]) wipe(seed)
}
