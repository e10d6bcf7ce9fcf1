/**
 * Strict shapes of JSON: exactly the members named, nothing missing, nothing unknown.
 *
 * A failed check throws {@link ShapeError}, which says where and never what; each caller turns it
 * into the error of its own format.
 */

import { isWellFormed } from "./canonical.ts"
import { FormatError } from "./errors.ts"

/** Takes a value and its place, such as `readers[1].role`; gives it back typed, or throws. */
export type Check<T> = (value: unknown, where: string) => T

/** A value is not of the shape; `where` names the member, never its value. */
export class ShapeError extends FormatError {
    override readonly name = "ShapeError"
    readonly where: string

    constructor(where: string) {
        super(`not well formed: ${where}`)
        this.where = where
    }
}

/** An object with exactly these members. The result is a new, plain object. */
export function record<T extends object>(members: { readonly [K in keyof T]: Check<T[K]> }): Check<T> {
    const names = Object.keys(members) as (keyof T & string)[]
    return (value, where) => {
        const given = asObject(value, where)
        if (Object.keys(given).length !== names.length) throw new ShapeError(where || "members")
        const entries = names.map((name) => {
            const place = where === "" ? name : `${where}.${name}`
            if (!Object.hasOwn(given, name)) throw new ShapeError(place)
            return [name, members[name](given[name], place)] as const
        })
        return Object.fromEntries(entries) as T
    }
}

/** An array of such values. */
export function list<T>(item: Check<T>): Check<readonly T[]> {
    return (value, where) => {
        if (!Array.isArray(value)) throw new ShapeError(where)
        return Array.from(value, (entry: unknown, index) => item(entry, `${where}[${String(index)}]`))
    }
}

/** Exactly this value. */
export function literal<const T extends string | number | null>(expected: T): Check<T> {
    return (value, where) => {
        if (value !== expected) throw new ShapeError(where)
        return expected
    }
}

/** One of these texts. */
export function oneOf<const T extends string>(allowed: readonly T[]): Check<T> {
    return (value, where) => {
        const found = allowed.find((each) => each === value)
        if (found === undefined) throw new ShapeError(where)
        return found
    }
}

/** A text that matches the pattern. */
export function text(pattern: RegExp): Check<string> {
    return (value, where) => {
        const given = string(value, where)
        if (!pattern.test(given)) throw new ShapeError(where)
        return given
    }
}

/** Such a value, or null. */
export function nullable<T>(inner: Check<T>): Check<T | null> {
    return (value, where) => (value === null ? null : inner(value, where))
}

/** Any text with a UTF-8 form. */
export const string: Check<string> = (value, where) => {
    if (typeof value !== "string" || !isWellFormed(value)) throw new ShapeError(where)
    return value
}

/** A whole number from 0 to 2^53 - 1: a size in bytes, for one. */
export const count: Check<number> = (value, where) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new ShapeError(where)
    return value
}

const YEAR_10000 = 253_402_300_800   // seconds since 1970 UTC; ISO 8601 and some calendars end there

/** Seconds since 1970 UTC, before the year 10000: every date that is shown can be written. */
export const time: Check<number> = (value, where) => {
    const given = count(value, where)
    if (given >= YEAR_10000) throw new ShapeError(where)
    return given
}

/** A size in bytes of something that is not empty. */
export const size: Check<number> = (value, where) => {
    const given = count(value, where)
    if (given === 0) throw new ShapeError(where)
    return given
}

/** An object of any members, each of which is such a value. */
export function dictionary<T>(member: Check<T>): Check<Readonly<Record<string, T>>> {
    return (value, where) => {
        const entries = Object.entries(asObject(value, where))
        return Object.fromEntries(entries.map(([name, each]) => [string(name, where), member(each, where)]))
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
export const address: Check<string> = (value, where) => {
    const given = text(ADDRESS)(value, where)
    if (given !== given.toLowerCase()) throw new ShapeError(where)
    return given
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ShapeError(where || "top")
    return value as Readonly<Record<string, unknown>>
}
