/**
 * Everything that this package throws on purpose. Each class, and each code, asks for one decision.
 *
 * ```text
 * CryptoError
 * ├── Refusal             show nothing of the message; say why by `code`
 * ├── KeyslotRefused      open nothing; why by `code` (keyslotrefusals.ts)
 * ├── OwnKeyRefused       open and sign nothing; why by `code` (ownrefusals.ts)
 * ├── PairingRefused      pair nothing; why by `code` (pairingrefusals.ts)
 * ├── LevelRefused        show no level; why by `code` (levels.ts)
 * ├── LogRefused          trust no key on the word of this log; why by `code` (log/refusals.ts)
 * ├── LookupRefused       trust none of the keys in the look-up; ask again or stop
 * ├── SealError           nothing has left this device; mend the draft or its readers
 * │   ├── ClassicalRecipient   this reader's key is of an older kind; a new key is needed
 * │   ├── BodyTooLarge         shorten the text
 * │   └── FileRefused          leave this file out, or mend it; why by `code`
 * ├── FormatError         the bytes or text given are not what the format says
 * │   ├── NotCanonical, BadPadding, MalformedKey, MalformedFile
 * │   └── DraftDamaged         this draft cannot be shown; keep or throw it away
 * ├── NoRoom              the device's disk is full: make room, then call again
 * └── WorkerFailed        the worker stopped; it is started again by the next call
 * ```
 *
 * No text here ever quotes a key, a code or any part of a message, and none carries a `cause`:
 * parsers of other packages quote their input.
 */

/** Codes of docs/spec/statement.md section 5; the words shown to people are the page's. */
export const REFUSALS = {
    "statement-malformed": "The signed statement is not well formed.",
    "statement-signature": "The signature on the statement does not verify.",
    "sender-key-unknown": "The directory does not name the key that signed for this sender.",
    "wrong-message": "The statement belongs to another message than the one asked for.",
    "grant-malformed": "A grant is not well formed, or about another statement.",
    "grant-signature": "The signature on a grant does not verify.",
    "granter-not-allowed": "A grant is by somebody who may not grant.",
    "merge-mismatch": "The merge values are not those that the grant names.",
    "viewer-not-listed": "Neither the statement nor a grant names this reader with this key.",
    "message-key-mismatch": "The message key is not the signed one.",
    "object-missing": "A part of the message is missing.",
    "object-extra": "A part came along that the sender did not sign.",
    "object-changed": "A part of the message is not the one that was signed.",
    "object-malformed": "A part of the message does not open.",
    "file-name": "A file has a name that no file of a message may have.",
    "file-type": "The content of a file is not of the signed type.",
    "envelope-malformed": "The envelope does not open, or is not well formed.",
} as const

export type RefusalCode = keyof typeof REFUSALS

/** Root of the tree; `code` is stable and survives the way out of the worker. */
export class CryptoError extends Error {
    override readonly name: string = "CryptoError"
    readonly code: string

    constructor(code: string, message: string) {
        super(message)
        this.code = code
    }
}

/** The message failed a check: show nothing of it. */
export class Refusal extends CryptoError {
    override readonly name = "Refusal"
    declare readonly code: RefusalCode

    /** @param where - Which member failed, such as `readers[1].role`; never a value. */
    constructor(code: RefusalCode, where = "") {
        super(code, where === "" ? REFUSALS[code] : `${REFUSALS[code]} (${where})`)
    }
}

/** The directory's answer is not genuine, or not about the address asked for. */
export class LookupRefused extends CryptoError {
    override readonly name = "LookupRefused"

    constructor(why: string) {
        super("lookup-refused", `The answer of the key directory was refused: ${why}. Nothing was sealed.`)
    }
}

/** The draft was not sealed, and nothing has left this device. */
export class SealError extends CryptoError {
    override readonly name: string = "SealError"

    constructor(why: string, code = "seal-failed") {
        super(code, `The message was not sealed: ${why}.`)
    }
}

