/** Which letters of a thread were opened here, and which of them an answer may name. */

import { type Answering, heads } from "@letterlock/crypto"

import type { Recipient } from "../writing/sending.ts"
import type { OpenLetter } from "./open.ts"

export class Seen {
    readonly #letters = new Map<string, Answering>()

    /** A letter was opened. */
    note({ hash, statement, grants }: Pick<OpenLetter, "hash" | "statement" | "grants">): void {
        const { parents, readers, sender } = statement
        this.#letters.set(hash, {
            hash, parents, sender: sender.address, readers: readers.map(({ address }) => address), granted: grants.map(({ address }) => address),
        })
    }

    /**
     * What an answer follows: the last of the letters that were opened and that all its readers may know of; more than
     * one where two answered at once. Hidden copies do not count: a parent that is missing would tell of them.
     */
    heads(writer: string, recipients: readonly Pick<Recipient, "address" | "role">[]): readonly string[] {
        const listed = recipients.filter(({ role }) => role !== "hidden").map(({ address }) => address)
        return heads([...this.#letters.values()], [writer, ...listed])
    }
}
