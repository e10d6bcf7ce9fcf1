/** The signed statement: who wrote what to whom (docs/spec/statement.md). */

import { encodeText, fromBase64url, sha256 } from "./bytes.ts"
import { canonical, parseCanonical } from "./canonical.ts"
import { FileRefused, FormatError, Refusal, SealError } from "./errors.ts"
import { LEVELS, type Level, weakest } from "./level.ts"
import { CUSTODIES, isInTime, signingFingerprint, type Custody, type Lookup } from "./lookup.ts"
import {
    address, empty, hash, id, list, literal, nullable, oneOf, record, ShapeError, size, text, time, type Check,
} from "./shape.ts"
import { STATEMENT_DOMAIN, verify, type Signature } from "./signatures.ts"

export const ROLES = ["archive", "cc", "sender", "to"] as const
export type Role = (typeof ROLES)[number]

/** Most files of one message. */
export const MAX_FILES = 100

/** Most readers of one message (docs/spec/http.md section 5). */
export const MAX_READERS = 200

export interface Sender {
    readonly address: string
    /** The firm's id: a claim that only the server checks, since no look-up names a firm. */
    readonly firm: string
    /** Fingerprint of the signing key. */
    readonly key: string
    readonly custody: Custody
}

export interface Reader {
    readonly address: string
    readonly role: Role
    readonly level: Level
    /** Fingerprint of the recipient, or `pending` for who has no key yet. */
    readonly key: string
}

export interface SignedObject {
    readonly id: string
    readonly role: "body" | "file"
    /** Of the content before padding, in bytes. */
    readonly size: number
    /** Of the age file, base64url. */
    readonly sha256: string
}

/** `{"grants": "readers"}`: listed readers may grant. */
export type Policy = Readonly<Record<string, never>> | { readonly grants: "readers" }

/** Members as in docs/spec/statement.md section 3; times in seconds since 1970 UTC. */
export interface Statement {
    readonly v: 1
    readonly message_id: string
    readonly thread_id: string
    readonly parents: readonly string[]
    readonly sender: Sender
    readonly readers: readonly Reader[]
    readonly level: Level
    readonly created: number
    readonly expires: number | null
    readonly policy: Policy
    readonly message_key: string
    readonly objects: readonly SignedObject[]
    readonly checkpoint: null
}

/** What a sender decides; the rest of the statement follows from it. */
export type StatementDraft = Pick<
    Statement, "message_id" | "thread_id" | "parents" | "sender" | "readers" | "created" | "expires" | "message_key"
> & {
    /** Body first. More members, such as the bytes, are left out. */
    readonly objects: readonly SignedObject[]
    /** Levels of those who get a grant with this message: hidden copies. */
    readonly hidden?: readonly Level[]
    /** `{}` if left out: only the sender may grant. */
    readonly policy?: Policy
}

const grantsByReaders = record<{ grants: "readers" }>({ grants: literal("readers") })

const policy: Check<Policy> = (value) =>
    typeof value === "object" && value !== null && "grants" in value ? grantsByReaders(value) : empty(value)

const hashOrPending = text(/^(?:pending|[\w-]{43})$/)

const statementShape: Check<Statement> = record({
    v: literal(1),
    message_id: id,
    thread_id: id,
    parents: list(hash),
    sender: record<Sender>({ address, firm: text(/^[A-Za-z0-9-]{1,64}$/), key: hash, custody: oneOf(CUSTODIES) }),
    readers: list(record<Reader>({ address, role: oneOf(ROLES), level: oneOf(LEVELS), key: hashOrPending })),
    level: oneOf(LEVELS),
    created: time,
    expires: nullable(time),
    policy,
    message_key: hash,
    objects: list(record<SignedObject>({ id, role: oneOf(["body", "file"]), size, sha256: hash })),
    checkpoint: literal(null),
})

/**
 * The canonical text of a new statement: readers and parents sorted, level worked out.
 *
 * @throws {@link SealError} if it would be refused by a reader, or has over 200 readers;
 * {@link FileRefused} `too-many-files`.
 */
export function buildStatement(draft: StatementDraft): string {
    const { hidden = [], objects, readers, parents, ...rest } = draft
    if (objects.length > 1 + MAX_FILES) throw new FileRefused("too-many-files")
    if (readers.length > MAX_READERS) throw new SealError(`it has over ${String(MAX_READERS)} readers`)
    const statement: Statement = {
        v: 1,
        checkpoint: null,
        policy: {},
        ...rest,
        level: weakest([...readers.map((reader) => reader.level), ...hidden]),
        objects: objects.map(({ id, role, size, sha256 }) => ({ id, role, size, sha256 })),
        parents: [...parents].sort(),
        readers: [...readers].sort(byAddressThenRole),
    }
    try {
        return canonical(check(statement))
    } catch (error) {
        if (error instanceof ShapeError) throw new SealError(`its statement is not well formed (${error.where})`)
        if (error instanceof FormatError) throw new SealError("its statement is not well formed")
        throw error
    }
}

