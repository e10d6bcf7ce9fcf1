/** Let one more person read a letter that was sent: a grant, an envelope to her, the writer's own anew. */

import { buildGrant, fingerprint, fromBase64url, type Opened, type Signature, statementHash } from "@letterlock/crypto"
import { fromBase64, members, newKey, type Person, text, toBase64 } from "@letterlock/kit"
import { KeyNeeded } from "@letterlock/kit/own/desk"
import { isSealed } from "@letterlock/kit/own/opened"
import { openedOf, type OpenLetter } from "@letterlock/kit/reading/index"
import type { Desk } from "@letterlock/kit/writing/index"

/** The server gave another letter than the one that is open and was checked. */
class OtherLetter extends Error {
    override readonly name = "OtherLetter"
}

/**
 * @param letter - One's own, open: it has passed its checks.
 * @throws Problem and Unreachable of the kit, CryptoError, NotSignedIn: then nothing was changed.
 */
export async function addReader(desk: Desk, letter: OpenLetter, person: Person): Promise<void> {
    const [found] = await desk.lookUp([person])
    if (found === undefined) throw new OtherLetter()
    const { opened, before } = await ownEnvelope(desk, letter)
    const { address, key, level, recipient } = found.lookup
    const path = `/messages/${letter.id}/readers`
    const grant = await buildGrant({
        statement: letter.hash, address, key, level, role: "late", granted_by: await writer(desk),
        created: Math.max(Math.floor(Date.now() / 1000), letter.statement.created),
    })
    const made = await signedHere(desk, opened, grant)
    const said = members(await desk.call((api) => api.post(`${path}/signature`, { body: { grant, ...made }, key: newKey() })))
    const signature = { alg: text(said, "alg"), key: text(said, "key"), value: text(said, "value") }
    const own = desk.me.lookup
    const [mine, hers] = await desk.crypto.sealEnvelopes({
        messageKey: opened.message_key, statement: opened.statement, signature: opened.signature,
        grants: [...opened.grants, { text: grant, signature }],
        readers: [own, found.lookup].map((one) => ({ key: one.key, recipient: one.recipient })),
    })
    if (mine === undefined || hers === undefined || hers.key !== key || recipient === own.recipient) throw new OtherLetter()
    const body = { grant, signature, envelope: toBase64(hers.bytes), own_envelope: toBase64(mine.bytes), name: person.name, ...(before !== undefined && { before }) }
    const once = newKey()
    await desk.call((api) => api.post(path, { body, key: once }))
}

/** What the writer's own envelope holds now: another window may have added somebody since. `before`: SHA-256 of it, of who holds her own key. */
async function ownEnvelope(desk: Desk, { id, hash }: OpenLetter): Promise<{ readonly opened: Opened; readonly before?: string }> {
    const answer = members(await desk.call((api) => api.post(`/messages/${id}/open`, { key: newKey() })))
    const opened = await openedOf(desk, answer)
    if (await statementHash(opened.statement) !== hash) throw new OtherLetter()
    return { opened, ...(isSealed(answer) && { before: await fingerprint(fromBase64(text(answer, "envelope"))) }) }
}

/** By who holds her own key; the firm's server signs for everybody else. */
async function signedHere({ me, own }: Desk, { statement }: Opened, grant: string): Promise<{ readonly signature?: Signature }> {
    if (me.lookup.custody !== "self-held") return {}
    if (own === undefined) throw new KeyNeeded("this pane opens no key")
    const { grant_signatures: [signature] } = await own.sign(statement, [grant])
    return signature === undefined ? {} : { signature }
}

async function writer({ me }: Desk): Promise<{ address: string; key: string; custody: typeof me.lookup.custody }> {
    return { address: me.address, key: await fingerprint(fromBase64url(me.lookup.signing_key ?? "")), custody: me.lookup.custody }
}
