/** What advice is given on, and what it looks like. Pure values; nothing here leaves the device. */

export interface Party {
    /** Lower case. */
    readonly address: string
    /** Empty where only the address is known. */
    readonly name: string
}

/** A letter that is being written. */
export interface Letter {
    readonly text: string
    readonly subject: string
    readonly sender: Party
    readonly to: readonly Party[]
    /** Cc and Bcc. */
    readonly others: readonly Party[]
    /** Whether it goes to everybody who had the letter that it answers. */
    readonly replyAll: boolean
    /** The letter that it answers, without markup; empty for none. */
    readonly last: string
    /** Null: to be told from the letter that it answers. */
    readonly kind: "ordinary" | "reply" | "complaint" | null
    /** By the writer's clock: hours from 0, days from Sunday as 0. */
    readonly hour: number
    readonly weekday: number
}

/** A word that the firm would rather not see in letters, and a plain one if there is one. */
export interface Term {
    readonly term: string
    readonly plain: string
}

/** What the firm says. All but `domains` and `record` comes from its policy (docs/spec/http.md section 3). */
export interface House {
    /** Mail domains of the firm. */
    readonly domains: readonly string[]
    /** Addresses that belong to this client; null where nobody knows. */
    readonly record: readonly string[] | null
    readonly glossary: readonly Term[]
    readonly blame: readonly string[]
    readonly urgency: readonly string[]
    readonly greetings: readonly string[]
    /** When letters may go without a word about the hour. Hours from 0 to 24, days from Sunday as 0. */
    readonly hours: { readonly from: number, readonly to: number, readonly days: readonly number[] }
    /** Rules that the firm does not want. */
    readonly off: readonly string[]
    /** Rules whose findings must be decided on before a letter goes. */
    readonly stop: readonly string[]
}

export type Rule =
    | "greeting" | "no_greeting" | "jargon" | "long_sentence" | "capitals" | "blame" | "urgency"
    | "unanswered" | "complaint_incomplete" | "late_evening" | "wrong_recipient" | "reply_all" | "personal_data"
    | "channel_confidential" | "channel_plain" | "channel_call"

/** What a rule found. `start` and `end` are UTF-16 units of the text, equal where it is about the whole letter. */
export interface Hit {
    readonly start: number
    readonly end: number
    /** Which of the rule's sentences to say; "" for its first. */
    readonly variant?: string
    /** What goes into the holes of the sentence. */
    readonly facts?: Readonly<Record<string, string>>
    /** What could stand there instead. */
    readonly replacement?: string
}

export interface Advice {
    readonly rule: Rule
    readonly start: number
    readonly end: number
    /** What stands there; empty where it is about the whole letter. */
    readonly words: string
    readonly sentence: string
    readonly replacement: string | null
}

export type Language = "en" | "de"
