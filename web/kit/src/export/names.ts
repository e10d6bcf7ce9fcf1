/** Names inside an export (docs/spec/envelope.md section 4). They say nothing of a letter but its date. */

/** "2026-11-22", in the person's own time zone. */
export function isoDate(date: Date): string {
    const two = (n: number): string => String(n).padStart(2, "0")
    return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The export's own name; with `.zip` it is the file's. */
export const exportName = (made: Date): string => `letterlock-export-${isoDate(made)}`

/** The folder of the `n`-th letter, from 1. */
export const letterFolder = (n: number, sent: Date): string => `${String(n).padStart(2, "0")}-${isoDate(sent)}`

/** The `n`-th file of a letter, from 1, sealed anew. */
export const fileName = (n: number): string => `file-${String(n)}.age`

/** A signed object, byte for byte. */
export const originalName = (object: string): string => `originals/${object}.age`

export const README = "README.txt"
export const READER = "reader.html"
export const IDENTITY = "identity.txt"
export const MESSAGE = "message.age"
export const ENVELOPE = "envelope.age"
