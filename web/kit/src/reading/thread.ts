/** The letters of one thread (http.md section 4). */

import { LEVELS, type Level } from "../levels.ts"
import { list, type Members, members, moment, text, textOr, Unexpected } from "../shape.ts"
import type { OpenLetter, ReadingDesk } from "./open.ts"

/** What the server tells of a letter before it is opened. */
export interface Entry {
    readonly id: string
    readonly sender: { readonly address: string; readonly name: string }
    readonly sentAt: Date
    readonly level: Level
    /** The viewer wrote it. */
    readonly mine: boolean
    /** By the viewer, before. */
    readonly opened: boolean
}

/** The letters that the viewer may read, his own included, oldest first. */
export async function fetchThread(desk: Pick<ReadingDesk, "call">, id: string): Promise<readonly Entry[]> {
    const answer = members(await desk.call((api) => api.get(`/messages/${id}/thread`)))
    return list(answer["messages"]).map((one) => entry(members(one)))
}

/** What the list would tell of a letter that is open already. */
export function entryOf({ id, statement, senderName, body, level, viewer }: OpenLetter): Entry {
    const { address } = statement.sender
    return {
        id, sender: { address, name: senderName }, sentAt: new Date(body.sent_at * 1000), level, mine: address === viewer, opened: true,
    }
}

function entry(said: Members): Entry {
    const sender = members(said["sender"])
    const address = text(sender, "address")
    const level = LEVELS.find((one) => one === said["level"])
    if (level === undefined) throw new Unexpected("level is not known")
    return {
        id: text(said, "id"), sender: { address, name: textOr(sender, "name", "") || address }, sentAt: moment(said, "sent_at"),
        level, mine: said["mine"] === true, opened: said["opened"] === true,
    }
}
