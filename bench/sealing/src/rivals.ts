/**
 * Who else seals in a browser. Each is used as its own page of documentation says, with what it
 * does best: keys are parsed beforehand where the library allows it, nothing is signed, nothing
 * compressed, nothing turned into text.
 */

import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption"
import sodium from "libsodium-wrappers-sumo"
import * as openpgp from "openpgp"

import { last, several, type Bytes, type Contender, type StreamContender } from "./contender.ts"

/** The package by age's author: one file, one post-quantum stanza per reader. */
export const age: Contender = {
    name: "age-encryption",
    prepare: async (count) => {
        const readers = await several(count, newAgeReader)
        return async (content) => {
            const file = await ageFile(readers.map((reader) => reader.recipient), content)
            return { size: file.length, open: async () => [await ageOpen(last(readers).identity, file)] }
        }
    },
}

/** The same package, making what we make: one file for each reader. */
export const ageEnvelopes: Contender = {
    name: "age-encryption",
    prepare: async (count) => {
        const readers = await several(count, newAgeReader)
        return async (content) => {
            const files: Uint8Array[] = []
            for (const { recipient } of readers) files.push(await ageFile([recipient], content))
            const size = files.reduce((total, file) => total + file.length, 0)
            return { size, open: async () => [await ageOpen(last(readers).identity, last(files))] }
        }
    },
}

/** Version 6 keys (RFC 9580), curve25519, AEAD with GCM: classical, so it does less work per reader. */
export const pgp: Contender = {
    name: "openpgp",
    prepare: async (count) => {
        const readers = await several(count, newPgpReader)
        const encryptionKeys = readers.map((reader) => reader.publicKey)
        const decryptionKeys = last(readers).privateKey
        return async (binary) => {
            const message = await openpgp.createMessage({ binary })
            const file = (await openpgp.encrypt({ message, encryptionKeys, format: "binary", config: PGP })) as Uint8Array
            return { size: file.length, open: () => pgpOpen(file, decryptionKeys) }
        }
    },
}

/** XChaCha20-Poly1305 over the whole, and a sealed box with its key for each reader: classical. */
export const libsodium: Contender = {
    name: "libsodium",
    prepare: async (count) => {
        await sodium.ready
        const readers = Array.from({ length: count }, () => sodium.crypto_box_keypair())
        return (content) => {
            const key = sodium.crypto_aead_xchacha20poly1305_ietf_keygen()
            const nonce = sodium.randombytes_buf(sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
            const boxes = readers.map((reader) => sodium.crypto_box_seal(key, reader.publicKey))
            const body = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(content, null, null, nonce, key)
            const size = boxes.reduce((total, box) => total + box.length, nonce.length + body.length)
            return Promise.resolve({ size, open: () => Promise.resolve([sodiumOpen(last(readers), last(boxes), nonce, body)]) })
        }
    },
}

/** Both ways of the package by age's author. */
export const ageStream: StreamContender = {
    name: "age-encryption",
    prepare: async () => {
        const { identity, recipient } = await newAgeReader()
        const encrypter = new Encrypter()
        encrypter.addRecipient(recipient)
        const decrypter = new Decrypter()
        decrypter.addIdentity(identity)
        return { seal: (content) => encrypter.encrypt(content), open: (sealed) => decrypter.decrypt(sealed) }
    },
}

interface Box {
    readonly publicKey: Uint8Array
    readonly privateKey: Uint8Array
}

const PGP = {
    v6Keys: true,
    aeadProtect: true,
    preferredAEADAlgorithm: openpgp.enums.aead.gcm,
    preferredCompressionAlgorithm: openpgp.enums.compression.uncompressed,
}

async function newAgeReader(): Promise<{ identity: string; recipient: string }> {
    const identity = await generateHybridIdentity()
    return { identity, recipient: await identityToRecipient(identity) }
}

function ageFile(recipients: readonly string[], content: Bytes): Promise<Uint8Array> {
    const encrypter = new Encrypter()
    for (const recipient of recipients) encrypter.addRecipient(recipient)
    return encrypter.encrypt(content)
}

function ageOpen(identity: string, file: Uint8Array): Promise<Uint8Array> {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    return decrypter.decrypt(file)
}

function newPgpReader(): Promise<{ privateKey: openpgp.PrivateKey; publicKey: openpgp.PublicKey }> {
    return openpgp.generateKey({ type: "curve25519", userIDs: [{ email: "reader@client.example" }], format: "object", config: PGP })
}

async function pgpOpen(file: Uint8Array, decryptionKeys: openpgp.PrivateKey): Promise<Uint8Array[]> {
    const message = await openpgp.readMessage({ binaryMessage: file })
    const opened = await openpgp.decrypt({ message, decryptionKeys, format: "binary", config: PGP })
    return [opened.data as Uint8Array]
}

function sodiumOpen(reader: Box, box: Uint8Array, nonce: Uint8Array, body: Uint8Array): Uint8Array {
    const key = sodium.crypto_box_seal_open(box, reader.publicKey, reader.privateKey)
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, body, null, nonce, key)
}
