/**
 * The tests that need a browser's own primitives, bundled for tests/crypto/test_age_browser.py.
 * Each gives what is wrong, in words.
 */

import { decryptWith, encryptTo, recipientOf } from "../../src/age.ts"
import { nativePrimitives } from "../../src/age/native.ts"
import { plainPrimitives } from "../../src/age/plain.ts"
import { bestPrimitives } from "../../src/age/primitives.ts"
import { concat, equal } from "../../src/bytes.ts"
import { bestEd25519, nativeEd25519 } from "../../src/ed25519.ts"
import { encodeIdentity, encodeRecipient, decodeRecipient } from "../../src/keytext.ts"
import { MalformedKey } from "../../src/errors.ts"
import { CONTROLS } from "./controls.ts"
import { expectedAtTheDoor } from "./door.ts"
import { changed, verdict, type Change } from "./mutants.ts"
import { atTheDoor, deviation, HUGE, suite, type Pieces } from "./suite.ts"
import { tables } from "./tables.ts"
import { checkEd25519, checkHpke, checkPrimitives, type Checked, type Rfc9180, type Wycheproof } from "./vectors.ts"

const identity = encodeIdentity(new Uint8Array(32).fill(7))

/** Which of the four are the browser's own, where nothing is forced. */
async function chosen(): Promise<Record<string, boolean>> {
    const best = await bestPrimitives()
    const names = ["kdf", "aead", "x25519", "mlKem"] as const
    const own = Object.fromEntries(names.map((name) => [name, best[name] === nativePrimitives[name]]))
    return { ...own, ed25519: (await bestEd25519()) === nativeEd25519 }
}

/** The suite, natively. The files of 16 MB come byte by byte under `make prove` only. */
async function endings(pieces: Pieces): Promise<string[]> {
    const files = (await suite()).filter((file) => pieces !== 1 || file.bytes.length < HUGE)
    return present(await inTurn(files, async (file) => deviation(file, pieces, nativePrimitives)))
}

/** The production door, natively: other verdicts than expected, and those over a second. */
async function door(): Promise<string[]> {
    const found = await inTurn(await suite(), async (file) => {
        const start = performance.now()
        const given = file.identities.find((text) => text.startsWith("AGE-SECRET-KEY-PQ-1")) ?? identity
        const [found, expected] = [await atTheDoor(file, given, nativePrimitives), expectedAtTheDoor(file.name)]
        if (performance.now() - start > 1000) return `${file.name}: over a second`
        return found === expected ? null : `${file.name}: ${found}, not ${expected}`
    })
    return present(found)
}

/** Names of weakened readers that the suite lets pass. */
async function uncaught(): Promise<string[]> {
    const files = (await suite()).filter((file) => file.bytes.length < HUGE)
    const names = await inTurn(CONTROLS, async ({ name, read, caught }) => {
        const wrong = await inTurn(files, async (file) => deviation(file, "whole", nativePrimitives, read))
        return wrong.some((words) => words?.startsWith(`${caught}:`)) ? null : name
    })
    return present(names)
}

async function vectors(wycheproof: Wycheproof, rfc9180: readonly Rfc9180[]): Promise<Record<string, Checked>> {
    return {
        ...(await checkPrimitives(nativePrimitives, wycheproof)),
        ed25519: await checkEd25519(nativeEd25519, wycheproof),
        hpke: await checkHpke(nativePrimitives, rfc9180),
    }
}

/** Files made natively open plainly and the other way round, at every length around a chunk's. */
async function crossing(lengths: readonly number[]): Promise<string[]> {
    const recipient = await recipientOf(identity)
    const wrong = await inTurn(lengths, async (length) => {
        const content = crypto.getRandomValues(new Uint8Array(Math.min(length, 65536)))
        const whole = length > 65536 ? concat(content, content).subarray(0, length) : content
        const files = [
            await decryptWith(identity, await encryptTo(recipient, whole, nativePrimitives), plainPrimitives),
            await decryptWith(identity, await encryptTo(recipient, whole, plainPrimitives), nativePrimitives),
        ]
        return files.every((opened) => equal(opened, whole)) ? null : `${length} bytes`
    })
    return present(wrong)
}

/** Changes of a file of two chunks on which native and plain do not agree, or which open. */
async function disagreements(changes: readonly Change[]): Promise<string[]> {
    const file = await encryptTo(await recipientOf(identity), new Uint8Array(65536 + 100))
    const wrong = await inTurn(changes, async (change) => {
        const mutant = changed(file, change)
        const [native, plain] = [await verdict(identity, mutant, nativePrimitives), await verdict(identity, mutant, plainPrimitives)]
        return native === plain && native !== "opens" ? null : `${JSON.stringify(change)}: ${native}, ${plain}`
    })
    return present(wrong)
}

/** Damaged recipients that one of the two takes: places in the key, and what is put there. */
async function takenKeys(damages: readonly { readonly at: number; readonly bytes: readonly number[] }[]): Promise<string[]> {
    const wrong = await inTurn(damages, async ({ at, bytes }) => {
        const key = decodeRecipient(await recipientOf(identity))
        key.set(bytes, at)
        const taken = await inTurn([nativePrimitives, plainPrimitives], async (by) =>
            encryptTo(encodeRecipient(key), new Uint8Array(), by).then(
                () => true,
                (error: unknown) => !(error instanceof MalformedKey),
            ),
        )
        return taken.includes(true) ? `${at}: ${taken.join()}` : null
    })
    return present(wrong)
}

function present(words: readonly (string | null)[]): string[] {
    return words.filter((each) => each !== null)
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = []
    for (const item of items) results.push(await work(item))
    return results
}

Object.assign(globalThis, {
    age: {
        chosen, endings, door, uncaught, vectors, crossing, disagreements, takenKeys,
        tables: async () => tables(nativePrimitives, identity),
    },
})
