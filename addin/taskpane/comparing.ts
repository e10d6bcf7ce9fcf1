/** Comparing keys in the pane: with who wrote a letter, with its readers, and with whom one writes to. */

import { fact, find, say, Unreachable } from "@letterlock/kit"
import { CompareLine, type ComparingHost, type Someone } from "@letterlock/kit/comparing/index"
import { called, type LetterCard, type OpenLetter } from "@letterlock/kit/reading/index"

import type { Recipient } from "./recipients.ts"
import type { Session } from "./session.ts"
import { announce } from "./view.ts"

/** Under the writer's name, and on the row of each other reader. */
export function compareIn(session: Session, card: LetterCard, letter: OpenLetter): void {
    const host = hostOf(session, letter.viewer)
    const { sender } = letter.statement
    if (sender.address !== letter.viewer) {
        const who = { address: sender.address, name: letter.senderName, named: { as: "signing", key: sender.key } } as const
        card.compare.replaceChildren(new CompareLine(host, who).host)
    }
    for (const row of card.host.querySelectorAll<HTMLElement>("[data-part=readers] > [data-address]")) {
        row.append(new CompareLine(host, readerOf(letter, fact(row, "address"))).host)
    }
}

/** On the rows of whom one writes to. A row that is drawn anew keeps what was open on it. */
export class Comparing {
    readonly #host: ComparingHost
    readonly #lines = new Map<string, CompareLine>()

    constructor(session: Session, own: string) {
        this.#host = hostOf(session, own)
    }

    offer({ address, name }: Recipient, row: HTMLElement, said: HTMLElement): void {
        const line = this.#lines.get(address) ?? new CompareLine(this.#host, { address, name: name || address, named: null })
        this.#lines.set(address, line)
        line.again()
        said.append(line.button)
        row.append(line.host)
    }
}

function readerOf(letter: OpenLetter, address: string): Someone {
    const key = [...letter.statement.readers, ...letter.grants].find((one) => one.address === address)?.key ?? "pending"
    return { address, name: called(letter, address), named: key === "pending" ? null : { as: "recipient", key } }
}

function hostOf(session: Session, own: string): ComparingHost {
    let entering: ReturnType<Session["desk"]> | null = null
    const enter: ComparingHost["desk"]["enter"] = async () => {
        entering ??= session.desk().finally(() => { entering = null })   // all marks of a letter are looked at at once
        const desk = await entering
        desk.requireOwn?.()
        return desk
    }
    return {
        desk: { crypto: session.crypto, enter, own: () => Promise.resolve(session.here?.key ?? null) },
        own, audience: "staff", announce,
        // The frames of Office pass no camera on.
        scripts: { code: fact(find("#pane", HTMLElement), "qrCode"), scan: null },
        excuse: (error) => error instanceof Unreachable ? say("reach.offline", { host: location.host }) : say("reach.unexpected"),
    }
}
