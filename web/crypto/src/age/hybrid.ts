/** The mlkem768x25519 stanza (https://c2sp.org/age): HPKE with X-Wing over the file key. */

import { encodeText, wipe, type Bytes } from "../bytes.ts"
import { MalformedFile, MalformedKey } from "../errors.ts"
import { decode, encode, type Stanza } from "./header.ts"
import { Hpke } from "./hpke.ts"
import type { Primitives } from "./primitives.ts"
import type { Unwrapper } from "./reader.ts"
import { CIPHERTEXT_SIZE, encapsulate, type SecretKey } from "./xwing.ts"

/** The stanza's type. */
export const HYBRID = "mlkem768x25519"

const BODY_SIZE = 32
const hpke = new Hpke({ kem: 0x647a, info: encodeText("age-encryption.org/mlkem768x25519") })

/**
 * Wrap a file key for the holder of a public key of 1216 bytes.
 *
 * @throws {@link MalformedKey} if its X25519 part is of low order.
 */
export async function wrapHybrid(by: Primitives, publicKey: Bytes, fileKey: Bytes): Promise<Stanza> {
    const encapsulated = await encapsulate(by, publicKey)
    if (encapsulated === null) throw new MalformedKey("a recipient is not a valid key")
    const { ciphertext, secret } = encapsulated
    try {
        return { args: [HYBRID, encode(ciphertext)], body: await hpke.seal(by, secret, fileKey) }
    } finally {
        wipe(secret)
    }
}

/** Unwraps with the first stanza of this type that opens, and looks at no other type. */
export function hybridUnwrapper(by: Primitives, key: SecretKey): Unwrapper {
    return async (stanzas) => {
        const ours = stanzas.filter(({ args: [type] }) => type === HYBRID)
        for (const { ciphertext, body } of ours.map(parse)) {
            const fileKey = await open(by, key, ciphertext, body)
            if (fileKey !== null) return fileKey
        }
        return null
    }
}

function parse({ args, body }: Stanza): { ciphertext: Bytes; body: Bytes } {
    const [, text] = args
    if (args.length !== 2 || text === undefined || body.length !== BODY_SIZE) throw new MalformedFile("stanza")
    const ciphertext = decode(text)
    if (ciphertext.length !== CIPHERTEXT_SIZE) throw new MalformedFile("stanza")
    return { ciphertext, body }
}

async function open(by: Primitives, key: SecretKey, ciphertext: Bytes, body: Bytes): Promise<Bytes | null> {
    const secret = await key.decapsulate(ciphertext)
    if (secret === null) throw new MalformedFile("stanza")
    try {
        return await hpke.open(by, secret, body)
    } finally {
        wipe(secret)
    }
}
