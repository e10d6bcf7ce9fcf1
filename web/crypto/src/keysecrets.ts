/** What opens a keyslot: passkey, password, recovery code, firm recovery (docs/spec/keyslots.md section 3). */

import { decryptWith, encryptTo } from "./age.ts"
import { concat, encodeText, fromBase64url, ownBytes, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { isWellFormed } from "./canonical.ts"
import { FormatError, MalformedFile } from "./errors.ts"
import { recipientFingerprint } from "./keys.ts"
import { KeyslotRefused } from "./keyslotrefusals.ts"

/** Of every kind but the recovery code, in bytes. */
export const SECRET_SIZE = 32
/** Of a recovery code, in bytes. */
export const CODE_SIZE = 16

/** Argon2id, version 0x13; memory in KiB, salt 16 bytes of base64url. */
export interface PasswordKdf {
    readonly lanes: 1
    readonly memory: number
    readonly name: "argon2id"
    readonly passes: number
    readonly salt: string
}

/** `secret`: an age file to the recovery recipient, base64url. */
export interface RecoveryKdf {
    readonly name: "age"
    /** Fingerprint of the firm's recovery recipient. */
    readonly recipient: string
    readonly secret: string
}

/** Computes Argon2id; its result has {@link SECRET_SIZE} bytes. */
export type Stretch = (password: Bytes, salt: Bytes, kdf: PasswordKdf) => Promise<Bytes>

const MAX_PASSWORD = 1024
const MAX_MEMORY = 262_144
const MAX_PASSES = 16
const MAX_WORK = 1_048_576
/** KiB and passes, of which one pair must be reached. */
const FLOORS = [[65_536, 3], [32_768, 4]] as const

const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
const CODE_LENGTH = 28
const CHECKSUM_BITS = 12n
const CODE_DOMAIN = "letterlock/recovery-code/v1"

/**
 * Refuse to compute what is too cheap or too costly, whoever asks for it.
 *
 * @throws {@link KeyslotRefused} `keyslot-costly`, `keyslot-weak`.
 */
export function checkCost({ memory, passes }: Pick<PasswordKdf, "memory" | "passes">): void {
    if (memory > MAX_MEMORY || passes > MAX_PASSES || memory * passes > MAX_WORK) throw new KeyslotRefused("keyslot-costly")
    if (!FLOORS.some(([least, times]) => memory >= least && passes >= times)) throw new KeyslotRefused("keyslot-weak")
}

/**
 * The secret of a password. The caller wipes it.
 *
 * @param stretch - Called only when limits and password are right.
 * @throws {@link KeyslotRefused} `keyslot-costly`, `keyslot-weak`, `keyslot-password`.
 */
export async function secretOfPassword(password: string, kdf: PasswordKdf, stretch: Stretch): Promise<Bytes> {
    checkCost(kdf)
    if (!isWellFormed(password)) throw new KeyslotRefused("keyslot-password")
    const bytes = encodeText(password.normalize("NFKC"))
    try {
        if (bytes.length === 0 || bytes.length > MAX_PASSWORD) throw new KeyslotRefused("keyslot-password")
        return await stretch(bytes, fromBase64url(kdf.salt), kdf)
    } finally {
        wipe(bytes)
    }
}

/**
 * The secret of a passkey: the first result of its PRF, as a copy.
 *
 * @throws {@link KeyslotRefused} `keyslot-prf` unless it is 32 bytes, one of which is not zero.
 */
export function secretOfPrf(result: Uint8Array): Bytes {
    const usable = result.length === SECRET_SIZE && result.some((byte) => byte !== 0)
    if (!usable) throw new KeyslotRefused("keyslot-prf")
    return ownBytes(result).slice()
}

/** Whether a JSON body holds the secret of a passkey, as `credential.toJSON()` does. */
export function hasPrfResult(json: unknown): boolean {
    return holds(json, 0)
}

/** A copy of a JSON body without it: `prf` keeps no `results`, and `hmacGetSecret` is gone. */
export function stripPrfResult(json: unknown): unknown {
    if (Array.isArray(json)) return json.map(stripPrfResult)
    if (!isObject(json)) return json
    const kept = Object.entries(json).filter(([name]) => name !== "hmacGetSecret")
    return Object.fromEntries(kept.map(([name, value]) => [name, stripPrfResult(name === "prf" ? withoutResults(value) : value)]))
}

/**
 * A recovery code as it is printed: seven groups of four.
 *
 * @param secret - 16 random bytes.
 */
export async function writeRecoveryCode(secret: Uint8Array): Promise<string> {
    const number = (toNumber(secret) << CHECKSUM_BITS) | (await checksum(secret))
    const letters = Array.from({ length: CODE_LENGTH }, (_, at) =>
        ALPHABET.charAt(Number((number >> BigInt(5 * (CODE_LENGTH - 1 - at))) & 31n)))
    return letters.join("").replace(/.{4}(?!$)/g, "$&-")
}

/**
 * The secret, 16 bytes, of a code as it was typed. The caller wipes it.
 *
 * @throws {@link KeyslotRefused} `recovery-code`.
 */
export async function readRecoveryCode(typed: string): Promise<Bytes> {
    const letters = typed.replace(/[ -]/g, "")
    if (!/^[A-HJ-NP-Za-hj-np-z2-9]{28}$/.test(letters)) throw new KeyslotRefused("recovery-code")
    const number = Array.from(letters.toUpperCase()).reduce((sum, each) => (sum << 5n) | BigInt(ALPHABET.indexOf(each)), 0n)
    const secret = toBytes(number >> CHECKSUM_BITS)
    if ((await checksum(secret)) !== (number & ((1n << CHECKSUM_BITS) - 1n))) throw new KeyslotRefused("recovery-code")
    return secret
}

/** A fresh secret for firm recovery, and the `kdf` that keeps it. The caller wipes the secret. */
export async function newRecoverySecret(recipient: string): Promise<{ readonly secret: Bytes; readonly kdf: RecoveryKdf }> {
    const secret = randomBytes(SECRET_SIZE)
    const file = await encryptTo(recipient, secret)
    return { secret, kdf: { name: "age", recipient: await recipientFingerprint(recipient), secret: toBase64url(file) } }
}

/**
 * The secret that a slot for firm recovery keeps. The caller wipes it.
 *
 * @param identity - The firm's recovery identity, `AGE-SECRET-KEY-PQ-1…`.
 * @throws {@link KeyslotRefused} `keyslot-secret` if it is sealed to another, else `keyslot-damaged`.
 */
export async function secretOfRecovery(kdf: RecoveryKdf, identity: string): Promise<Bytes> {
    try {
        const secret = await decryptWith(identity, recoveryFile(kdf))
        if (secret.length !== SECRET_SIZE) throw new KeyslotRefused("keyslot-damaged")
        return secret
    } catch (error) {
        if (!(error instanceof MalformedFile)) throw error
        throw new KeyslotRefused(error.reason === "no-match" ? "keyslot-secret" : "keyslot-damaged")
    }
}

function recoveryFile({ secret }: RecoveryKdf): Bytes {
    try {
        return fromBase64url(secret)
    } catch (error) {
        throw error instanceof FormatError ? new KeyslotRefused("keyslot-damaged") : error
    }
}

function holds(value: unknown, depth: number): boolean {
    if (depth > 64) return true
    if (Array.isArray(value)) return value.some((item) => holds(item, depth + 1))
    if (!isObject(value)) return false
    const { prf } = value
    const open = Object.hasOwn(value, "hmacGetSecret") || (isObject(prf) && (prf["results"] ?? null) !== null)
    return open || Object.values(value).some((item) => holds(item, depth + 1))
}

function withoutResults(value: unknown): unknown {
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "results"))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value)
}

async function checksum(secret: Uint8Array): Promise<bigint> {
    const input = concat(encodeText(`${CODE_DOMAIN}\0`), secret)
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input))
    wipe(input)
    return toNumber(digest.subarray(0, 2)) >> (16n - CHECKSUM_BITS)
}

function toNumber(bytes: Uint8Array): bigint {
    return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function toBytes(number: bigint): Bytes {
    return Uint8Array.from({ length: CODE_SIZE }, (_, at) => Number((number >> BigInt(8 * (CODE_SIZE - 1 - at))) & 255n))
}
