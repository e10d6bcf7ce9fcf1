/** The pane beside a mail that is being read: on a notice it offers the way to the portal. */

import { fact, find, say } from "@letterlock/kit"

import { insideOutlook, readText } from "./office.ts"
import { letterAddress } from "./notice.ts"

async function start(): Promise<void> {
    const origin = fact(find("#pane", HTMLElement), "origin")
    const what = find("#what", HTMLElement)
    if (!(await insideOutlook())) {
        what.textContent = say("pane.no-office")
        return
    }
    if (origin === "") return
    const address = letterAddress((await readText().catch(() => null)) ?? "", origin)
    if (address === null) {
        what.textContent = say("read.other")
        return
    }
    what.textContent = say("read.notice", { host: new URL(origin).host })
    const way = find("#way", HTMLAnchorElement)
    way.href = address
    way.hidden = false
}

void start()
