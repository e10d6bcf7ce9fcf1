/** Pairing as the worker does it: an identity goes from a page's worker to a pane's, and neither page has it (docs/spec/pairing.md). */

import { ownBytes, randomBytes, toBase64url, wipe, type Bytes } from "./bytes.ts"
import { openHere, sealHere, type Held } from "./held.ts"
import { encodeIdentity, recipientOf } from "./keys.ts"
import type { Lookup } from "./lookup.ts"
import { hold, publicHalves, wipeSecrets, withSecrets, type OwnKey } from "./own.ts"
import { OwnKeyRefused } from "./ownrefusals.ts"
import {
    checkPaneTag, newCode, newK, openAnswer, paneTag, pairingId, pairingKeys, readCode, readK, sealAnswer, type Asker, type Brought,
    type PairingAsked, type PairingKeys,
} from "./pairing.ts"
import { PairingRefused } from "./pairingrefusals.ts"

/** What a pane holds until it is answered: inside are the one-time seed and the page's tag key. */
export interface Pairing extends Held {
    /** Under which the server keeps it. */
    readonly id: string
    readonly person: string
    readonly recipient: string
}

export interface NewPairing {
    readonly pairing: Pairing
    /** Base64url of 32 bytes; for the link alone, and never for the server. */
    readonly k: string
    /** Eight characters; for the person's eyes. */
    readonly code: string
    /** Of `POST /pairings`, with what the pane says of itself. */
    readonly tag: string
}

/** What a page knows when it is asked: k of the link, what was typed, and what the server handed on. */
export interface Vouching {
    readonly k: string
    readonly code: string
    readonly asked: PairingAsked
}

const SEED_SIZE = 32

/** The pane begins: k, code, one-time recipient and its tag. */
export async function newPairing(person: string, asker: Asker): Promise<NewPairing> {
    const [k, code, seed] = [newK(), newCode(), randomBytes(SEED_SIZE)]
    const keys = await pairingKeys(k, code, person)
    const inside = new Uint8Array([...seed, ...keys.page])
    try {
        const recipient = await recipientOf(encodeIdentity(seed))
        const names = { id: await pairingId(k), person, recipient }
        const pairing = { ...names, ...(await sealHere(namesOf(names), inside)) }
        return { pairing, k: toBase64url(k), code, tag: toBase64url(await paneTag(keys.pane, { ...asker, recipient })) }
    } finally {
        for (const each of [k, seed, inside, keys.pane, keys.page]) wipe(each)
    }
}

/**
 * The id of the pairing that a link is about.
 *
 * @throws {@link PairingRefused} `pairing-link`.
 */
export async function linkedPairing(k: string): Promise<{ readonly id: string }> {
    const bytes = readK(k)
    try {
        return { id: await pairingId(bytes) }
    } finally {
        wipe(bytes)
    }
}

/**
 * Nothing, if the recipient is that of the pane which shows this code.
 *
 * @throws {@link PairingRefused} `pairing-link`, `pairing-code`.
 */
export async function checkPairing(person: string, vouching: Vouching): Promise<null> {
    return withKeys(person, vouching, () => Promise.resolve(null))
}

/**
 * The page's answer, an age file: the identity with those that she had before, sealed to the pane.
 *
 * @throws As {@link checkPairing}, before anything is sealed; {@link OwnKeyRefused} `own-key-closed`.
 */
export async function answerPairing(own: OwnKey, vouching: Vouching): Promise<{ readonly bytes: Bytes }> {
    return withKeys(own.person, vouching, ({ page }) => withSecrets(own, async (secrets) =>
        ({ bytes: await sealAnswer(page, vouching.asked.recipient, { secrets, old: own.old }) })))
}

/**
 * The identity that came back, held by the pane.
 *
 * @param lookup - The person's own, as the key log has proved it.
 * @throws {@link PairingRefused} `pairing-answer`, `pairing-other-key`; {@link OwnKeyRefused} `own-key-closed` if the pairing is another.
 */
export async function openPairing(
    pairing: Pairing, answer: Uint8Array, lookup: Pick<Lookup, "key" | "signing_key">,
): Promise<OwnKey> {
    const inside = await openHere(namesOf(pairing), pairing)
    if (inside === null) throw new OwnKeyRefused("own-key-closed")
    const brought = await openWith(inside, answer)
    try {
        const { key, signing_key } = await publicHalves(brought.secrets)
        if (key !== lookup.key || signing_key !== lookup.signing_key) throw new PairingRefused("pairing-other-key")
        return await hold(pairing.person, brought.secrets, brought.old)
    } finally {
        wipeSecrets(brought.secrets)
    }
}

async function openWith(inside: Bytes, answer: Uint8Array): Promise<Brought> {
    const key = inside.slice(SEED_SIZE)
    try {
        return await openAnswer(key, encodeIdentity(inside.subarray(0, SEED_SIZE)), ownBytes(answer))
    } finally {
        wipe(inside)
        wipe(key)
    }
}

async function withKeys<T>(person: string, { k, code, asked }: Vouching, work: (keys: PairingKeys) => Promise<T>): Promise<T> {
    const bytes = readK(k)
    const keys = await pairingKeys(bytes, readCode(code), person).finally(() => { wipe(bytes) })
    try {
        await checkPaneTag(keys.pane, asked)
        return await work(keys)
    } finally {
        wipe(keys.pane)
        wipe(keys.page)
    }
}

/** Bound to what is inside: nobody can put another person's pairing in the place of one. */
function namesOf({ id, person, recipient }: Pick<Pairing, "id" | "person" | "recipient">): object {
    return { v: 1, pairing: id, person, recipient }
}
