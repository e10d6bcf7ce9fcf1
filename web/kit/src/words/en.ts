import { DEPLOYMENT } from "./deployment.ts"
import { DOCUMENT } from "./document.ts"
import { EXPORT } from "./export.ts"
import { GIVING } from "./giving.ts"
import { HELPDESK } from "./helpdesk.ts"
import { OWN_KEY } from "./key.ts"
import { LEVEL_WORDS } from "./levels.ts"
import { PAIRING } from "./pairing.ts"
import { PANE } from "./pane.ts"
import { READING } from "./reading.ts"
import { SAFETY } from "./safety.ts"
import { SET_UP } from "./set-up.ts"
import { STAFF } from "./staff.ts"
import { TAKEOVER } from "./takeover.ts"
import { UNLOCK } from "./unlock.ts"
import { WRITING } from "./writing.ts"

/**
 * Every sentence that script shows, in English. Templates hold theirs in `_()`.
 *
 * Voice: docs of the look, section 9. Names in braces are facts that the caller must give.
 */
export const EN = {
    ...DEPLOYMENT,
    ...EXPORT,
    ...READING,
    ...SAFETY,
    ...SET_UP,
    ...STAFF,
    ...WRITING,
    ...PANE,
    ...PAIRING,
    ...GIVING,
    ...HELPDESK,
    ...TAKEOVER,
    ...DOCUMENT,
    ...OWN_KEY,
    ...LEVEL_WORDS,
    ...UNLOCK,

    "level.managed": "Protected",
    "level.passphrase": "Protected by your phrase",
    "level.self-held": "End-to-end",
    "level.managed.means": "You can open this. So could whoever runs the server, or gets into your mailbox.",
    "level.passphrase.means":
        "Opens for whoever knows the phrase you agreed by telephone. Whoever runs the server could try to guess it.",
    "level.self-held.means":
        "Only the people in “Who can read this” hold a key. The portal stores it and cannot open it.",

    "reach.offline": "We cannot reach {host}. Nothing was lost. Check your connection, then try again.",
    "reach.busy": "The portal is busy. Nothing was lost. Wait a minute, then try again.",
    "reach.unexpected": "That did not work, and the fault is ours. Nothing was lost. Try again, or ring us.",

    "ask.address.missing": "Type the address that our mail came to.",
    "ask.address.invalid": "That is not a whole address. It looks like maya@client.example.",
    "ask.address.foreign": "That address cannot take mail here: an address has English letters and figures only.",
    "ask.choose": "Choose your address first.",
    "ask.sending": "Sending a code.",
    "code.sent":
        "If {address} reads this letter and has codes left (five an hour, fifteen a day), eight characters are on their way. The mail is from {from}.",
    "code.until": "Works until {time}.",
    "code.again.from": "Nothing there? Look in junk. You can have another from {time}.",
    "code.again.now": "Nothing there? Look in junk, then have another sent.",
    "code.again.typed": "Nothing there? Look in junk, then type your address again.",
    "code.short": "A code has eight characters, like 7KQ2-M8XF.",
    "code.wrong.one": "That is not the code we sent. 1 try left.",
    "code.wrong.other": "That is not the code we sent. {n} tries left.",
    "code.gone":
        "That code no longer works: it was used, is older than 10 minutes, had five wrong tries, or was asked for on another device. Nothing has been opened with it. Have another sent.",

    "open.fetching": "Fetching {name}'s letter.",
    "open.checking": "Checking that nothing was changed.",
    "open.done": "The letter from {name} is open.",
    "open.session": "You were away for a while, so the letter stays closed. Have a new code sent to open it.",
    "open.idle": "You were away for a while, so we closed the letter. Open it again with a new code.",
    "open.closed": "You have closed the letter. It opens again with a new code.",
    "open.untitled": "A letter from {name}",
    "open.to": "To {readers}",

    "date.unknown": "an unknown time",

    "readers.you": "You",
    "readers.you.inline": "you",
    "readers.and": "{first} and {last}",
    "readers.sender": "{name}, who wrote it",
    "readers.archive": "{name}, the firm's archive",
    "readers.pane": "{people} and you.",
    "readers.pane.nobody": "you, and whoever you add above.",
    "readers.pane.own": "You: your own copy is kept by the firm's server.",

    "refused.statement-malformed": "Its list of contents is not written as it must be, so we cannot tell what {name} signed.",
    "refused.statement-signature": "The signature on it is not {name}'s. Somebody may have changed it.",
    "refused.sender-key-unknown": "It is signed with a key that the firm does not know as {name}'s.",
    "refused.wrong-message": "What came is another letter than the one you asked for.",
    "refused.viewer-not-listed": "{name} did not list you, with the key we hold for you, among its readers.",
    "refused.message-key-mismatch": "The key that came with it is not the one {name} signed.",
    "refused.object-missing": "A part that {name} signed is missing.",
    "refused.object-extra": "Something came with it that {name} did not sign.",
    "refused.object-changed": "A part of it is not the one {name} signed.",
    "refused.object-malformed": "A part of it is damaged and does not open.",
    "refused.envelope-malformed": "Its envelope is damaged and does not open.",
    "refused.other": "This browser could not check it.",

    "pane.starting": "Signing you in.",
    "pane.no-office": "This page works inside Outlook. Open a new message there, then press Letterlock.",
    "pane.sign-in": "Letterlock needs you to sign in. Your text stays here. Press Sign in.",
    "pane.sign-in.failed": "Signing in did not work. Your text is still here, and nothing has gone out. Press Sign in to try again.",
    "pane.old": "This Outlook is too old to sign you in. Nothing has gone out. Ring whoever looks after your Outlook.",
    "pane.away": "We cannot reach Letterlock. You can write meanwhile; nothing has gone out. Press Sign in to try again.",
    "pane.refused": "{detail} Press Sign in to try again.",
    "pane.to.mend": "Something in To was not taken. Nothing has gone out; the line under To says why.",
    "pane.to.invalid": "“{text}” is not a whole address. Correct it and press Enter.",
    "pane.to.foreign": "“{text}” cannot take mail here: an address has English letters and figures only. Correct it and press Enter.",
    "pane.to.self": "You always keep your own copy, so you need not add yourself.",
    "pane.to.many": "A letter has 200 readers at most, you among them. These are too many, so they still stand in the field.",
    "pane.to.added": "{who} added. {level}.",
    "pane.to.removed": "{who} removed.",
    "pane.to.remove": "Remove {who}",
    "pane.to.unknown": "Not looked up yet",
    "pane.to.lookup": "We could not look up {who} yet. Sending tries again.",
    "pane.group": "“{who}” is a group. A letter is sealed for people by name: take the group out in Outlook and add the people.",
    "pane.foreign": "“{text}” cannot take mail here: an address has English letters and figures only. Correct it in Outlook.",
    "pane.blocked": "Nothing has gone out. First mend what the note under To says.",
    "pane.outlook": "Outlook did not say whom its own fields name. Your text is still here, and nothing has gone out. Press Send securely again.",
    "pane.nobody": "Say who may read it: add somebody in To.",
    "pane.link.invalid": "A link begins with https://, http:// or mailto:.",
    "pane.asking": "Microsoft 365 wants to see you first: answer its window. Your text stays here.",
    "pane.queued": "Sealed and kept. The notice goes out in a moment.",
    "pane.waiting":
        "Sealed and kept. Microsoft 365 is not answering; the notice goes out by itself when it does.",
    "pane.late": "Sealed and kept. The notice has not gone out yet.",
    "pane.held": "Sealed and kept. The notice has not gone out: Microsoft wants to see you first. Open this pane again and sign in; it goes out then.",
    "pane.unknown": "Sealed and kept. We cannot see just now whether the notice has gone out; it does so by itself.",
    "pane.unconfirmed": "Sealed and kept. Microsoft 365 did not say whether the notice went out. Answer the question above.",
    "pane.looking": "Sealed and kept. Microsoft 365 did not say whether the notice went out. We look for it in your mailbox; that takes up to ten minutes, and you can close this window.",
    "pane.consent": "Sealed and kept. The notice waits: your firm no longer lets Letterlock send. Tell your administrator; it goes out by itself then.",
    "pane.failed": "Sealed and kept, but its notice did not go, so nobody knows of the letter yet. Tell whoever looks after your mailbox.",
    "pane.sent": "Sent. {who}'s notice is on its way.",
    "pane.sent.many": "Sent. The notice to {who} is on its way.",
    "pane.kept-open": "Outlook did not let us empty its own fields. Close its window without sending.",
    "pane.level.own": "Your own copy is kept by the firm's server.",
    "pane.close.failed": "Outlook did not close the window. Close it yourself; nothing is lost.",

    "read.notice": "This mail tells of a letter. It opens at {host}, not in Outlook.",
    "read.other": "This mail is not a notice of ours.",
} as const
