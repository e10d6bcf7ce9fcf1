/** Read the members of an answer, so that a surprise is an error here and not a wrong page later. */

/** The server answered with something that the specification does not allow. */
export class Unexpected extends Error {
    override readonly name = "Unexpected"
}

export type Members = Readonly<Record<string, unknown>>

export function members(value: unknown): Members {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members
    throw new Unexpected("not an object")
}

export function list(value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value
    throw new Unexpected("not a list")
}

export function text(from: Members, name: string): string {
    const value = from[name]
    if (typeof value === "string") return value
    throw new Unexpected(`${name} is not text`)
}

/** Text that may be missing or null. */
export function textOr(from: Members, name: string, otherwise: string): string {
    const value = from[name]
    return typeof value === "string" ? value : otherwise
}

/** A moment: seconds since 1970, or ISO 8601. */
export function moment(from: Members, name: string): Date {
    const value = from[name]
    const date = new Date(typeof value === "number" ? value * 1000 : typeof value === "string" ? value : Number.NaN)
    if (Number.isNaN(date.getTime())) throw new Unexpected(`${name} is not a moment`)
    return date
}
