/** Why something of the key log is not believed (docs/spec/log.md section 9). */

import { CryptoError, FormatError } from "../errors.ts"

/** Those that a browser can meet; the words are for people. */
export const LOG_REFUSALS = {
    "inclusion-wrong": "The entry is not proved to be in the log.",
    "consistency-wrong": "The log is not proved to have only grown since it was last seen.",
    "note-malformed": "A signed note is not well formed.",
    "note-signature": "A signed note is not signed by the key that is known.",
    "checkpoint-malformed": "The log's checkpoint is not well formed.",
    "checkpoint-origin": "The checkpoint is of another log.",
    "witness-missing": "Too few of the known witnesses have signed the checkpoint.",
    "log-rolled-back": "The log is shorter than it was when last seen.",
    "log-split": "The log is as long as when last seen, and not the same.",
    "event-malformed": "An entry of the log is not well formed.",
    "event-chain": "An entry does not follow the one before it of the same person.",
    "event-rolled-back": "The entry given is older than one that was seen before.",
    "answer-malformed": "The answer about the log is not well formed.",
    "answer-signature": "The answer about the log is not signed by the firm's directory.",
    "answer-address": "The answer about the log is about another address.",
    "commitment-wrong": "The entry belongs to another person.",
    "key-not-logged": "The key given is not the one in the log.",
} as const

export type LogRefusalCode = keyof typeof LOG_REFUSALS

/** Trust no key on the word of this log: show the sentence, keep what was given as evidence. */
export class LogRefused extends CryptoError {
    override readonly name = "LogRefused"
    declare readonly code: LogRefusalCode

    constructor(code: LogRefusalCode) {
        super(code, LOG_REFUSALS[code])
    }
}

/**
 * What `parse` gives.
 *
 * @throws {@link LogRefused} with this code where it finds something that is not well formed.
 */
export function refusing<T>(code: LogRefusalCode, parse: () => T): T {
    try {
        return parse()
    } catch (error) {
        if (error instanceof FormatError) throw new LogRefused(code)
        throw error
    }
}
