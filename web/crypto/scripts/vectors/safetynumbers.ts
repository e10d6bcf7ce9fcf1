/** Vectors of docs/spec/safety-number.md. */

import { type Party, safetyNumber } from "../../src/safetynumber.ts"
import { toBase64url } from "../../src/bytes.ts"

const filled = (byte: number): string => toBase64url(new Uint8Array(32).fill(byte))

const ann: Party = { address: "ann@hart.example", key: filled(1), signing_key: filled(2) }
const maya: Party = { address: "maya@client.example", key: filled(3), signing_key: filled(4) }
const pairs: readonly { name: string; one: Party; other: Party }[] = [
    { name: "Ann and Maya", one: ann, other: maya },
    { name: "Maya and Ann: the same", one: maya, other: ann },
    { name: "another recipient", one: ann, other: { ...maya, key: filled(5) } },
    { name: "another signing key", one: ann, other: { ...maya, signing_key: filled(6) } },
    { name: "another address", one: ann, other: { ...maya, address: "maya@client.test" } },
    { name: "the same keys under two addresses", one: ann, other: { ...ann, address: "ann@hart.test" } },
]

export const safetyNumberVectors = (): unknown => ({
    about: "docs/spec/safety-number.md: the 60 digits of two parties.",
    pairs: pairs.map((pair) => ({ ...pair, number: safetyNumber(pair.one, pair.other) })),
})
