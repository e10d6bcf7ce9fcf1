/** What is said to people of the firm at the portal: where they sign in, and of their own keys. */
export const STAFF = {
    "staff.offline": "{host} does not answer. Nothing was changed; try again in a minute.",
    "staff.cancelled": "You were not signed in: it was broken off at Microsoft. Nothing was changed; you may try again.",
    "staff.unexpected": "Something went wrong on our side. Nothing was changed; try again in a minute.",
    "staff.elsewhere": "You are signed in again. Go back to the window where your key waits; this one you may close.",

    "staff.key.session": "You were away for a while, so this page closed. Nothing has changed. Sign in again, and you are back here.",
    "staff.key.unexpected": "That did not work, and the fault is not yours. Nothing has changed: your letters open as before. Try again, or tell whoever runs Letterlock for you.",
    "staff.key.refused": "What the server kept is not what this browser sealed, so we stopped. Nothing has changed: your letters open as before. Please tell whoever runs Letterlock for you: {code}.",
    "staff.key.backups": "The server's copy of your old key has left the live system, and the last backup that holds it is gone by {date}. That is the word of whoever runs it; it is not something you can check.",
    "staff.unlock.damaged": "What the server keeps for opening your key is not what was sealed, so we stopped. Nothing was lost. Please tell whoever runs Letterlock for you: {code}.",
    "staff.unlock.nothing": "The server names nothing that opens your key here. Nothing was lost. Please tell whoever runs Letterlock for you.",

    "staff.fresh.first": "Before your key changes Microsoft asks once more who you are. Nothing has been made yet, so nothing is lost by it: you come back to this page.",
    "staff.fresh.meanwhile": "Your last sign-in is more than ten minutes old, so Microsoft asks once more who you are. It does so in a window of its own: this page stays open, and keeps what you have made.",
    "staff.fresh.done": "You have signed in again. Go on where you were.",
    "staff.fresh.not": "We do not see a new sign-in of yours yet. Sign in again in the other window, then go on here. Nothing was lost.",
    "staff.fresh.silent": "Microsoft has signed you in, but does not say that it asked who you are, so your key cannot be changed now. Nothing has changed. Please tell whoever runs Letterlock for you.",
} as const
