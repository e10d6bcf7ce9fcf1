/** Fetch one letter, check it and decrypt it, on this device (http.md section 4, envelope.md section 2). */

import { parseOpened, parseStatement, type OpenedMessage } from "@letterlock/crypto"
import { type Members, members, newKey, Problem, text } from "@letterlock/kit"

import type { Page } from "./page.ts"

export interface OpenLetter extends OpenedMessage {
    /** The viewer's own address. */
    readonly viewer: string
    /** As the firm's server names the sender; the statement holds the address only. */
    readonly senderName: string
}

/**
 * @param checking - Called when all has arrived and the checks begin.
 * @throws Refusal if anything is not as the sender signed it: show nothing then. Problem and
 * Unreachable of the kit if it could not be fetched.
 */
export async function openLetter(page: Page, checking: () => void): Promise<OpenLetter> {
    const { id, directoryKey } = page.letter
    const answer = members(await page.api.post(`/messages/${id}/open`, { key: newKey() }))
    const { viewer, sender, sender_name: _name, directory_key: _key, ...envelope } = answer
    const opened = parseOpened(envelope)
    const statement = parseStatement(opened.statement)
    const who = { address: text(members(viewer), "address"), key: text(members(viewer), "key") }
    const lookup = await page.crypto.verifyLookup(
        { ...signedText(members(sender)), directoryKey, address: statement.sender.address })
    const objects = await fetchObjects(page, statement.objects.map((object) => object.id))
    checking()
    const message = await page.crypto.openMessage({ asked: id, viewer: who, opened, sender: lookup, objects })
    return { ...message, viewer: who.address, senderName: text(answer, "sender_name") }
}

const signedText = (said: Members): { text: string; signature: unknown } =>
    ({ text: text(said, "text"), signature: said["signature"] })

/** What the server does not have stays out, so that the check names it as missing. */
async function fetchObjects(page: Page, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
    const objects = new Map<string, Uint8Array>()
    for (const object of ids) {
        try {
            objects.set(object, await page.api.bytes(`/messages/${page.letter.id}/objects/${object}`))
        } catch (error) {
            if (!(error instanceof Problem && error.status === 404)) throw error
        }
    }
    return objects
}

