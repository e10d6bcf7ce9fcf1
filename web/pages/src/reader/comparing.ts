/** Comparing keys with who wrote a letter, on the reader's page. */

import { fact, find } from "@letterlock/kit"
import { CompareLine } from "@letterlock/kit/comparing/index"
import { getOwn } from "@letterlock/kit/own/index"
import type { LetterCard, OpenLetter } from "@letterlock/kit/reading/index"
import { openDesk } from "@letterlock/kit/writing/index"

import { callAsClient } from "./answer.ts"
import { announce, excuse, type Page } from "./page.ts"

/** Under the writer's name; not on one's own letters, and not for colleagues, who have no key at the portal. */
export function offerComparing({ letter, api, crypto, own }: Page, card: LetterCard, opened: OpenLetter): void {
    const { sender } = opened.statement
    if (sender.address === opened.viewer || domain(opened.viewer) === domain(letter.codeFrom)) return
    const main = find("#main", HTMLElement)
    const line = new CompareLine({
        desk: { crypto, own: () => getOwn(), enter: () => openDesk({ crypto, call: callAsClient(api), own, about: opened.id }) },
        own: opened.viewer, audience: "client", announce, excuse: (error) => excuse(letter, error),
        scripts: { code: fact(main, "qrCode"), scan: fact(main, "qrScan") },
    }, { address: sender.address, name: opened.senderName, named: { as: "signing", key: sender.key } })
    card.compare.replaceChildren(line.host)
}

const domain = (address: string): string => address.slice(address.lastIndexOf("@") + 1)
