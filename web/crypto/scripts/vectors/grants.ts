/** Vectors of grants: messages that open by one, and for each refusal the inputs that must give it. */

import { canonical, mergeHash, type GrantDraft, type Level, type Lookup, type SignedGrant } from "../../src/index.ts"
import { ann, ben, BODY, directoryKey, grantedBy, grantText, lookupOf, maya, MESSAGE_ID, NOW, reader, signedLookup, signGrant, signText, statementText, tom, type Person } from "../../test/people.ts"
import { MESSAGE_KEY, messageKey, YEAR_10000, type Json } from "./common.ts"
import { base64 } from "./store.ts"
import type { SignedObject } from "../../src/statement.ts"

interface Case extends Json {
    readonly name: string
    readonly with: Json
}

interface Body {
    readonly object: SignedObject
    readonly file: Uint8Array
}

const READERS = [reader(ann, "sender"), reader(maya, "to")]
const WAITING = { ...reader(tom, "cc"), key: "pending" }
const STRANGER = { viewer: viewerOf(ben) }
const MERGE = { name: "Tom", sum: "12,650" }

/** Cases of docs/spec/statement.md section 4. */
export async function grantVectors(body: Body): Promise<unknown> {
    const letters = new Letters(body)
    const base = await letters.letter({})
    return {
        about: "docs/spec/statement.md section 4. Each case is `base` with some members replaced: `accept` opens with this role and level, `cases` are refused with `code`. `granters` are look-ups, signed by `directory_key`, of those who signed grants and are not the sender. `build`: the text of a grant, `merge_hash` of its merge values.",
        directory_key: directoryKey,
        base,
        body: BODY,
        build: await builds(base.opened.statement),
        accept: await accepted(letters),
        cases: [...(await malformed(letters)), ...(await unsigned(letters)), ...(await others(letters))],
    }
}

interface Letter extends Json {
    readonly opened: { readonly statement: string; readonly grants: readonly SignedGrant[] } & Json
}

interface Change {
    readonly readers?: typeof READERS
    readonly policy?: { readonly grants: "readers" }
    readonly level?: Level
    readonly merge?: Json
    readonly viewer?: Json
    readonly granters?: readonly Lookup[]
    /** Ann's key is her own. */
    readonly own?: boolean
    /** When Ann's key was replaced. */
    readonly until?: number
    /** Grants, made for the statement; one hidden copy for Tom if left out. */
    readonly grants?: (statement: string) => Promise<readonly SignedGrant[]>
}

/** Whole messages to Maya with grants. */
class Letters {
    readonly #body: Body

    constructor(body: Body) {
        this.#body = body
    }

    async letter({ readers = READERS, policy, level, merge = {}, viewer = viewerOf(tom), granters = [], own = false, until, grants = toTom }: Change): Promise<Letter> {
        const { object, file } = this.#body
        const custody = own ? "self-held" : "managed"
        const sender = { address: ann.address, firm: "hart", key: ann.signingFingerprint, custody } as const
        const text = statementText([object], messageKey, readers, { sender, ...(policy && { policy }), ...(level && { hidden: [level] }) })
        return {
            asked: MESSAGE_ID,
            viewer,
            opened: { message_key: MESSAGE_KEY, ...(await signText(text)), grants: await grants(text), merge },
            sender: await signedLookup(lookupOf(ann, { custody, level: custody, until: until ?? null })),
            granters: await Promise.all(granters.map((each) => signedLookup(each))),
            objects: { [object.id]: base64(file) },
        }
    }

    /** What of a letter is not as in `base`. */
    async changed(change: Change): Promise<Json> {
        const { opened, viewer, granters, sender } = await this.letter(change)
        const changed = change.own === true || change.until !== undefined
        return { opened, viewer, granters, ...(changed && { sender }) }
    }
}

const toTom = async (statement: string): Promise<readonly SignedGrant[]> => [await signGrant(await grantText(statement))]

const ofHerOwn: GrantDraft["granted_by"] = { ...grantedBy(ann), custody: "self-held" }

/** One grant by somebody. */
function oneGrant(changes: Partial<GrantDraft>, by: Person = ann, signer = by): NonNullable<Change["grants"]> {
    return async (statement) => [await signGrant(await grantText(statement, { granted_by: grantedBy(by), ...changes }), signer)]
}

function viewerOf({ address, key }: Person): Json {
    return { address, key }
}

async function builds(statement: string): Promise<Json[]> {
    const drafts: Partial<GrantDraft>[] = [{}, { role: "bulk", merge: MERGE }, { level: "self-held", role: "late", created: NOW + 86_400 }]
    return Promise.all(drafts.map(async ({ merge = {}, ...draft }) => {
        const text = await grantText(statement, { merge, ...draft })
        return { merge, merge_hash: await mergeHash(merge), grant: JSON.parse(text) as Json, text, signature: (await signGrant(text)).signature }
    }))
}

