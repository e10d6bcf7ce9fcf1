/** Files that were changed after they were made, and what a reader says of each. */

import { decryptWith } from "../../src/age.ts"
import type { Primitives } from "../../src/age/primitives.ts"
import type { Bytes } from "../../src/bytes.ts"
import { MalformedFile } from "../../src/errors.ts"

/** One change of a file of so many bytes. */
export type Change =
    | { readonly kind: "flip"; readonly at: number; readonly mask: number }
    /** Another letter of base64. */
    | { readonly kind: "letter"; readonly at: number }
    | { readonly kind: "cut"; readonly to: number }
    | { readonly kind: "add"; readonly bytes: number }

/** A copy, changed. */
export function changed(file: Bytes, change: Change): Bytes {
    if (change.kind === "cut") return file.slice(0, change.to)
    const copy = new Uint8Array(file.length + (change.kind === "add" ? change.bytes : 0))
    copy.set(file)
    if (change.kind === "letter") copy[change.at] = file[change.at] === 0x41 ? 0x42 : 0x41
    if (change.kind === "flip") copy[change.at] = (file[change.at] ?? 0) ^ change.mask
    return copy
}

/** "opens", or the reason of the refusal. Anything but a typed refusal is thrown on. */
export async function verdict(identity: string, file: Bytes, by: Primitives): Promise<string> {
    try {
        await decryptWith(identity, file, by)
        return "opens"
    } catch (error) {
        if (error instanceof MalformedFile) return error.reason
        throw error
    }
}