/**
 * A statement of its text; who signed it is not looked at ({@link verifyStatement}).
 *
 * @throws {@link Refusal} `statement-malformed`.
 */
export function parseStatement(text: string): Statement {
    try {
        return check(parseCanonical(text))
    } catch (error) {
        if (error instanceof ShapeError) throw new Refusal("statement-malformed", error.where)
        if (error instanceof FormatError) throw new Refusal("statement-malformed")
        throw error
    }
}

/**
 * Parse a statement and check that the key that the directory names for its sender signed it, in
 * the custody that the directory names, before it was replaced.
 *
 * @param sender - The verified look-up of the sender's address.
 * @throws {@link Refusal} `statement-malformed`, `sender-key-unknown` or `statement-signature`,
 * in this order: without the directory's key there is nothing to verify with.
 */
export async function verifyStatement(text: string, signature: Signature, sender: Lookup): Promise<Statement> {
    const statement = parseStatement(text)
    const named = sender.signing_key === null ? null : await signingFingerprint(sender.signing_key)
    const { address, custody, key } = statement.sender
    const known = key === named && signature.key === named && custody === sender.custody && isInTime(sender, statement.created)
    if (sender.signing_key === null || !known || sender.address !== address) {
        throw new Refusal("sender-key-unknown")
    }
    if (!(await verify(STATEMENT_DOMAIN, text, signature, fromBase64url(sender.signing_key)))) {
        throw new Refusal("statement-signature")
    }
    return statement
}

/** The hash of a statement's canonical text, base64url. */
export async function statementHash(text: string): Promise<string> {
    return sha256(encodeText(text))
}

/** What is known of a letter of a thread: its statement's hash, and the hashes that it answers. */
export interface Answering {
    readonly hash: string
    readonly parents: readonly string[]
    /** Address of who wrote it. */
    readonly sender: string
    /** Addresses of all whom its statement lists. */
    readonly readers: readonly string[]
    /** Addresses of those who got a grant, as far as the writer of the answer knows. */
    readonly granted: readonly string[]
}

/**
 * The `parents` of an answer: of the opened letters that all readers of the answer may know of,
 * the hashes of those that no other of them answers, sorted.
 *
 * @param readers - Addresses of the answer's writer, To and Cc. To name a letter that one of them
 * may not read, or that its writer reads in secret, would tell him of a hidden reader.
 */
export function heads(opened: readonly Answering[], readers: readonly string[]): string[] {
    const known = opened.filter((letter) => isKnownTo(letter, readers))
    const answered = new Set(known.flatMap((letter) => letter.parents))
    const hashes = new Set(known.map((letter) => letter.hash))
    return [...hashes].filter((hash) => !answered.has(hash)).sort()
}

/** Listed, all of them; or between the letter's sender and one to whom it was granted, who both know. */
function isKnownTo(letter: Answering, readers: readonly string[]): boolean {
    const among = (addresses: readonly string[]): boolean => readers.every((reader) => addresses.includes(reader))
    return among([letter.sender, ...letter.readers]) || letter.granted.some((each) => among([letter.sender, each]))
}

function check(value: unknown): Statement {
    const statement = statementShape(value)
    requireSorted(statement.parents, byText, "parents")
    requireSorted(statement.readers, byAddressThenRole, "readers")
    checkReaders(statement)
    checkObjects(statement.objects)
    return statement
}

function checkReaders({ readers, sender, level }: Statement): void {
    if (readers.length > MAX_READERS) throw new ShapeError("readers")
    const own = readers.filter((reader) => reader.role === "sender")
    if (own.length !== 1 || own[0]?.address !== sender.address) throw new ShapeError("readers")
    // The firm's server can open a managed sender's copy (levels.md rule 2). Hidden readers may lower the level below that of everybody listed; nothing can raise it.
    if (sender.custody === "managed" && own[0].level === "self-held") throw new ShapeError("readers")
    const listed = weakest(readers.map((reader) => reader.level))
    if (LEVELS.indexOf(level) > LEVELS.indexOf(listed)) throw new ShapeError("level")
}

function checkObjects(objects: readonly SignedObject[]): void {
    const bodies = objects.filter((object) => object.role === "body")
    if (bodies.length !== 1 || objects[0]?.role !== "body" || objects.length > 1 + MAX_FILES) throw new ShapeError("objects")
    if (new Set(objects.map((object) => object.id)).size !== objects.length) throw new ShapeError("objects")
}

/** Refuses equal neighbours too. */
function requireSorted<T>(items: readonly T[], compare: (a: T, b: T) => number, where: string): void {
    items.forEach((item, index) => {
        const before = items[index - 1]
        if (before !== undefined && compare(before, item) >= 0) throw new ShapeError(where)
    })
}

function byAddressThenRole(a: Reader, b: Reader): number {
    if (a.address !== b.address) return a.address < b.address ? -1 : 1
    if (a.role !== b.role) return a.role < b.role ? -1 : 1
    return 0
}

function byText(a: string, b: string): number {
    if (a === b) return 0
    return a < b ? -1 : 1
}
