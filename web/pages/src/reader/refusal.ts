/** The letter that was asked for stays closed: why, in words (statement.md section 5). */

import { find } from "@letterlock/kit"
import { refusalWords } from "@letterlock/kit/reading/refusal"

import { announce, type Letter, showStage } from "./page.ts"

/** Say that the letter stays closed, and why; nothing of it is on the page. */
export function showRefusal(letter: Letter, code: string): void {
    const words = refusalWords(code, letter.first)
    find("#refusal-why", HTMLElement).textContent = words
    find("#refusal-code", HTMLElement).textContent = code
    showStage("refusal")
    announce(words)
}
