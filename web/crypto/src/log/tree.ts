/** RFC 6962 trees of SHA-256: hashes, and proofs checked (docs/spec/log.md sections 2 and 3). */

import { sha256 } from "@noble/hashes/sha2.js"

import { concat, equal, ownBytes, type Bytes } from "../bytes.ts"
import { LogRefused } from "./refusals.ts"

const HASH_SIZE = 32

/** The root of a log without entries. */
export const EMPTY_ROOT: Bytes = ownBytes(sha256(new Uint8Array()))

/** An entry's place, and what is to show it. Hashes have 32 bytes. */
export interface Inclusion {
    readonly leaf: Uint8Array
    readonly index: number
    readonly size: number
    readonly root: Uint8Array
    readonly proof: readonly Uint8Array[]
}

/** Two sizes of a log, and what is to show that the first is the beginning of the second. */
export interface Consistency {
    readonly old: number
    readonly new: number
    readonly oldRoot: Uint8Array
    readonly newRoot: Uint8Array
    readonly proof: readonly Uint8Array[]
}

/** SHA-256 of 0x00 and the entry. */
export function leafHash(entry: Uint8Array): Bytes {
    return ownBytes(sha256(concat(Uint8Array.of(0), entry)))
}

/** SHA-256 of 0x01 and both children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
    return ownBytes(sha256(concat(Uint8Array.of(1), left, right)))
}

/**
 * Check that a leaf hash stands at its index (RFC 9162, section 2.1.3.2).
 *
 * @throws {@link LogRefused} `inclusion-wrong`.
 */
export function checkInclusion({ leaf, index, size, root, proof }: Inclusion): void {
    if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, ...proof])) throw new LogRefused("inclusion-wrong")
    let found = leaf
    const whole = walk(index, size - 1, proof, (beside, isLeft) => {
        found = isLeft ? nodeHash(beside, found) : nodeHash(found, beside)
    })
    if (!whole || !equal(found, root)) throw new LogRefused("inclusion-wrong")
}

/**
 * Check that a log has only grown (RFC 9162, section 2.1.4.2).
 *
 * @throws {@link LogRefused} `consistency-wrong`.
 */
export function checkConsistency(growth: Consistency): void {
    if (!(isTrivial(growth) ? growth.proof.length === 0 && isSame(growth) : isGrowth(growth))) throw new LogRefused("consistency-wrong")
}

function isTrivial(growth: Consistency): boolean {
    return growth.old === 0 || growth.old === growth.new
}

/** Of a log that was empty, or has not changed. */
function isSame({ old, new: size, oldRoot, newRoot }: Consistency): boolean {
    if (!isCount(old) || !isCount(size) || !areHashes([oldRoot, newRoot])) return false
    return old === size ? equal(oldRoot, newRoot) && (old > 0 || equal(oldRoot, EMPTY_ROOT)) : equal(oldRoot, EMPTY_ROOT)
}

function isGrowth({ old, new: size, oldRoot, newRoot, proof }: Consistency): boolean {
    if (!isCount(old) || !isCount(size) || old > size || !areHashes([oldRoot, newRoot, ...proof])) return false
    let [at, last] = [old - 1, size - 1]
    while (at % 2 === 1) [at, last] = [half(at), half(last)]
    // An old log of a power of two is itself the first hash of the proof, which then leaves it out.
    const [first, ...rest] = at === 0 ? [oldRoot, ...proof] : proof
    if (first === undefined || proof.length === 0) return false
    let [before, after] = [first, first]
    const whole = walk(at, last, rest, (beside, isLeft) => {
        if (isLeft) before = nodeHash(beside, before)
        after = isLeft ? nodeHash(beside, after) : nodeHash(after, beside)
    })
    return whole && equal(before, oldRoot) && equal(after, newRoot)
}

/**
 * Go up from a node, one hash of the proof a step. Numbers go up to 2^53, so nothing is shifted.
 *
 * @param at - The node's number at its level.
 * @param last - Number of the last node of that level.
 * @param step - Is given each hash, and whether it stands at the left.
 * @returns Whether the proof ends at the root, neither before nor after it.
 */
function walk(at: number, last: number, proof: readonly Uint8Array[], step: (beside: Uint8Array, isLeft: boolean) => void): boolean {
    for (const beside of proof) {
        if (last === 0) return false
        const isLeft = at % 2 === 1 || at === last
        step(beside, isLeft)
        while (isLeft && at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
        ;[at, last] = [half(at), half(last)]
    }
    return last === 0
}

function half(value: number): number {
    return Math.floor(value / 2)
}

function isCount(value: number): boolean {
    return Number.isSafeInteger(value) && value >= 0
}

function areHashes(given: readonly Uint8Array[]): boolean {
    return given.every((each) => each.length === HASH_SIZE)
}
