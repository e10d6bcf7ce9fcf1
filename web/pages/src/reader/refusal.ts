/** Why a letter was not opened, in words (statement.md section 5). */

import type { RefusalCode } from "@letterlock/crypto"
import { find, say } from "@letterlock/kit"

import { announce, type Letter, showStage } from "./page.ts"

const SENTENCES: Readonly<Record<RefusalCode, (name: string) => string>> = {
    "statement-malformed": (name) => say("refused.statement-malformed", { name }),
    "statement-signature": (name) => say("refused.statement-signature", { name }),
    "sender-key-unknown": (name) => say("refused.sender-key-unknown", { name }),
    "wrong-message": () => say("refused.wrong-message"),
    "viewer-not-listed": (name) => say("refused.viewer-not-listed", { name }),
    "message-key-mismatch": (name) => say("refused.message-key-mismatch", { name }),
    "object-missing": (name) => say("refused.object-missing", { name }),
    "object-extra": (name) => say("refused.object-extra", { name }),
    "object-changed": (name) => say("refused.object-changed", { name }),
    "object-malformed": () => say("refused.object-malformed"),
    "envelope-malformed": () => say("refused.envelope-malformed"),
}

/** The sentence for a code; one of another version gets a general one. */
export function refusalWords(code: string, name: string): string {
    return Object.hasOwn(SENTENCES, code) ? SENTENCES[code as RefusalCode](name) : say("refused.other")
}

/** Say that the letter stays closed, and why; nothing of it is on the page. */
export function showRefusal(letter: Letter, code: string): void {
    const words = refusalWords(code, letter.first)
    find("#refusal-why", HTMLElement).textContent = words
    find("#refusal-code", HTMLElement).textContent = code
    showStage("refusal")
    announce(words)
}
