/**
 * age v1 files with one mlkem768x25519 stanza (https://c2sp.org/age): the only file that knows
 * the package which reads and writes them.
 *
 * The package also takes classical recipients, alone or mixed, without a word; so both doors
 * here check for themselves what goes in.
 */

import { Decrypter, Encrypter, identityToRecipient, type Identity } from "age-encryption"

import { ownBytes, wipe, type Bytes } from "./bytes.ts"
import { MalformedFile, MalformedKey } from "./errors.ts"
import { decodeIdentity, decodeRecipient } from "./keytext.ts"

const STANZA = "mlkem768x25519"
const CHUNK = 64 * 1024
const TAG_LENGTH = 16
const NONCE_LENGTH = 16
/** Version line, stanza line with 1120 bytes, its body of 32 bytes, and the line of the MAC. */
const HEADER_LENGTH = 1627

/**
 * The recipient, `age1pq1…`, of an identity.
 *
 * @throws {@link MalformedKey} if the identity is not `AGE-SECRET-KEY-PQ-1…`.
 */
export async function recipientOf(identity: string): Promise<string> {
    wipe(decodeIdentity(identity))
    return identityToRecipient(identity)
}

/**
 * Encrypt to exactly one post-quantum recipient.
 *
 * @param content - As it shall be read, padding included. Not wiped.
 * @throws {@link ClassicalRecipient} if the recipient is not `age1pq1…`; {@link MalformedKey} if it is damaged.
 */
export async function encryptTo(recipient: string, content: Uint8Array): Promise<Bytes> {
    decodeRecipient(recipient)
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    try {
        return ownBytes(await encrypter.encrypt(content))
    } catch {
        // Left for the package to find: an X25519 key of low order.
        throw new MalformedKey("a recipient is not a valid key")
    }
}

/**
 * Decrypt a file that has one mlkem768x25519 stanza and no other.
 *
 * @returns The whole content, padding included, and only if the last chunk verified.
 * @throws {@link MalformedFile} for every other file, whatever is wrong with it.
 * @throws {@link MalformedKey} if the identity is not `AGE-SECRET-KEY-PQ-1…`.
 */
export async function decryptWith(identity: string, file: Uint8Array): Promise<Bytes> {
    wipe(decodeIdentity(identity))
    const decrypter = new Decrypter()
    decrypter.addIdentity(gate)
    decrypter.addIdentity(identity)
    try {
        return ownBytes(await decrypter.decrypt(file))
    } catch {
        throw new MalformedFile("payload")
    }
}

/**
 * Encrypt a stream to exactly one post-quantum recipient. Memory stays flat whatever the length.
 *
 * @param content - As it shall be read, padding included; read as fast as the result is.
 * @returns The age file. It errors if `content` does; cancelling it cancels `content`.
 * @throws As {@link encryptTo}.
 */
export async function encryptStream(
    recipient: string, content: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
    decodeRecipient(recipient)
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    return encrypter.encrypt(content)
}

/**
 * Decrypt a stream that is a file with one mlkem768x25519 stanza and no other. Memory stays flat.
 *
 * @returns The content, padding included: each chunk is authentic, but only a stream that closed
 * is whole. A missing last chunk, or anything wrong later on, errors it with
 * {@link MalformedFile}; so release nothing before it closed.
 * @throws As {@link decryptWith}, as far as the header goes.
 */
export async function decryptStream(
    identity: string, file: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
    wipe(decodeIdentity(identity))
    const decrypter = new Decrypter()
    decrypter.addIdentity(gate)
    decrypter.addIdentity(identity)
    return decrypter.decrypt(file)
}

/** Length in bytes of the age file, of one post-quantum stanza, of a content of so many bytes. */
export function encryptedLength(contentLength: number): number {
    const chunks = Math.max(1, Math.ceil(contentLength / CHUNK))
    return HEADER_LENGTH + NONCE_LENGTH + contentLength + chunks * TAG_LENGTH
}

/** Asked before the real identity: opens nothing, and stops files with any other stanza. */
const gate: Identity = {
    unwrapFileKey(stanzas) {
        if (stanzas.length !== 1 || stanzas[0]?.args[0] !== STANZA) throw new MalformedFile("stanza")
        return null
    },
}
