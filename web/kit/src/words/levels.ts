/** What is said of a letter's level beside its name, and of who signed it (docs/spec/levels.md section 3). */
export const LEVEL_WORDS = {
    "level.own-copy": "Your own copy is kept by the firm's server.",
    "level.own-copy.of": "{who}'s own copy is kept by the firm's server.",
    "level.waiting": "{who} has no key yet. The letter waits for it.",
    "level.waiting.then": "{who} had no key of their own when this was sent, so it waited for one.",
    "level.lowered": "{who}, added by {by}, {date}. Since then the letter is: {level}.",
    "level.lowered.told": "Somebody was given this letter later, with a key that the firm's server keeps. Since then the letter is: {level}.",
    "level.since": "{level} until {date}; since then your key is yours alone.",
    "level.reader.self-held": "Holds the only key",

    "signed.device": "Signed by {who}'s device.",
    "signed.device.you": "Signed by your device.",
    "signed.server": "Signed by the firm's server for {who}.",
    "signed.unchanged": "Nothing has been changed since.",

    "open.key-needed": "This letter is sealed to a key of your own, which is not open on this page. Nothing was lost.",
    "writing.key-needed": "You sign with a key of your own, which is not open on this page. Your text is still here, and nothing has gone out.",
} as const
