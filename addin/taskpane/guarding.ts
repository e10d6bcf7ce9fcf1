/** The send guard's part of the pane: why its dialog opened the pane, and the firm's rules for the mailbox. */

import { find, members } from "@letterlock/kit"
import type { Desk } from "@letterlock/kit/writing/index"

import { kept as settingOf, SETTING } from "../guard/rules.ts"
import { openedBecause } from "../guard/words.ts"
import { keep, kept, type OutlookItem } from "./office.ts"

/**
 * Put the firm's rules into the mailbox, where the guard looks when a mail is sent.
 *
 * Nobody waits for it, and when it fails nothing is said here: the guard goes on with what it has,
 * and says so itself where that is not enough.
 */
export async function keepRules(desk: Desk): Promise<void> {
    try {
        const wanted = settingOf(location.origin, await desk.call((api) => api.get("/guard-rules")))
        if (JSON.stringify(kept(SETTING)) !== JSON.stringify(wanted)) await keep(SETTING, wanted)
    } catch {
        return
    }
}

/** Say in one line why the guard's dialog opened the pane beside `item`; nothing when a button did. */
export async function showWhy(item: OutlookItem | null): Promise<void> {
    say(whyOf(await item?.openedWith()))
    item?.onOpenedAgain((context) => { say(whyOf(context)) })
}

/** Another letter is begun: what held the message back is done with. */
export function forgetWhy(): void {
    say([])
}

/** The guard's reasons in what Outlook hands over: JSON, or in newer ones what it says. */
export function whyOf(context: unknown): readonly string[] {
    try {
        const said = members(typeof context === "string" ? JSON.parse(context) : context)
        const why = said["letterlock"] === 1 ? said["why"] : null
        return Array.isArray(why) ? why.filter((one) => typeof one === "string") : []
    } catch {
        return []   // no context, or another's
    }
}

function say(why: readonly string[]): void {
    const note = find("#guarded", HTMLElement)
    find("p", HTMLElement, note).textContent = why.length === 0 ? "" : openedBecause(why)
    note.hidden = why.length === 0
}
