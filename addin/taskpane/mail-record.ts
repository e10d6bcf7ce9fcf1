/** What of a mail is sealed into the record, and the block of lines over it. Pure. */

import type { Head } from "@letterlock/kit/editor/rewritten"

import { WORDS } from "./filing-words.ts"
import type { HeldFile } from "./office.ts"
import type { Named, OpenMail } from "./office-mail.ts"

/** Why a file is not sealed. */
export type Why = "cloud" | "large" | "old" | "empty" | "nothing" | "unreadable" | "refused"

export interface Left {
    readonly file: HeldFile
    readonly why: Why
}

/** What is to be sealed of a mail, before anything was read. */
export interface Plan {
    /** Nothing can be sealed, and why; empty when it can. */
    readonly refusal: string
    readonly files: readonly HeldFile[]
    readonly left: readonly Left[]
    /** Sentences to know. */
    readonly asides: readonly string[]
}

export type Facts = Pick<OpenMail, "subject" | "from" | "to" | "cc" | "written" | "messageId" | "kind" | "files" | "givesFiles" | "id">

/** Name the parts of a mail. `most`: bytes of the largest file. */
export function planOf(mail: Facts, most: number): Plan {
    const all = mail.files
    const names = all.map(({ name }) => name.toLowerCase())
    const left = all.flatMap((file): Left[] => {
        const why = whyNot(file, mail.givesFiles, most)
        return why === null ? [] : [{ file, why }]
    })
    const files = all.filter((file) => !left.some((one) => one.file === file))
    const isSigned = /^IPM\.Note\.SMIME\.MultipartSigned/iu.test(mail.kind)
    return {
        refusal: names.includes("message.rpmsg") || /rpmsg/iu.test(mail.kind) ? WORDS.rights
            : !isSigned && (/^IPM\.Note\.SMIME/iu.test(mail.kind) || names.includes("smime.p7m")) ? WORDS.encrypted : "",
        files, left,
        asides: [...(isSigned ? [WORDS.signed] : []), ...(files.some(({ inline }) => inline) ? [WORDS.pictures] : [])],
    }
}

function whyNot({ kind, size }: HeldFile, gives: boolean, most: number): Why | null {
    if (kind === "cloud") return "cloud"
    if (!gives) return "old"
    return size > most ? "large" : null
}

/** The sentence for a file that is left out. `most`: in words, of the largest file. */
export const leftWords = ({ file: { name }, why }: Left, most: string): string =>
    why === "large" ? WORDS.large(name, most) : WORDS[why](name)

/**
 * What names the mail for the server, which learns no more of it: base64url SHA-256 (http.md section 3). A sender chooses the
 * Message-ID of his mails, so more than that goes in: another mail of his that bears it is sealed too.
 *
 * @param left - What is not sealed with it: a mail that went without a file may go once more, whole.
 * @returns Empty where nothing names it.
 */
export async function hashOf(mail: Pick<Facts, "messageId" | "id" | "from" | "subject" | "written" | "files">, left: readonly Left[] = []): Promise<string> {
    const { messageId, id, from, subject, written } = mail
    const name = messageId === "" ? `item:${id}` : messageId
    if (name === "item:") return ""
    const seconds = written === null ? null : Math.floor(written.getTime() / 1000)
    const named = JSON.stringify(["letterlock/mail/v2", name, from.address, subject, seconds, listed(mail.files), listed(left.map(({ file }) => file))])
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(named)))
    return btoa(String.fromCharCode(...hash)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "")
}

/** Names and sizes, in an order that does not hang on Outlook's. */
const listed = (files: readonly HeldFile[]): (readonly [string, number])[] =>
    files.map(({ name, size }) => [name, size] as const).sort(([a, m], [b, n]) => a < b ? -1 : a > b ? 1 : m - n)

/** What stands over the mail in the sealed text, as text: who sealed it, and the mail's own lines. */
export function recordHead(mail: Facts, sealer: Named, left: readonly Left[]): Head {
    const lines: (readonly [string, string])[] = [
        [WORDS.lineFrom, people([mail.from])], [WORDS.lineTo, people(mail.to)], [WORDS.lineCc, people(mail.cc)],
        [WORDS.lineDate, mail.written?.toISOString() ?? ""], [WORDS.lineSubject, mail.subject], [WORDS.lineId, mail.messageId],
        [WORDS.lineLeft, left.map(({ file }) => file.name).join(", ")],
    ]
    const shown = lines.filter(([, value]) => value !== "").map(([label, value]) => `${label}: ${inOneLine(value)}`)
    return { lead: inOneLine(WORDS.head(sealer.name || sealer.address, sealer.address)), lines: shown }
}

const people = (named: readonly Named[]): string =>
    named.map(({ name, address }) => name === "" ? address : `${name} <${address}>`).join("; ")

const inOneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
