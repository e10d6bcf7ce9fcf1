/** Bytes, text and their encodings; nothing here is secret-dependent. */

import { base64url, type BytesCoder } from "@scure/base"

import { FormatError } from "./errors.ts"

/** Bytes that are not shared with another thread, as Web Crypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>

/**
 * The same bytes, typed for Web Crypto; copied only if they lie in shared memory.
 */
export function ownBytes(bytes: Uint8Array): Bytes {
    return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes)
}

/** All of them, one after the other, as a copy. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
    let at = 0
    for (const part of parts) {
        whole.set(part, at)
        at += part.length
    }
    return whole
}

/** Whether both are the same; how long it takes depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
    let difference = a.length ^ b.length
    a.forEach((byte, index) => {
        difference |= byte ^ (b[index] ?? 0)
    })
    return difference === 0
}

/** UTF-8 of a well-formed text. */
export function encodeText(text: string): Bytes {
    return ownBytes(new TextEncoder().encode(text))
}

/**
 * Text of UTF-8; a byte order mark is kept as a character, so that texts compare byte for byte.
 *
 * @throws {@link FormatError} if the bytes are not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
        throw new FormatError("not UTF-8")
    }
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
    return base64url.encode(bytes).replace(/=+$/, "")
}

/**
 * Bytes of base64url without padding.
 *
 * @throws {@link FormatError} for other characters, padding, or bits left over.
 */
export function fromBase64url(text: string): Bytes {
    return decodePadded(base64url, text)
}

/**
 * Bytes of base64 that stands without its padding. With padding the library uses the platform's
 * own, which is ten times as fast.
 *
 * @throws {@link FormatError} for other characters, padding, or bits left over.
 */
export function decodePadded(coder: BytesCoder, text: string): Bytes {
    try {
        if (text.includes("=")) throw new FormatError("padded")
        return ownBytes(coder.decode(text.padEnd(Math.ceil(text.length / 4) * 4, "=")))
    } catch {
        throw new FormatError("not base64 without padding")
    }
}

/** SHA-256 as base64url without padding, 43 characters. */
export async function sha256(bytes: Uint8Array): Promise<string> {
    return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", ownBytes(bytes))))
}

/** `size` bytes of the platform's random generator. */
export function randomBytes(size: number): Bytes {
    return crypto.getRandomValues(new Uint8Array(size))
}

/** Overwrite what was secret. Best effort: the engine may have made copies, and strings stay. */
export function wipe(bytes: Uint8Array): void {
    bytes.fill(0)
}
