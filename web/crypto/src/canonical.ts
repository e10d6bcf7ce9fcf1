/**
 * Canonical JSON: RFC 8785 with integers only (docs/spec/statement.md section 1).
 *
 * With integers only, RFC 8785 comes down to: no white space, members sorted by UTF-16 code
 * units, and strings escaped as `JSON.stringify` does.
 */

import { NotCanonical } from "./errors.ts"

/** Deeper values are refused, so that no text can exhaust the stack; ours have a depth of 3. */
const MAX_DEPTH = 64

const LONE_SURROGATE = /\p{Surrogate}/u

/** What TypeScript's library of ES2023 does not know yet. */
interface Modern {
    readonly isWellFormed?: () => boolean
}

/**
 * The one text of a value.
 *
 * @param value - null, booleans, safe integers, well-formed strings, arrays and plain objects.
 * @throws {@link NotCanonical} for anything else, at any depth; `undefined` members included.
 */
export function canonical(value: unknown): string {
    return write(value, 0)
}

/**
 * The value of a canonical text.
 *
 * @throws {@link NotCanonical} unless serialising the value again gives the same text, which
 * refuses duplicate members, other orders, floats and white space.
 */
export function parseCanonical(text: string): unknown {
    let value: unknown
    try {
        value = JSON.parse(text)
    } catch {
        throw new NotCanonical("not JSON")
    }
    // The platform's own writer is ten times as fast, and keeps the order that it finds.
    const again = isOrdered(value, 0) ? JSON.stringify(value) : canonical(value)
    if (again !== text) throw new NotCanonical("not in canonical form")
    return value
}

/** Whether a text holds no half of a surrogate pair, and so has a UTF-8 form. */
export function isWellFormed(text: string): boolean {
    return (text as Modern).isWellFormed?.() ?? !LONE_SURROGATE.test(text)
}

/** Whether `JSON.stringify` of what JSON gave is its canonical text; if not, {@link write} says why. */
function isOrdered(value: unknown, depth: number): boolean {
    if (depth > MAX_DEPTH) return false
    if (typeof value === "number") return Number.isSafeInteger(value)
    if (typeof value === "string") return isWellFormed(value)
    if (typeof value !== "object" || value === null) return true
    if (Array.isArray(value)) return value.every((item) => isOrdered(item, depth + 1))
    const names = Object.keys(value)
    const members = value as Readonly<Record<string, unknown>>
    return names.every((name, at) =>
        isWellFormed(name) && (names[at - 1] ?? "") <= name && isOrdered(members[name], depth + 1))
}

function write(value: unknown, depth: number): string {
    if (depth > MAX_DEPTH) throw new NotCanonical("nested too deeply")
    if (value === null || typeof value === "boolean") return String(value)
    if (typeof value === "number") return writeInteger(value)
    if (typeof value === "string") return writeString(value)
    if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(",")}]`
    if (isPlainObject(value)) return writeObject(value, depth)
    throw new NotCanonical(`no JSON for a value of type ${typeof value}`)
}

function writeInteger(value: number): string {
    if (!Number.isSafeInteger(value)) throw new NotCanonical("a number is not a safe integer")
    return String(value)
}

function writeString(value: string): string {
    if (!isWellFormed(value)) throw new NotCanonical("a string holds a lone surrogate")
    return JSON.stringify(value)
}

function writeObject(value: Readonly<Record<string, unknown>>, depth: number): string {
    const members = Object.keys(value)
        .sort()
        .map((name) => `${writeString(name)}:${write(value[name], depth + 1)}`)
    return `{${members.join(",")}}`
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null) return false
    const prototype: unknown = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
}
