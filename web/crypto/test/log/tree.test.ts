import assert from "node:assert/strict"
import { describe, it } from "node:test"

import fc from "fast-check"

import { encodeText, fromBase64url, toBase64url, type Bytes } from "../../src/bytes.ts"
import { checkConsistency, checkInclusion, EMPTY_ROOT, leafHash, nodeHash, type Consistency, type Inclusion } from "../../src/log/tree.ts"
import { fromHex, vectors } from "../vectors.ts"
import type { ConsistencyCase, InclusionCase } from "./vectors.ts"

const { tree } = vectors("log.json")
const inclusionRefused = { name: "LogRefused", code: "inclusion-wrong" }
const consistencyRefused = { name: "LogRefused", code: "consistency-wrong" }

const MANY = 300
const leaves = Array.from({ length: MANY }, (_, n) => leafHash(encodeText(String(n))))

/** MTH of RFC 6962 section 2.1, word by word; so are the two proofs. */
function rootOf(entries: readonly Bytes[]): Bytes {
    const [first = EMPTY_ROOT] = entries
    if (entries.length < 2) return first
    const split = splitOf(entries.length)
    return nodeHash(rootOf(entries.slice(0, split)), rootOf(entries.slice(split)))
}

function pathOf(index: number, entries: readonly Bytes[]): Bytes[] {
    if (entries.length < 2) return []
    const split = splitOf(entries.length)
    const [left, right] = [entries.slice(0, split), entries.slice(split)]
    return index < split ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - split, right), rootOf(left)]
}

function growthOf(old: number, entries: readonly Bytes[], isKnown = true): Bytes[] {
    if (old === entries.length) return isKnown ? [] : [rootOf(entries)]
    const split = splitOf(entries.length)
    const [left, right] = [entries.slice(0, split), entries.slice(split)]
    return old <= split ? [...growthOf(old, left, isKnown), rootOf(right)] : [...growthOf(old - split, right, false), rootOf(left)]
}

function splitOf(size: number): number {
    return 2 ** Math.floor(Math.log2(size - 1))
}

function flipped(bytes: Uint8Array, bit: number): Bytes {
    return Uint8Array.from(bytes, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

function inclusionOf({ leaf, root, proof, ...place }: InclusionCase): Inclusion {
    return { ...place, leaf: fromBase64url(leaf), root: fromBase64url(root), proof: proof.map(fromBase64url) }
}

function consistencyOf({ old_root, new_root, proof, ...sizes }: ConsistencyCase): Consistency {
    return { ...sizes, oldRoot: fromBase64url(old_root), newRoot: fromBase64url(new_root), proof: proof.map(fromBase64url) }
}

const places = fc.integer({ min: 1, max: MANY }).chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))
const bits = fc.nat(255)

describe("a tree", () => {
    it("has the published roots of Certificate Transparency", () => {
        const entries = tree.published.entries.map((entry) => leafHash(fromHex(entry)))
        tree.published.roots.forEach((root, at) => {
            assert.deepEqual(rootOf(entries.slice(0, at + 1)), fromHex(root))
        })
    })

    it("has the roots of the vectors", () => {
        const small = tree.roots.filter(({ size }) => size <= MANY)
        assert.ok(small.length > 6)
        for (const { size, root } of small) assert.equal(toBase64url(rootOf(leaves.slice(0, size))), root)
    })
})

describe("an inclusion", () => {
    for (const each of tree.inclusion) {
        it(`is believed: ${each.name}`, () => {
            assert.doesNotThrow(() => { checkInclusion(inclusionOf(each)) })
        })
    }

    for (const each of tree.inclusion_refused) {
        it(`is refused: ${each.name}`, () => {
            assert.throws(() => { checkInclusion(inclusionOf(each)) }, inclusionRefused)
        })
    }

    it("is proved for every entry of every size, and refused with one bit changed", () => {
        fc.assert(fc.property(places, fc.nat(), bits, ({ size, index }, which, bit) => {
            const entries = leaves.slice(0, size)
            const [leaf, root, ...proof] = [leaves[index] ?? EMPTY_ROOT, rootOf(entries), ...pathOf(index, entries)]
            checkInclusion({ leaf, index, size, root, proof })
            const at = which % (proof.length + 2)
            const [badLeaf, badRoot, ...bad] = [leaf, root, ...proof].map((each, n) => (n === at ? flipped(each, bit) : each))
            assert.ok(badLeaf && badRoot)
            assert.throws(() => { checkInclusion({ leaf: badLeaf, index, size, root: badRoot, proof: bad }) }, inclusionRefused)
        }))
    })

    it("has an index and a size that are whole numbers", () => {
        const [leaf = EMPTY_ROOT] = leaves
        const one = { leaf, index: 0, size: 1, root: leaf, proof: [] }
        checkInclusion(one)
        for (const bad of [{ index: -1 }, { index: 0.5 }, { size: 1.5 }, { size: 2 ** 53 }, { size: NaN }]) {
            assert.throws(() => { checkInclusion({ ...one, ...bad }) }, inclusionRefused)
        }
    })
})

describe("a consistency", () => {
    for (const each of tree.consistency) {
        it(`is believed: ${each.name}`, () => {
            assert.doesNotThrow(() => { checkConsistency(consistencyOf(each)) })
        })
    }

    for (const each of tree.consistency_refused) {
        it(`is refused: ${each.name}`, () => {
            assert.throws(() => { checkConsistency(consistencyOf(each)) }, consistencyRefused)
        })
    }

    it("is proved between any two sizes, and refused with one bit changed", () => {
        fc.assert(fc.property(places, fc.nat(), bits, ({ size, index }, which, bit) => {
            const entries = leaves.slice(0, size)
            const sizes = { old: index + 1, new: size }
            const [oldRoot, newRoot, ...proof] = [rootOf(leaves.slice(0, index + 1)), rootOf(entries), ...growthOf(index + 1, entries)]
            checkConsistency({ ...sizes, oldRoot, newRoot, proof })
            const at = which % (proof.length + 2)
            const [badOld, badNew, ...bad] = [oldRoot, newRoot, ...proof].map((each, n) => (n === at ? flipped(each, bit) : each))
            assert.ok(badOld && badNew)
            assert.throws(() => { checkConsistency({ ...sizes, oldRoot: badOld, newRoot: badNew, proof: bad }) }, consistencyRefused)
        }))
    })
})