async function accepted(letters: Letters): Promise<Case[]> {
    const policy = { grants: "readers" } as const
    const other = { key: tom.key, address: maya.address }
    const strong = READERS.map((each) => ({ ...each, level: "self-held" as const }))
    const cases: [string, string, Level, Change][] = [
        ["a hidden copy", "hidden", "managed", {}],
        ["the sender, who sees all grants", "sender", "managed", { viewer: viewerOf(ann) }],
        ["a reader in To, beside somebody else's grant", "to", "managed", { viewer: viewerOf(maya) }],
        ["a late reader, a year later", "late", "managed", { grants: oneGrant({ role: "late", created: NOW + 31_536_000 }) }],
        ["a delegate", "delegate", "managed", { grants: oneGrant({ role: "delegate" }) }],
        ["one of many, with merge values", "bulk", "managed", { merge: MERGE, grants: oneGrant({ role: "bulk", merge: MERGE }) }],
        ["who was pending in Cc", "cc", "managed", { readers: [...READERS, WAITING], grants: oneGrant({ role: "cc" }) }],
        ["another key of a reader", "late", "managed", { viewer: other, grants: oneGrant({ ...other, role: "late" }) }],
        ["granted by a reader whom the policy lets", "delegate", "managed",
            { policy, granters: [lookupOf(maya)], grants: oneGrant({ role: "delegate" }, maya) }],
        ["a weaker grant lowers the level", "late", "passphrase",
            { own: true, readers: strong, grants: oneGrant({ role: "late", level: "passphrase", granted_by: ofHerOwn }) }],
        ["a stronger grant does not raise it", "late", "managed", { grants: oneGrant({ role: "late", level: "self-held" }) }],
        ["the statement's level counts a hidden copy that this reader does not see", "to", "passphrase",
            { own: true, readers: strong, level: "passphrase", viewer: viewerOf(maya), grants: () => Promise.resolve([]) }],
        ["end-to-end, for who waited and has a key of his own now", "cc", "self-held",
            { own: true, readers: [...strong, { ...WAITING, level: "self-held" }], grants: oneGrant({ role: "cc", level: "self-held", granted_by: ofHerOwn }) }],
        ["by the sender, whose key was replaced since", "late", "managed", { until: NOW + 60, grants: oneGrant({ role: "late", created: NOW + 60 }) }],
        ["granted by a reader, whose key was replaced since", "delegate", "managed",
            { policy, granters: [lookupOf(maya, { until: NOW })], grants: oneGrant({ role: "delegate" }, maya) }],
    ]
    return Promise.all(cases.map(async ([name, role, level, change]) => ({ name, role, level, with: await letters.changed(change) })))
}

async function malformed(letters: Letters): Promise<Case[]> {
    const value = async (statement: string): Promise<Json> => JSON.parse(await grantText(statement)) as Json
    const texts: [string, (statement: string) => Promise<string>][] = [
        ["white space", async (statement) => (await grantText(statement)).replace(":", ": ")],
        ["a duplicate member", async (statement) => (await grantText(statement)).replace('"v":1', '"v":1,"v":1')],
        ["no JSON", () => Promise.resolve("Tom")],
        ["a missing member", async (statement) => { const { level: _, ...short } = await value(statement); return canonical(short) }],
    ]
    for (const [name, changes] of [
        ["an unknown member", { note: "" }], ["an unknown version", { v: 2 }], ["an unknown role", { role: "archive" }], ["the sender's role", { role: "sender" }],
        ["an unknown level", { level: "strong" }], ["an address in capitals", { address: "Tom@client.example" }], ["a key that is pending", { key: "pending" }],
        ["a time before 1970", { created: -1 }], ["a time in the year 10000", { created: YEAR_10000 }], ["merge values instead of their hash", { merge: {} }], ["a granter without custody", { granted_by: { address: ann.address, key: ann.signingFingerprint } }],
        ["a time before the statement's", { created: NOW - 1 }], ["another statement's hash", { statement: maya.key }],
        ["a reader in To who is not listed", { role: "to" }], ["a reader who is listed with this key", { address: maya.address, key: maya.key }],
    ] as [string, Json][]) texts.push([name, async (statement) => canonical({ ...(await value(statement)), ...changes })])
    const grants = (text: (statement: string) => Promise<string>): NonNullable<Change["grants"]> => async (statement) => [await signGrant(await text(statement))]
    const pending: Change = { readers: [...READERS, WAITING], grants: oneGrant({ role: "to" }) }
    const weaker: Change = { readers: [...READERS, { ...WAITING, level: "self-held" }], grants: oneGrant({ role: "cc" }) }
    return [
        ...(await Promise.all(texts.map(async ([name, text]) => ({ name, code: "grant-malformed", with: await letters.changed({ grants: grants(text) }) })))),
        { name: "who is pending in another role", code: "grant-malformed", with: await letters.changed(pending) },
        { name: "who was pending, with a weaker key than the statement asks for", code: "grant-malformed", with: await letters.changed(weaker) },
    ]
}

