/** Safety numbers: what two people compare to know that they use the same keys (docs/spec/safety-number.md). */

import { sha512 } from "@noble/hashes/sha2.js"

import { concat, encodeText } from "./bytes.ts"
import { canonical } from "./canonical.ts"

/** One of the two, by the keys that this browser uses. */
export interface Party {
    readonly address: string
    /** Fingerprint of the recipient. */
    readonly key: string
    /** Ed25519 public key, base64url of 32 bytes. */
    readonly signing_key: string
}

const DOMAIN = "letterlock/safety-number/v1\0"
const ROUNDS = 5200
const GROUPS = 6
const GROUP_BYTES = 5
const GROUP_DIGITS = 5

/** A number as one of the two sees it. */
export interface SafetyNumber {
    /** 60 digits. */
    readonly number: string
    /** The half that stands for her own keys: 30 digits. */
    readonly own: string
}

/** The 60 digits of two parties, the same for both. @throws RangeError if they are the same party. */
export const safetyNumber = (one: Party, other: Party): string => compareKeys(one, other).number

/** The same with one's own half, by which it can be told later whose keys have changed. @throws RangeError */
export function compareKeys(own: Party, other: Party): SafetyNumber {
    const halves = [half(own), half(other)] as const
    if (halves[0] === halves[1]) throw new RangeError("nobody compares with herself")
    return { number: [...halves].sort().join(""), own: halves[0] }
}

function half({ address, key, signing_key }: Party): string {
    const text = encodeText(canonical({ address, key, signing_key, v: 1 }))
    let digest = sha512(concat(encodeText(DOMAIN), text))
    for (let round = 0; round < ROUNDS; round += 1) digest = sha512(concat(digest, text))
    return Array.from({ length: GROUPS }, (_, at) => digits(digest.subarray(at * GROUP_BYTES, (at + 1) * GROUP_BYTES))).join("")
}

function digits(bytes: Uint8Array): string {
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)   // five bytes: below 2 to the 40th
    return String(value % 10 ** GROUP_DIGITS).padStart(GROUP_DIGITS, "0")
}
