/**
 * Earlier copies of a message that was taken over, found and removed through the person's own Graph token.
 *
 * The token is asked for in the pane, with Mail.ReadWrite, and goes to Graph alone. A copy is removed only when
 * all that it says stands in what was taken: a draft that holds anything else is somebody's work.
 */

import { list, members, say, text } from "@letterlock/kit"

import { plain, type Taken } from "./takeover.ts"

/** Graph refused or did not answer. */
class Unseen extends Error {
    override readonly name = "Unseen"
}

interface Copy {
    readonly id: string
    readonly text: string
    readonly hasFiles: boolean
}

/** The person's own mailbox in Graph. */
export class Mailbox {
    readonly #root: string
    readonly #token: () => Promise<string>

    /** @param root - Graph's address with its version. */
    constructor(root: string, token: () => Promise<string>) {
        this.#root = root
        this.#token = token
    }

    /** Whether earlier versions of items are kept, as under a hold; null where Graph does not tell. */
    async keepsVersions(): Promise<boolean | null> {
        try {
            const folder = members(await this.#call("GET", "/me/mailFolders/recoverableitemsversions"))
            return Number(folder["totalItemCount"]) > 0
        } catch {
            return null
        }
    }

    /** Drafts in the conversation of a message, itself apart, wherever they lie but in Recoverable Items. */
    async copies(id: string): Promise<readonly Copy[]> {
        const { conversationId: conversation } = members(await this.#call("GET", `/me/messages/${encodeURIComponent(id)}?$select=conversationId`))
        const query = new URLSearchParams({
            $filter: `conversationId eq '${String(conversation).replaceAll("'", "''")}' and isDraft eq true`,
            $select: "id,body,hasAttachments", $top: "50",
        })
        const found = members(await this.#call("GET", `/me/messages?${query.toString()}`, { Prefer: 'outlook.body-content-type="text"' }))
        return list(found["value"]).map(members).filter((one) => text(one, "id") !== id).map((one) => ({
            id: text(one, "id"), text: plain(text(members(one["body"]), "content")), hasFiles: one["hasAttachments"] === true,
        }))
    }

    /** Names of a message's files. */
    async files(id: string): Promise<readonly string[]> {
        const found = members(await this.#call("GET", `/me/messages/${encodeURIComponent(id)}/attachments?$select=name`))
        return list(found["value"]).map((one) => text(members(one), "name"))
    }

    /** Out of every folder that a mail client shows. */
    async purge(id: string): Promise<void> {
        await this.#call("POST", `/me/messages/${encodeURIComponent(id)}/permanentDelete`)
    }

    async #call(method: "GET" | "POST", path: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
        const authorization = `Bearer ${await this.#token()}`
        const answer = await fetch(this.#root + path, { method, headers: { ...headers, authorization }, cache: "no-store", credentials: "omit" })
        if (!answer.ok) throw new Unseen(`Graph: ${String(answer.status)}`)
        return answer.status === 204 ? null : answer.json()
    }
}

/** Remove what can be removed. Sentences: what was, what was not, and what remains in any case. */
export async function purgeCopies(mailbox: Pick<Mailbox, "copies" | "files" | "keepsVersions" | "purge">, id: string, taken: Taken): Promise<string[]> {
    const always = say("take.left.always")
    if (!taken.mayLook) return [say("take.unsure"), always]
    if (id === "") return [say("take.left.unseen"), always]
    try {
        if (await mailbox.keepsVersions() === true) return [say("take.versions"), always]
        const copies = await mailbox.copies(id)
        let gone = 0
        for (const copy of copies) {
            if (!(await isContained(mailbox, copy, taken))) continue
            await mailbox.purge(copy.id)
            gone += 1
        }
        return [goneWords(gone), ...(gone < copies.length ? [say("take.left.other")] : []), always]
    } catch {
        return [say("take.left.unseen"), always]
    }
}

function goneWords(gone: number): string {
    if (gone === 0) return say("take.left.none")
    return gone === 1 ? say("take.left.purged.one") : say("take.left.purged.other", { n: gone })
}

async function isContained(mailbox: Pick<Mailbox, "files">, copy: Copy, taken: Taken): Promise<boolean> {
    const says = copy.text !== "" || copy.hasFiles
    if (!says || !plain(taken.text).includes(copy.text)) return false
    const names = new Set(taken.held.map(({ name }) => name))
    return !copy.hasFiles || (await mailbox.files(copy.id)).every((name) => names.has(name))
}
