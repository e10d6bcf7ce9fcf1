/** What is said where somebody opens letters with a key of her own. */
export const UNLOCK = {
    "unlock.looking": "Looking for what opens your key.",
    "unlock.touch": "Your device asks you now.",
    "unlock.stretching": "Working on your password. That takes a few seconds, for you as for whoever guesses.",
    "unlock.trying": "Trying your recovery code.",
    "unlock.done": "Your key is unlocked in this browser.",

    "unlock.password.missing": "Type your password first.",
    "unlock.password.wrong": "That password does not open your key. Look at it once more and try again: you may try as often as you like.",
    "unlock.password.memory": "This browser could not work on the password; it needs 64 MB for a moment. Nothing was lost. Close other windows and try again, or use another device.",
    "unlock.code.missing": "Type your recovery code first.",
    "unlock.code.typo": "There is a typing error in it. A recovery code has seven groups of four, of letters and the figures 2 to 7.",
    "unlock.code.wrong": "That recovery code does not open your key. If you have made a new one since, only the newest works. You may try again.",
    "unlock.passkey.other": "That passkey does not open your key. Choose another one, or another way below.",
    "unlock.passkey.none": "This browser cannot use your passkey here. Use one of the other ways, or the device on which you made it.",
    "unlock.refused": "This passkey does not open the portal any more. Have a code sent instead: nothing was lost.",
    "unlock.damaged": "What the server keeps for opening your key is not what was sealed, so we stopped. Nothing was lost. Please ring us and say: {code}.",
    "unlock.nothing": "The server names nothing that opens your key here. Nothing was lost. Please ring us.",

    "unlock.given-up": "This letter is sealed to another key than the one that is open here. If you have put a new key in its place, close this and unlock the new one; if you have given one up, {name} can seal the letter for you again.",

    "open.session.own": "You were away for a while, so the letter stays closed. Your passkey opens it, or a new code.",
    "open.idle.own": "You were away for a while, so we closed the letter. Your passkey opens it again, or a new code.",
    "open.closed.own": "You have closed the letter. Your passkey opens it again, or a new code.",

    "key.anew": "Your new key",
    "key.anew.lead": "The same two steps as the first time: a passkey or a password, and a recovery code for your papers.",
} as const