/** A reader's key is not `age1pq1…`: a file sealed to it could be opened by a later quantum computer. */
export class ClassicalRecipient extends SealError {
    override readonly name = "ClassicalRecipient"

    constructor() {
        super("a reader's key is not of the post-quantum kind", "classical-recipient")
    }
}

/** The body is over 4 MiB (docs/spec/objects.md section 3). */
export class BodyTooLarge extends SealError {
    override readonly name = "BodyTooLarge"

    constructor() {
        super("its text is over 4 MiB", "body-too-large")
    }
}

/** Why a file cannot be sealed (docs/spec/objects.md section 4). */
export const FILE_REFUSALS = {
    "file-empty": "a file is empty",
    "file-too-large": "a file is over 25 MiB",
    "file-name": "a file has a name that cannot be sent",
    "file-type": "a file's content is of another kind than its name says",
    "file-unreadable": "a file could not be read, or changed while it was read",
    "too-many-files": "it has over 100 files",
} as const

export type FileRefusal = keyof typeof FILE_REFUSALS

/** This file was not sealed; others are not touched. */
export class FileRefused extends SealError {
    override readonly name = "FileRefused"
    declare readonly code: FileRefusal

    constructor(code: FileRefusal) {
        super(FILE_REFUSALS[code], code)
    }
}

/** What was given is not what the format says. */
export class FormatError extends CryptoError {
    override readonly name: string = "FormatError"

    constructor(message: string, code = "malformed") {
        super(code, message)
    }
}

/** A value has no canonical JSON, or a text is not the canonical one of its value. */
export class NotCanonical extends FormatError {
    override readonly name = "NotCanonical"
}

/** Padding is not zero, or not of exactly the length that Padme gives. */
export class BadPadding extends FormatError {
    override readonly name = "BadPadding"
}

/** A recipient, identity or public key is not well formed. */
export class MalformedKey extends FormatError {
    override readonly name = "MalformedKey"
}

/** What is wrong with an age file, in the order in which a reader finds it. */
export const FILE_FAULTS = {
    header: "it does not begin like an age v1 file, or its beginning is damaged",
    "too-large": "its header is larger than any this reader accepts",
    stanza: "it is sealed in a way that this reader does not accept",
    "no-match": "it is sealed to another key",
    mac: "its header was changed",
    payload: "its content was changed, or bytes were added",
    truncated: "its end is missing",
} as const

export type FileFault = keyof typeof FILE_FAULTS

/** An age file does not open with this identity, or has other stanzas than the one allowed. */
export class MalformedFile extends FormatError {
    override readonly name = "MalformedFile"
    readonly reason: FileFault

    constructor(reason: FileFault) {
        super(`A file does not open: ${FILE_FAULTS[reason]}.`)
        this.reason = reason
    }
}

/** A draft does not open with its key, or is not well formed: nothing of it may be shown. */
export class DraftDamaged extends FormatError {
    override readonly name = "DraftDamaged"

    constructor() {
        super("A draft does not open, or is not well formed.", "draft-damaged")
    }
}

/** There is no room for a file on this device. Nothing of it was kept. */
export class NoRoom extends CryptoError {
    override readonly name = "NoRoom"

    constructor() {
        super("no-room", "There is no room on this device for the file. Nothing of it was kept.")
    }
}

/** The worker stopped in the middle of a call. Nothing was sealed or opened; call again. */
export class WorkerFailed extends CryptoError {
    override readonly name = "WorkerFailed"

    constructor() {
        super("worker-failed", "The part that seals and opens stopped. Nothing was sent; try again.")
    }
}

/** Whether `code` is one of docs/spec/statement.md section 5. */
export function isRefusalCode(code: string): code is RefusalCode {
    return Object.hasOwn(REFUSALS, code)
}

/** Whether `code` is one of objects.md section 4, as a writer meets it. */
export function isFileRefusal(code: string): code is FileRefusal {
    return Object.hasOwn(FILE_REFUSALS, code)
}
