/**
 * Strict shapes of JSON: exactly the members named, nothing missing, nothing unknown.
 *
 * A failed check throws {@link ShapeError}, which says where and never what; each caller turns it
 * into the error of its own format.
 */

import { isWellFormed } from "./canonical.ts"
import { FormatError } from "./errors.ts"

/** Gives a value back typed, or throws {@link ShapeError}. */
export type Check<T> = (value: unknown) => T

/** A value is not of the shape. */
export class ShapeError extends FormatError {
    override readonly name = "ShapeError"
    readonly #place: string
    readonly #whole: string

    /**
     * @param place - Of the member within what was checked, such as `readers[1].role`.
     * @param whole - What to say where that is all of it.
     */
    constructor(place = "", whole = "top") {
        super("not well formed")
        this.#place = place
        this.#whole = whole
    }

    /** Names the member, never its value. */
    get where(): string {
        return this.#place || this.#whole
    }

    /** The same, seen from one level further out. */
    within(name: string | number): ShapeError {
        const outer = typeof name === "number" ? `[${String(name)}]` : name
        const dot = this.#place === "" || this.#place.startsWith("[") ? "" : "."
        return new ShapeError(`${outer}${dot}${this.#place}`)
    }
}

/** An object with exactly these members. The result is a new, plain object. */
export function record<T extends object>(members: { readonly [K in keyof T]: Check<T[K]> }): Check<T> {
    const names = Object.keys(members) as (keyof T & string)[]
    return (value) => {
        const given = asObject(value)
        if (Object.keys(given).length !== names.length) throw new ShapeError("", "members")
        const result: Partial<T> = {}
        for (const name of names) {
            if (!Object.hasOwn(given, name)) throw new ShapeError(name)
            result[name] = inside(name, members[name], given[name])
        }
        return result as T
    }
}

/** An array of such values. */
export function list<T>(item: Check<T>): Check<readonly T[]> {
    return (value) => {
        if (!Array.isArray(value)) throw new ShapeError()
        return Array.from(value, (entry: unknown, index) => inside(index, item, entry))
    }
}

/** Places are told on the way out, since nearly all values are well formed. */
function inside<T>(name: string | number, check: Check<T>, value: unknown): T {
    try {
        return check(value)
    } catch (error) {
        throw error instanceof ShapeError ? error.within(name) : error
    }
}

/** Exactly this value. */
export function literal<const T extends string | number | null>(expected: T): Check<T> {
    return (value) => {
        if (value !== expected) throw new ShapeError()
        return expected
    }
}

/** One of these texts. */
export function oneOf<const T extends string>(allowed: readonly T[]): Check<T> {
    return (value) => {
        const found = allowed.find((each) => each === value)
        if (found === undefined) throw new ShapeError()
        return found
    }
}

/** A text that matches the pattern. */
export function text(pattern: RegExp): Check<string> {
    return (value) => {
        const given = string(value)
        if (!pattern.test(given)) throw new ShapeError()
        return given
    }
}

/** Such a value, or null. */
export function nullable<T>(inner: Check<T>): Check<T | null> {
    return (value) => (value === null ? null : inner(value))
}

/** Any text with a UTF-8 form. */
export const string: Check<string> = (value) => {
    if (typeof value !== "string" || !isWellFormed(value)) throw new ShapeError()
    return value
}

/** A whole number from 0 to 2^53 - 1: a size in bytes, for one. */
export const count: Check<number> = (value) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new ShapeError()
    return value
}

const YEAR_10000 = 253_402_300_800   // seconds since 1970 UTC; ISO 8601 and some calendars end there

/** Seconds since 1970 UTC, before the year 10000: every date that is shown can be written. */
export const time: Check<number> = (value) => {
    const given = count(value)
    if (given >= YEAR_10000) throw new ShapeError()
    return given
}

/** A size in bytes of something that is not empty. */
export const size: Check<number> = (value) => {
    const given = count(value)
    if (given === 0) throw new ShapeError()
    return given
}

/** An object of any members, each of which is such a value. */
export function dictionary<T>(member: Check<T>): Check<Readonly<Record<string, T>>> {
    return (value) => {
        const entries = Object.entries(asObject(value))
        return Object.fromEntries(entries.map(([name, each]) => [string(name), member(each)]))
    }
}

/** Nothing in it, in this version. */
export const empty: Check<Readonly<Record<string, never>>> = record<Record<string, never>>({})

/** 128 random bits: 22 characters of base64url. */
export const id: Check<string> = text(/^[\w-]{22}$/)

/** SHA-256 as 43 characters of base64url. */
export const hash: Check<string> = text(/^[\w-]{43}$/)

const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/

/** A mail address in lower case; whether it exists is not for us to say. */
export const address: Check<string> = (value) => {
    const given = text(ADDRESS)(value)
    if (given !== given.toLowerCase()) throw new ShapeError()
    return given
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ShapeError()
    return value as Readonly<Record<string, unknown>>
}
