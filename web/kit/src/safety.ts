/** Both sides of a comparison, by the keys that this browser uses (docs/spec/safety-number.md section 1). */

import { type CryptoClient, type Lookup, type OwnKey, type Party, signingFingerprint } from "@letterlock/crypto"

import { KeyNeeded } from "./own/desk.ts"
import type { Mark } from "./verified.ts"
import type { Desk } from "./writing/desk.ts"

/** What comparing takes from a page or pane. */
export interface SafetyDesk {
    readonly crypto: Pick<CryptoClient, "compareKeys">
    /** Sign in anew: one's present look-up, and how others are looked up. All of it is verified, by signature and log. */
    readonly enter: () => Promise<{ readonly me: Pick<Desk["me"], "lookup">; readonly lookUp: Desk["lookUp"] }>
    /** One's own key, while it is open here. */
    readonly own: () => Promise<Pick<OwnKey, "key" | "signing_key"> | null>
}

/** Of whose key only its owner has the secret half. */
export type Worth = "both" | "mine" | "theirs" | "neither"

export interface Comparison {
    /** 60 digits. */
    readonly number: string
    /** The half of it that stands for one's own keys. */
    readonly half: string
    readonly own: string
    readonly other: string
    readonly worth: Worth
    /** Of the other's present keys: fingerprints, as statements name them. */
    readonly keys: { readonly signing: string; readonly recipient: string }
}

/** How a mark stands today. `whose` keys are others since. */
export type Standing = "same" | { readonly whose: "mine" | "theirs" | "both" }

/** Somebody has no signing key yet, so there is no number. */
export class NoNumberYet extends Error {
    override readonly name = "NoNumberYet"
}

/**
 * Compare oneself with somebody.
 *
 * @throws NoNumberYet; KeyNeeded if one's own key is not open here; LookupRefused, LogRefused; Problem and Unreachable of the kit.
 */
export async function compare(desk: SafetyDesk, address: string): Promise<Comparison> {
    const [{ me, lookUp }, open] = await Promise.all([desk.enter(), desk.own()])
    const found = (await lookUp([{ address }]))[0]?.lookup
    if (found === undefined) throw new NoNumberYet("nobody was found")
    const [own, other] = [partyOf(ownKeys(me.lookup, open)), partyOf(found)]
    const { number, own: half } = await desk.crypto.compareKeys({ own, other })
    const worth = worthOf(isOnlyHers(me.lookup), isOnlyHers(found))
    return { number, half, own: own.address, other: address, worth, keys: { signing: await signingFingerprint(other.signing_key), recipient: other.key } }
}

/** How what was compared then stands to what is so now. */
export function standingOf(mark: Mark, { number, half }: Comparison): Standing {
    if (mark.number === number) return "same"
    const before = halvesOf(mark.number)
    const other = halvesOf(number).find((one) => one !== half)
    const [mine, theirs] = [before.includes(half), other !== undefined && before.includes(other)]
    return { whose: mine ? "theirs" : theirs ? "mine" : "both" }
}

/** "12345", twelve times. */
export const groupsIn = (number: string): readonly string[] => number.match(/\d{5}/gu) ?? []

const halvesOf = (number: string): readonly string[] => [number.slice(0, 30), number.slice(30)]

type Keys = Pick<Lookup, "address" | "key" | "signing_key">

/** Of a key of her own it is the open one that counts, whatever the directory says of her. */
function ownKeys(lookup: Lookup, open: Pick<OwnKey, "key" | "signing_key"> | null): Keys {
    if (open !== null) return { address: lookup.address, key: open.key, signing_key: open.signing_key }
    if (lookup.level === "self-held" || lookup.custody === "self-held") throw new KeyNeeded("the key is not open here", lookup.address)
    return lookup
}

function partyOf({ address, key, signing_key }: Keys): Party {
    if (signing_key === null) throw new NoNumberYet(address)
    return { address, key, signing_key }
}

const isOnlyHers = ({ level, custody }: Lookup): boolean => level === "self-held" && custody === "self-held"

function worthOf(mine: boolean, theirs: boolean): Worth {
    if (mine && theirs) return "both"
    return mine ? "mine" : theirs ? "theirs" : "neither"
}
