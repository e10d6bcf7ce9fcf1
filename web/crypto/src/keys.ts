/** Message keys and fingerprints (docs/spec/objects.md section 1). */

import { recipientOf } from "./age.ts"
import { randomBytes, sha256, wipe } from "./bytes.ts"
import { MalformedKey } from "./errors.ts"
import { decodeRecipient, encodeIdentity, RECIPIENT_SIZE } from "./keytext.ts"

export { recipientOf } from "./age.ts"
export { decodeIdentity, decodeRecipient, encodeIdentity, encodeRecipient } from "./keytext.ts"

const ED25519_SIZE = 32

/** A fresh identity, for one message only. `identity` is secret. */
export interface MessageKey {
    readonly identity: string
    readonly recipient: string
    readonly fingerprint: string
}

/** Make the key of one new message. */
export async function newMessageKey(): Promise<MessageKey> {
    const seed = randomBytes(32)
    try {
        return await messageKeyOf(encodeIdentity(seed))
    } finally {
        wipe(seed)
    }
}

/** All of a message key of which only the identity was kept. @throws {@link MalformedKey} if it is none. */
export async function messageKeyOf(identity: string): Promise<MessageKey> {
    const recipient = await recipientOf(identity)
    return { identity, recipient, fingerprint: await recipientFingerprint(recipient) }
}

/**
 * The fingerprint of a raw public key: 43 characters of base64url.
 *
 * @param publicKey - 1216 bytes (a recipient) or 32 bytes (an Ed25519 key).
 * @throws {@link MalformedKey} for any other length.
 */
export async function fingerprint(publicKey: Uint8Array): Promise<string> {
    if (publicKey.length !== RECIPIENT_SIZE && publicKey.length !== ED25519_SIZE) {
        throw new MalformedKey("a public key has 1216 or 32 bytes")
    }
    return sha256(publicKey)
}

/**
 * The fingerprint of `age1pq1…`.
 *
 * @throws As {@link decodeRecipient}.
 */
export async function recipientFingerprint(recipient: string): Promise<string> {
    return fingerprint(decodeRecipient(recipient))
}
