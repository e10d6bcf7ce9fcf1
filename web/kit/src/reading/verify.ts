/** "Verify": who wrote, to whom, with which keys, unchanged since when; four sentences, and the fingerprints. */

import { longDate } from "../dates.ts"
import { say } from "../words.ts"
import { signedWords } from "./level.ts"
import { called, type OpenLetter } from "./open.ts"
import { addressees, granter, isFinishing, ownGrant } from "./standing.ts"

export interface Fingerprint {
    readonly what: string
    readonly value: string
}

const AN_HOUR = 3_600_000   // milliseconds: clocks differ by that much without anything being wrong

/** One line under "Checked on this device". */
export const checkedWords = (letter: OpenLetter): string => `${signedWords(letter)} ${say("signed.unchanged")}`

/** Four sentences; more where the letter's own date is not when it was signed, or that is ahead of this device's clock. `firm` is the firm's name. */
export function verifySentences(letter: OpenLetter, firm: string, now: Date = new Date()): string[] {
    const { statement } = letter
    const created = new Date(statement.created * 1000)
    const date = longDate(created)
    const since = statement.objects.some(({ role }) => role === "file") ? say("verify.since", { date }) : say("verify.since.bare", { date })
    const late = created.getTime() - now.getTime() > AN_HOUR ? [say("verify.future")] : []
    return [who(letter), forWhom(letter), keys(letter, firm), since, ...dated(letter), ...late]
}

/** The writer's date stands above the letter; where the signature has another one, both are said. */
function dated({ body, statement }: OpenLetter): string[] {
    const [written, signed] = [body.sent_at, statement.created].map((seconds) => new Date(seconds * 1000)) as [Date, Date]
    if (Math.abs(written.getTime() - signed.getTime()) <= AN_HOUR) return []
    return [say("verify.dated", { dated: longDate(written), signed: longDate(signed) })]
}

function who({ statement: { sender }, senderName: name, viewer }: OpenLetter): string {
    return sender.address === viewer
        ? say(`verify.who.you.${sender.custody}`)
        : say(`verify.who.${sender.custody}`, { name, address: sender.address })
}

function forWhom(letter: OpenLetter): string {
    const readers = addressees(letter)
    const own = ownGrant(letter)
    if (own === null || isFinishing(own)) return say("verify.to", { readers })
    if (own.role === "hidden") return say("verify.to.hidden", { readers })
    return say("verify.to.added", { readers, by: granter(letter, own), date: longDate(new Date(own.created * 1000)) })
}

function keys(letter: OpenLetter, firm: string): string {
    const name = letter.senderName
    const own = ownGrant(letter)
    return own === null ? say("verify.keys", { firm, name }) : say("verify.keys.added", { firm, name, by: granter(letter, own) })
}

/** For whoever compares them with somebody, by telephone for one: signing key, readers' keys, letter's key, hash. */
export function fingerprints(letter: OpenLetter): Fingerprint[] {
    const { statement, senderName } = letter
    const withKeys = statement.readers.filter(({ key }) => key !== "pending")
    const readers = [...withKeys, ...letter.grants].map(({ address, key }) => {
        const name = address === letter.viewer ? say("readers.you.inline") : called(letter, address)
        return { what: say("verify.key.reader", { name }), value: key }
    })
    return [
        { what: say("verify.key.signing", { name: senderName }), value: statement.sender.key },
        ...readers,
        { what: say("verify.key.letter"), value: statement.message_key },
        { what: say("verify.key.hash"), value: letter.hash },
    ]
}
