/**
 * The send guard. Outlook runs it when a person presses Outlook's own Send.
 *
 * Classic Outlook runs the built file alone, in an engine without DOM, storage or imports: so it is one
 * file in ES2016, and spreads no objects, which esbuild would do with newer calls. Everywhere else
 * launchevent.html loads it. It asks no server and logs nothing: what a mail says goes from Outlook
 * to here and no further.
 */

import { decide, SEND, type Verdict } from "./decide.ts"
import { Reading } from "./mail.ts"
import { type Firm, firmOf, isOff, type Rules, rulesOf, SETTING } from "./rules.ts"
import { BUTTON, errorMessage } from "./words.ts"

/** Written before this script by the firm's add-in host; in no other. */
declare const LETTERLOCK: unknown

/** The name that the manifest gives, and the id of the button that opens the compose pane. */
const HANDLER = "onMessageSendHandler"
const COMPOSE = "Letterlock.Compose"

const SOON = 4000     // Outlook says "taking longer than expected" after 5 seconds
const LATEST = 20_000 // and ends the event after 5 minutes; a slow Outlook needs some of them

const NO_RULES: Verdict = { action: "ask", reasons: [{ why: "no-rules", what: "" }], hit: false }
const FAULT: Verdict = { action: "ask", reasons: [{ why: "unread", what: "" }], hit: false }

/** Answers OnMessageSend, once: with the first verdict that is reached. */
function onMessageSend(event: Office.MailboxEvent): void {
    let answered = false
    const answer = (verdict: Verdict): void => {
        if (answered) return
        answered = true
        complete(event, verdict)
    }
    try {
        judge(answer)
    } catch {
        answer(FAULT)
    }
}

function judge(answer: (verdict: Verdict) => void): void {
    const firm = theFirm()
    if (firm === null) {
        answer(NO_RULES)
        return
    }
    const rules = rulesOf(firm, setting())
    if (isOff(rules)) {
        answer(SEND)
        return
    }
    const reading = new Reading(Office.context.mailbox.item as unknown as Office.MessageCompose)
    const verdict = (): Verdict => judged(rules, reading)
    // A rule that is met is an answer whatever else is missing; time alone never is one.
    setTimeout(() => { if (verdict().hit) answer(verdict()) }, SOON)
    setTimeout(() => { answer(verdict()) }, LATEST)
    void reading.all.then(() => { answer(verdict()) })
}

function judged(rules: Rules, reading: Reading): Verdict {
    try {
        return reading.isNotice() ? SEND : decide(rules, reading.soFar())
    } catch {
        return FAULT
    }
}

const theFirm = (): Firm | null => typeof LETTERLOCK === "undefined" ? null : firmOf(LETTERLOCK)

/** What the pane left in the mailbox; a mailbox that has no settings is one that the pane was never opened in. */
function setting(): unknown {
    try {
        return Office.context.roamingSettings.get(SETTING)
    } catch {
        return null
    }
}

function complete(event: Office.MailboxEvent, verdict: Verdict): void {
    if (verdict.action === "send") {
        event.completed({ allowEvent: true })
        return
    }
    const plain = { allowEvent: false, errorMessage: errorMessage(verdict, true) }
    if (!hasButtons()) {
        event.completed(plain)
        return
    }
    const full: Office.SmartAlertsEventCompletedOptions = {
        allowEvent: false, errorMessage: errorMessage(verdict, false), cancelLabel: BUTTON, commandId: COMPOSE,
        contextData: JSON.stringify({ letterlock: 1, why: verdict.reasons.map(({ why }) => why) }),
    }
    // The only override there is. Without it the manifest's SoftBlock holds: no "Send Anyway".
    if (verdict.action === "ask") full.sendModeOverride = "promptUser"
    event.completed(full)
}

/** Whether the dialog has our button and "Send anyway" (Mailbox 1.14). */
function hasButtons(): boolean {
    try {
        return Office.context.requirements.isSetSupported("Mailbox", "1.14")
    } catch {
        return false
    }
}

function register(): void {
    Office.actions.associate(HANDLER, onMessageSend)
}

function whenReady(): void {
    try {
        void Promise.resolve(Office.onReady()).then(register)
    } catch {
        return   // this engine has none, and needs none
    }
}

// Outlook on the web wants onReady called before associate; classic Outlook never runs what waits
// for it. A page that loads but does not associate blocks the mail, even under SoftBlock.
whenReady()
register()