async function unsigned(letters: Letters): Promise<Case[]> {
    const policy = { grants: "readers" } as const
    const tampered = async (statement: string, change: (grant: SignedGrant) => SignedGrant): Promise<readonly SignedGrant[]> =>
        (await toTom(statement)).map(change)
    const cases: [string, string, Change][] = [
        ["grant-signature", "changed after signing", { grants: (statement) => tampered(statement, ({ text, signature }) => ({ text: text.replace("hidden", "late"), signature })) }],
        ["grant-signature", "another algorithm", { grants: (statement) => tampered(statement, ({ text, signature }) => ({ text, signature: { ...signature, alg: "Ed448" } })) }],
        ["grant-signature", "signed under the domain of statements", { grants: async (statement) => { const text = await grantText(statement); return [{ text, signature: (await signText(text)).signature }] } }],
        ["grant-signature", "forged by another reader under the sender's fingerprint", { grants: async (statement) => {
            const text = await grantText(statement)
            const { signature } = await signGrant(text, maya)
            return [{ text, signature: { ...signature, key: ann.signingFingerprint } }]
        } }],
        ["grant-signature", "the second of two is forged", { grants: async (statement) => [...(await toTom(statement)), ...(await tampered(statement, ({ text, signature }) => ({ text: text.replace("hidden", "late"), signature })))] }],
        ["granter-not-allowed", "by a reader, where the policy does not let him", { granters: [lookupOf(maya)], grants: oneGrant({}, maya) }],
        ["granter-not-allowed", "by a stranger", { policy, granters: [lookupOf(ben)], grants: oneGrant({}, ben) }],
        ["granter-not-allowed", "by the hidden reader himself", { policy, granters: [lookupOf(tom)], grants: oneGrant({}, tom) }],
        ["granter-not-allowed", "by a reader who had no key yet", { policy, readers: [...READERS, { ...reader(ben, "cc"), key: "pending" }], granters: [lookupOf(ben)], grants: oneGrant({}, ben) }],
        ["granter-not-allowed", "by a reader whose key the directory does not hold", { policy, granters: [lookupOf(maya, { signing_key: null })], grants: oneGrant({}, maya) }],
        ["granter-not-allowed", "by a reader who was not looked up", { policy, grants: oneGrant({}, maya) }],
        ["granter-not-allowed", "by a reader, under the fingerprint of another", { policy, granters: [lookupOf(maya)], grants: oneGrant({ granted_by: { ...grantedBy(maya), key: ben.signingFingerprint } }, maya) }],
        ["granter-not-allowed", "in the sender's name, signed by another", { grants: oneGrant({}, ann, maya) }],
        ["granter-not-allowed", "in the sender's name, with a key of another", { grants: oneGrant({ granted_by: { ...grantedBy(ann), key: maya.signingFingerprint } }, maya) }],
        ["sender-key-unknown", "by a reader, with a key that was replaced before", { policy, granters: [lookupOf(maya, { until: NOW - 3601 })], grants: oneGrant({}, maya) }],
        ["sender-key-unknown", "by the sender, with a key that was replaced before", { until: NOW, grants: oneGrant({ role: "late", created: NOW + 3601 }) }],
        ["granter-not-allowed", "by the sender, with another custody", { grants: oneGrant({ granted_by: { ...grantedBy(ann), custody: "self-held" } }) }],
    ]
    return Promise.all(cases.map(async ([code, name, change]) => ({ name, code, with: await letters.changed(change) })))
}

async function others(letters: Letters): Promise<Case[]> {
    const cases: [string, string, Change][] = [
        ["viewer-not-listed", "a grant for another", STRANGER],
        ["viewer-not-listed", "a grant for another key of the viewer", { viewer: { address: tom.address, key: ben.key } }],
        ["viewer-not-listed", "a grant for another address with the viewer's key", { viewer: { address: ben.address, key: tom.key } }],
        ["viewer-not-listed", "a reader who is pending, and no grant", { readers: [...READERS, WAITING], grants: () => Promise.resolve([]) }],
        ["merge-mismatch", "merge values changed", { merge: { ...MERGE, sum: "1" }, grants: oneGrant({ role: "bulk", merge: MERGE }) }],
        ["merge-mismatch", "merge values left out", { grants: oneGrant({ role: "bulk", merge: MERGE }) }],
        ["merge-mismatch", "merge values that his grant does not name", { merge: MERGE }],
        ["merge-mismatch", "merge values beside somebody else's grant", { viewer: viewerOf(maya), merge: MERGE, grants: oneGrant({ role: "bulk", merge: MERGE }) }],
    ]
    return Promise.all(cases.map(async ([code, name, change]) => ({ name, code, with: await letters.changed(change) })))
}
