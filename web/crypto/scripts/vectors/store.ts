/**
 * Ciphertexts are random, so those made once are kept: a file in tests/vectors/age.json is used
 * again as long as its identity and content stay the same.
 */

import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption"

import { encryptTo, recipientOf } from "../../src/age.ts"

export interface StoredFile {
    readonly name: string
    readonly identity: string
    /** Decrypted content, padding included, base64. */
    readonly content: string
    /** The age file, base64. */
    readonly file: string
    /** Whether the production door opens it. */
    readonly opens: boolean
}

export type Kind = "production" | "mixed" | "classical"

/** Files by name, old ones first choice. */
export class Store {
    readonly files: StoredFile[] = []
    readonly #old: readonly StoredFile[]

    constructor(old: readonly StoredFile[]) {
        this.#old = old
    }

    /** The age file of `content`, stored or new. */
    async file(name: string, identity: string, content: Uint8Array, kind: Kind = "production"): Promise<Uint8Array<ArrayBuffer>> {
        const wanted = { name, identity, content: base64(content), opens: kind === "production" }
        const old = [...this.files, ...this.#old].find((each) => each.name === name && each.identity === identity && each.content === wanted.content)
        const file = old === undefined ? await make(identity, content, kind) : Uint8Array.from(Buffer.from(old.file, "base64"))
        if (!this.files.some((each) => each.name === name)) this.files.push({ ...wanted, file: base64(file) })
        return file
    }
}

export function base64(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString("base64")
}

async function make(identity: string, content: Uint8Array, kind: Kind): Promise<Uint8Array<ArrayBuffer>> {
    const recipient = await recipientOf(identity)
    if (kind === "production") return encryptTo(recipient, content)
    const encrypter = new Encrypter()
    if (kind === "mixed") encrypter.addRecipient(recipient)
    encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()))
    return Uint8Array.from(await encrypter.encrypt(content))
}
