/** Grants: readers whom the statement does not list with a key (docs/spec/statement.md section 4). */

import { encodeText, fromBase64url, sha256 } from "./bytes.ts"
import { canonical, parseCanonical } from "./canonical.ts"
import { FormatError, Refusal, SealError } from "./errors.ts"
import { CUSTODIES, isInTime, LEVELS, signingFingerprint, type Custody, type Level, type Lookup } from "./lookup.ts"
import { address, hash, literal, oneOf, record, ShapeError, string, time, type Check } from "./shape.ts"
import { GRANT_DOMAIN, signatureShape, verify, type Signature } from "./signatures.ts"
import { statementHash, type Statement } from "./statement.ts"

export const GRANT_ROLES = ["bulk", "cc", "delegate", "hidden", "late", "to"] as const
export type GrantRole = (typeof GRANT_ROLES)[number]

/** Values of merge fields, by name. */
export type Merge = Readonly<Record<string, string>>

export interface Granter {
    readonly address: string
    /** Fingerprint of the signing key. */
    readonly key: string
    readonly custody: Custody
}

export interface Grant {
    readonly v: 1
    /** Hash of the statement's canonical text. */
    readonly statement: string
    readonly address: string
    readonly role: GrantRole
    readonly level: Level
    /** Fingerprint of the reader's recipient. */
    readonly key: string
    /** {@link mergeHash} of the envelope's merge values. */
    readonly merge: string
    readonly granted_by: Granter
    /** Seconds since 1970 UTC. */
    readonly created: number
}

/** A grant as it travels: the exact text that was signed. */
export interface SignedGrant {
    readonly text: string
    readonly signature: Signature
}

/** What a granter decides. */
export type GrantDraft = Omit<Grant, "v" | "merge"> & {
    /** None if left out. */
    readonly merge?: Merge
}

const grantShape: Check<Grant> = record<Grant>({
    v: literal(1),
    statement: hash,
    address,
    role: oneOf(GRANT_ROLES),
    level: oneOf(LEVELS),
    key: hash,
    merge: hash,
    granted_by: record<Granter>({ address, key: hash, custody: oneOf(CUSTODIES) }),
    created: time,
})

/** The two members, whatever stands in them. */
export const signedGrantShape: Check<SignedGrant> = record({ text: string, signature: signatureShape })

/**
 * The canonical text of a new grant, to be signed under `letterlock/grant/v1`.
 *
 * @throws {@link SealError} if a verifier would refuse its form.
 */
export async function buildGrant({ merge = {}, ...draft }: GrantDraft): Promise<string> {
    try {
        return canonical(grantShape({ v: 1, ...draft, merge: await mergeHash(merge) }))
    } catch (error) {
        if (error instanceof ShapeError) throw new SealError(`a grant is not well formed (${error.where})`)
        if (error instanceof FormatError) throw new SealError("a grant is not well formed")
        throw error
    }
}

/**
 * A grant of its text; who signed it, and for what, is not looked at ({@link verifyGrants}).
 *
 * @throws {@link Refusal} `grant-malformed`.
 */
export function parseGrant(text: string): Grant {
    try {
        return grantShape(parseCanonical(text))
    } catch (error) {
        if (error instanceof ShapeError) throw new Refusal("grant-malformed", error.where)
        if (error instanceof FormatError) throw new Refusal("grant-malformed")
        throw error
    }
}

/** What a grant is judged by. */
export interface Granting {
    /** The statement's canonical text. */
    readonly text: string
    /** The same, verified. */
    readonly statement: Statement
    /** The verified look-up of the statement's sender. */
    readonly sender: Lookup
    /** Verified look-ups of others who granted. */
    readonly granters?: readonly Lookup[]
}

/**
 * Check every grant of an envelope.
 *
 * @returns The grants, in their order.
 * @throws {@link Refusal} `grant-malformed`, `granter-not-allowed`, `sender-key-unknown` or
 * `grant-signature`: of the first grant that fails, in this order.
 */
export async function verifyGrants(grants: readonly SignedGrant[], granting: Granting): Promise<readonly Grant[]> {
    const about = await statementHash(granting.text)
    const verified: Grant[] = []
    for (const { text, signature } of grants) {
        const grant = parseGrant(text)
        if (grant.statement !== about) throw new Refusal("grant-malformed", "statement")
        checkAgainst(grant, granting.statement)
        const key = await granterKey(grant, signature, granting)
        if (!(await verify(GRANT_DOMAIN, text, signature, fromBase64url(key)))) throw new Refusal("grant-signature")
        verified.push(grant)
    }
    return verified
}

/** The hash of an envelope's merge values, base64url. */
export async function mergeHash(merge: Merge): Promise<string> {
    return sha256(encodeText(canonical(merge)))
}

/** A grant adds: it is no second way to say what the statement says. */
function checkAgainst(grant: Grant, { created, readers }: Statement): void {
    if (grant.created < created) throw new Refusal("grant-malformed", "created")
    const lines = readers.filter((reader) => reader.address === grant.address)
    if (lines.some((line) => line.key === grant.key)) throw new Refusal("grant-malformed", "key")
    if (grant.role !== "to" && grant.role !== "cc") return
    const waits = lines.find((line) => line.role === grant.role && line.key === "pending")
    if (waits === undefined) throw new Refusal("grant-malformed", "role")
    if (LEVELS.indexOf(grant.level) < LEVELS.indexOf(waits.level)) throw new Refusal("grant-malformed", "level")
}

/** The public key that must have signed: of the sender, or of a reader whom the policy lets grant. */
async function granterKey(
    { granted_by: by, created }: Grant, signature: Signature, { statement, sender, granters = [] }: Granting,
): Promise<string> {
    const bySender = (["address", "key", "custody"] as const).every((name) => by[name] === statement.sender[name])
    if (!bySender && !mayGrant(by, statement)) throw new Refusal("granter-not-allowed")
    const lookup = [sender, ...granters].find((each) => each.address === by.address)
    const key = lookup?.signing_key ?? null
    if (lookup === undefined || key === null || (!bySender && lookup.custody !== by.custody)) throw new Refusal("granter-not-allowed")
    const named = await signingFingerprint(key)
    if (by.key !== named || signature.key !== named) throw new Refusal("granter-not-allowed")
    if (!isInTime(lookup, created)) throw new Refusal("sender-key-unknown")
    return key
}

function mayGrant({ address: by }: Granter, { policy, readers, sender }: Statement): boolean {
    const listed = readers.some((reader) => reader.address === by && reader.key !== "pending")
    return "grants" in policy && listed && by !== sender.address
}
