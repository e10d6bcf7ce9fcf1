/**
 * Open a message: the six checks of docs/spec/envelope.md section 2, in their order. Nothing is
 * given out before its object has passed all of them.
 */

import { decryptWith, recipientOf } from "./age.ts"
import { filesFault, parseBody, type Body } from "./body.ts"
import { sha256, wipe } from "./bytes.ts"
import { parseOpened, type Opened } from "./envelope.ts"
import { FormatError, Refusal } from "./errors.ts"
import { mergeHash, verifyGrants, type Grant, type GrantRole } from "./grant.ts"
import { recipientFingerprint } from "./keys.ts"
import { type Level, weakest } from "./level.ts"
import type { Lookup } from "./lookup.ts"
import { unpad } from "./padding.ts"
import { verifyStatement, type Role, type SignedObject, type Statement } from "./statement.ts"

export { openEnvelope } from "./envelope.ts"

/** Whose eyes: address in lower case, and the fingerprint of his key. */
export interface Viewer {
    readonly address: string
    readonly key: string
}

export interface Opening {
    /** Id of the message that was asked for. */
    readonly asked: string
    readonly viewer: Viewer
    readonly opened: Opened
    /** The verified look-up of the sender's address. */
    readonly sender: Lookup
    /** Verified look-ups of others who signed grants. */
    readonly granters?: readonly Lookup[]
    /** age files by object id: the body; files may be left to {@link openFile}. */
    readonly objects: ReadonlyMap<string, Uint8Array>
}

export interface OpenedMessage {
    readonly statement: Statement
    readonly body: Body
    /** All of the envelope, verified, in their order. */
    readonly grants: readonly Grant[]
    /** The weakest of the statement's and all grants'. */
    readonly level: Level
    /** As what the viewer reads it: his line of the statement, or else his grant. */
    readonly viewerRole: Role | GrantRole
}

/**
 * Check and open one message.
 *
 * @throws {@link Refusal}, with the code of the first check that failed. Show nothing then.
 */
export async function openMessage(opening: Opening): Promise<OpenedMessage> {
    const opened = parseOpened(opening.opened)
    const statement = await verifyStatement(opened.statement, opened.signature, opening.sender)
    if (statement.message_id !== opening.asked) throw new Refusal("wrong-message")
    const { viewer, sender, granters = [] } = opening
    const grants = await verifyGrants(opened.grants, { text: opened.statement, statement, sender, granters })
    const own = grants.filter((grant) => isFor(grant, viewer))
    const viewerRole = listedRole(statement, viewer) ?? own[0]?.role
    if (viewerRole === undefined) throw new Refusal("viewer-not-listed")
    await requireMerge(opened, own)
    await requireMessageKey(statement, opened.message_key)
    await requireObjects(statement, opening.objects)
    const body = await openBody(statement, opened.message_key, opening.objects)
    return { statement, body, grants, level: weakest([statement.level, ...grants.map((grant) => grant.level)]), viewerRole }
}

/** Who is listed more than once reads as the first of these. */
const ROLES_BY_RANK: readonly Role[] = ["sender", "to", "cc", "archive"]

function listedRole({ readers }: Statement, viewer: Viewer): Role | undefined {
    const roles = readers.filter((reader) => isFor(reader, viewer)).map((reader) => reader.role)
    return ROLES_BY_RANK.find((role) => roles.includes(role))
}

function isFor({ address, key }: Viewer, viewer: Viewer): boolean {
    return key !== "pending" && address === viewer.address && key === viewer.key
}

async function requireMerge({ merge }: Opened, own: readonly Grant[]): Promise<void> {
    const named = own.length === 0 ? [await mergeHash({})] : own.map((grant) => grant.merge)
    const values = await mergeHash(merge)
    if (named.some((each) => each !== values)) throw new Refusal("merge-mismatch")
}

async function requireMessageKey(statement: Statement, messageKey: string): Promise<void> {
    const found = await recipientFingerprint(await recipientOf(messageKey))
    if (found !== statement.message_key) throw new Refusal("message-key-mismatch")
}

async function requireObjects(statement: Statement, given: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const [body] = statement.objects
    if (body === undefined || !given.has(body.id)) throw new Refusal("object-missing")
    const signed = new Map(statement.objects.map((object) => [object.id, object.sha256]))
    if ([...given.keys()].some((id) => !signed.has(id))) throw new Refusal("object-extra")
    for (const [id, bytes] of given) {
        if ((await sha256(bytes)) !== signed.get(id)) throw new Refusal("object-changed")
    }
}

function requireObject(given: ReadonlyMap<string, Uint8Array>, id: string): Uint8Array {
    const bytes = given.get(id)
    if (bytes === undefined) throw new Refusal("object-missing")
    return bytes
}

async function openBody(
    statement: Statement, messageKey: string, given: ReadonlyMap<string, Uint8Array>,
): Promise<Body> {
    const [object, ...files] = statement.objects
    if (object === undefined) throw new Refusal("statement-malformed", "objects")
    try {
        const body = await decryptBody(messageKey, object, requireObject(given, object.id))
        requireNames(body, files)
        const fault = filesFault(body.files)
        if (fault === "file-name" || fault === "file-type") throw new Refusal(fault)
        return body
    } catch (error) {
        throw error instanceof FormatError ? new Refusal("object-malformed") : error
    }
}

async function decryptBody(messageKey: string, { size }: SignedObject, file: Uint8Array): Promise<Body> {
    const padded = await decryptWith(messageKey, file)
    try {
        return parseBody(unpad(padded, size))
    } finally {
        wipe(padded)
    }
}

/** The body names each file of the statement once, and nothing else. */
function requireNames(body: Body, files: readonly SignedObject[]): void {
    const named = body.files.map((file) => file.object).sort()
    const signed = files.map((file) => file.id).sort()
    if (named.length !== signed.length || named.some((id, index) => id !== signed[index])) {
        throw new FormatError("the body names other files than the statement")
    }
}
