/**
 * Open a message: the six checks of docs/spec/envelope.md section 2, in their order. Nothing is
 * given out before its object has passed all of them.
 */

import { decryptWith, recipientOf } from "./age.ts"
import { parseBody, type Body } from "./body.ts"
import { sha256, wipe } from "./bytes.ts"
import { parseOpened, type Opened } from "./envelope.ts"
import { FormatError, Refusal } from "./errors.ts"
import { recipientFingerprint } from "./keys.ts"
import type { Lookup } from "./lookup.ts"
import { unpad } from "./padding.ts"
import { verifyStatement, type SignedObject, type Statement } from "./statement.ts"

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
    /** age files by object id: exactly those of the statement. */
    readonly objects: ReadonlyMap<string, Uint8Array>
}

export interface OpenedMessage {
    readonly statement: Statement
    readonly body: Body
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
    requireListed(statement, opening.viewer)
    await requireMessageKey(statement, opened.message_key)
    await requireObjects(statement, opening.objects)
    return { statement, body: await openBody(statement, opened.message_key, opening.objects) }
}

function requireListed({ readers }: Statement, viewer: Viewer): void {
    const listed = readers.some(
        ({ address, key }) => key !== "pending" && address === viewer.address && key === viewer.key,
    )
    if (!listed) throw new Refusal("viewer-not-listed")
}

async function requireMessageKey(statement: Statement, messageKey: string): Promise<void> {
    const found = await recipientFingerprint(await recipientOf(messageKey))
    if (found !== statement.message_key) throw new Refusal("message-key-mismatch")
}

async function requireObjects(statement: Statement, given: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const { id } of statement.objects) requireObject(given, id)
    if (given.size !== statement.objects.length) throw new Refusal("object-extra")
    for (const object of statement.objects) {
        if ((await sha256(requireObject(given, object.id))) !== object.sha256) throw new Refusal("object-changed")
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
