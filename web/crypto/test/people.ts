/** The demo's people with fixed keys, and the messages they write; for tests and vectors only. */

import { canonical, encodeIdentity, fingerprint, recipientFingerprint, recipientOf, toBase64url } from "../src/index.ts"
import { publicKeyOf } from "../src/ed25519.ts"
import { buildGrant, type Grant, type GrantDraft, type SignedGrant } from "../src/grant.ts"
import { GRANT_DOMAIN, LOOKUP_DOMAIN, sign, STATEMENT_DOMAIN, type Signature } from "../src/signatures.ts"
import { buildStatement, statementHash, type Reader, type SignedObject, type Statement, type StatementDraft } from "../src/statement.ts"
import type { Body } from "../src/body.ts"
import type { Lookup } from "../src/lookup.ts"

export interface Person {
    readonly address: string
    readonly identity: string
    readonly recipient: string
    /** Fingerprint of `recipient`. */
    readonly key: string
    readonly signingSeed: Uint8Array
    readonly signingKey: string
    readonly signingFingerprint: string
}

export const NOW = 1795348800
export const MESSAGE_ID = toBase64url(seed(0xa1).subarray(0, 16))
export const THREAD_ID = toBase64url(seed(0xa2).subarray(0, 16))
export const DIRECTORY_SEED = seed(0xd0)

export const BODY: Body = {
    v: 1,
    subject: "Your year-end",
    html: "<p>Dear Maya,</p><p>your accounts are <b>ready</b>: 12,650 €.</p>",
    text: "Dear Maya,\n\nyour accounts are ready: 12,650 €.",
    sent_at: NOW,
    files: [],
}

/** 32 equal bytes: a key that nobody may use. */
export function seed(byte: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(32).fill(byte)
}

/** A person whose keys follow from one byte. */
export async function person(address: string, byte: number): Promise<Person> {
    const identity = encodeIdentity(seed(byte))
    const recipient = await recipientOf(identity)
    const signingSeed = seed(byte + 0x80)
    const signingKey = publicKeyOf(signingSeed)
    return {
        address,
        identity,
        recipient,
        key: await recipientFingerprint(recipient),
        signingSeed,
        signingKey: toBase64url(signingKey),
        signingFingerprint: await fingerprint(signingKey),
    }
}

export const ann = await person("ann@hart.example", 1)
export const maya = await person("maya@client.example", 2)
export const tom = await person("tom@client.example", 3)
export const ben = await person("ben@hart.example", 4)
export const directoryKey = toBase64url(publicKeyOf(DIRECTORY_SEED))

/** What the directory says of somebody. */
export function lookupOf(who: Person, changes: Partial<Lookup> = {}): Lookup {
    return {
        v: 1, address: who.address, asked: NOW, checkpoint: null, custody: "managed", key: who.key,
        level: "managed", recipient: who.recipient, signing_key: who.signingKey, until: null, ...changes,
    }
}

/** A look-up as it travels, signed by the directory. */
export async function signedLookup(value: unknown): Promise<{ text: string; signature: Signature }> {
    const text = canonical(value)
    return { text, signature: await sign(LOOKUP_DOMAIN, text, DIRECTORY_SEED) }
}

/** A line of the statement. */
export function reader(who: Person, role: Reader["role"]): Reader {
    return { address: who.address, role, level: "managed", key: who.key }
}

/** From Ann to Maya, with these objects. */
export function statementText(
    objects: readonly SignedObject[], messageKey: string, readers = [reader(ann, "sender"), reader(maya, "to")], more: Partial<StatementDraft> = {},
): string {
    return buildStatement({
        message_id: MESSAGE_ID, thread_id: THREAD_ID, parents: [],
        sender: { address: ann.address, firm: "hart", key: ann.signingFingerprint, custody: "managed" },
        readers, created: NOW, expires: null, message_key: messageKey, objects, ...more,
    })
}

/** Any members, signed by Ann, whether or not they make a statement. */
export async function signedByAnn(value: Partial<Statement> | Record<string, unknown>): Promise<{ statement: string; signature: Signature }> {
    return signText(canonical(value))
}

/** Any text, signed by Ann. */
export async function signText(statement: string): Promise<{ statement: string; signature: Signature }> {
    return { statement, signature: await sign(STATEMENT_DOMAIN, statement, ann.signingSeed) }
}

/** By Ann, for a hidden copy to Tom. */
export async function grantText(statement: string, changes: Partial<GrantDraft> = {}): Promise<string> {
    return buildGrant({
        statement: await statementHash(statement), address: tom.address, role: "hidden", level: "managed", key: tom.key,
        granted_by: grantedBy(ann), created: NOW, ...changes,
    })
}

export function grantedBy({ address, signingFingerprint: key }: Person): Grant["granted_by"] {
    return { address, key, custody: "managed" }
}

/** A grant as it travels. */
export async function signGrant(text: string, by: Person = ann): Promise<SignedGrant> {
    return { text, signature: await sign(GRANT_DOMAIN, text, by.signingSeed) }
}
