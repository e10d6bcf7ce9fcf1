/** Inputs that are almost valid: one to four changes to one that is, from a seeded source. */

export type Bytes = Uint8Array<ArrayBuffer>

/** The same numbers each time for the same seed (mulberry32). */
export class Chance {
    #state: number

    constructor(seed: number) {
        this.#state = seed >>> 0
    }

    /** From 0 to `below` - 1. */
    pick(below: number): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0
        let mixed = this.#state
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
        return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * below)
    }

    one<T>(items: readonly T[]): T {
        const item = items[this.pick(items.length)]
        if (item === undefined) throw new RangeError("nothing to choose from")
        return item
    }
}

type Change = (chance: Chance, data: Bytes, tokens: readonly Bytes[]) => Bytes

/** What a format is made of, and what would keep a bad parser busy: the latter is rarer. */
export interface Tokens {
    readonly usual: readonly Bytes[]
    readonly long: readonly Bytes[]
}

export function mutated(chance: Chance, valid: Bytes, { usual, long }: Tokens): Bytes {
    let data = valid.slice()
    const tokens = chance.pick(50) === 0 ? long : usual
    for (let left = chance.one([1, 1, 1, 2, 3, 4]); left > 0; left -= 1) data = chance.one(CHANGES)(chance, data, tokens)
    return data
}

/** Another value for one byte. */
const replace = (value: (chance: Chance, data: Bytes, at: number) => number): Change => (chance, data) => {
    if (data.length === 0) return data
    const at = chance.pick(data.length)
    data[at] = value(chance, data, at)
    return data
}

const CHANGES: readonly Change[] = [
    replace((chance, data, at) => (data[at] ?? 0) ^ (1 << chance.pick(8))),
    replace((chance) => chance.pick(256)),
    // What stays within the alphabet.
    replace((chance, data) => data[chance.pick(data.length)] ?? 0),
    (chance, data, tokens) => spliced(data, chance.pick(data.length + 1), 0, chance.one(tokens)),
    (chance, data, tokens) => {
        const token = chance.one(tokens)
        return spliced(data, chance.pick(data.length + 1), token.length, token)
    },
    (chance, data) => spliced(data, chance.pick(data.length + 1), 1 + chance.pick(40)),
    (chance, data) => spliced(data, chance.pick(data.length + 1), 0, data.slice(chance.pick(data.length + 1)).subarray(0, 200)),
    (chance, data) => data.subarray(0, chance.pick(data.length + 1)),
]

function spliced(data: Bytes, at: number, drop: number, put: Bytes = new Uint8Array()): Bytes {
    const end = Math.min(data.length, at + drop)
    const result = new Uint8Array(data.length - (end - at) + put.length)
    result.set(data.subarray(0, at))
    result.set(put, at)
    result.set(data.subarray(end), at + put.length)
    return result
}
