/** Padding of contents to Padme sizes (docs/spec/envelope.md section 2). */

import { BadPadding } from "./errors.ts"
import type { Bytes } from "./bytes.ts"

/**
 * The padded length of a content of `n` bytes.
 *
 * @throws {@link BadPadding} if `n`, or its padded length, is not a length.
 */
export function padme(n: number): number {
    if (!Number.isSafeInteger(n) || n < 0) throw new BadPadding("not a length")
    if (n < 2) return n
    const e = bitLength(n) - 1
    const bucket = 2 ** (e - bitLength(e))
    const padded = Math.ceil(n / bucket) * bucket
    if (!Number.isSafeInteger(padded)) throw new BadPadding("not a length")
    return padded
}

/** A copy of `content` with zero bytes after it, up to its Padme length. */
export function pad(content: Uint8Array): Bytes {
    const padded = new Uint8Array(padme(content.length))
    padded.set(content)
    return padded
}

/**
 * The first `size` bytes, as a view of `padded`.
 *
 * @throws {@link BadPadding} unless `padded` has exactly the length that belongs to `size`, and
 * holds only zero bytes after it.
 */
export function unpad(padded: Bytes, size: number): Bytes {
    if (padded.length !== padme(size)) throw new BadPadding("the length is not the one that belongs to the size")
    if (padded.subarray(size).some((byte) => byte !== 0)) throw new BadPadding("the padding is not zero")
    return padded.subarray(0, size)
}

/** Exact for every safe integer, which Math.log2 is not just below powers of two. */
function bitLength(n: number): number {
    return n.toString(2).length
}
