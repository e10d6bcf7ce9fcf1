/** Let one more person read a letter that was sent: a grant, an envelope to her, the writer's own anew. */

import { buildGrant, fingerprint, fromBase64url, type Opened, parseOpened, statementHash } from "@letterlock/crypto"
import { members, newKey, type Person, text, toBase64 } from "@letterlock/kit"
import type { OpenLetter } from "@letterlock/kit/reading/index"
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
    const opened = await ownEnvelope(desk, letter)
    const { address, key, level, recipient } = found.lookup
    const path = `/messages/${letter.id}/readers`
    const grant = await buildGrant({
        statement: letter.hash, address, key, level, role: "late", granted_by: await writer(desk),
        created: Math.max(Math.floor(Date.now() / 1000), letter.statement.created),
    })
    const said = members(await desk.call((api) => api.post(`${path}/signature`, { body: { grant }, key: newKey() })))
    const signature = { alg: text(said, "alg"), key: text(said, "key"), value: text(said, "value") }
    const own = desk.me.lookup
    const [mine, hers] = await desk.crypto.sealEnvelopes({
        messageKey: opened.message_key, statement: opened.statement, signature: opened.signature,
        grants: [...opened.grants, { text: grant, signature }],
        readers: [own, found.lookup].map((one) => ({ key: one.key, recipient: one.recipient })),
    })
    if (mine === undefined || hers === undefined || hers.key !== key || recipient === own.recipient) throw new OtherLetter()
    const body = { grant, signature, envelope: toBase64(hers.bytes), own_envelope: toBase64(mine.bytes), name: person.name }
    const once = newKey()
    await desk.call((api) => api.post(path, { body, key: once }))
}

/** What the writer's own envelope holds now: another window may have added somebody since. */
async function ownEnvelope(desk: Desk, { id, hash }: OpenLetter): Promise<Opened> {
    const { message_key, statement, signature, grants, merge } = members(await desk.call((api) => api.post(`/messages/${id}/open`, { key: newKey() })))
    const opened = parseOpened({ message_key, statement, signature, grants, merge })
    if (await statementHash(opened.statement) !== hash) throw new OtherLetter()
    return opened
}

async function writer({ me }: Desk): Promise<{ address: string; key: string; custody: typeof me.lookup.custody }> {
    return { address: me.address, key: await fingerprint(fromBase64url(me.lookup.signing_key ?? "")), custody: me.lookup.custody }
}
