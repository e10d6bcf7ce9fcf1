/** What is said where two people compare keys (docs/spec/safety-number.md). */
export const SAFETY = {
    "safety.compare": "Compare keys",
    "safety.compare.with": "Compare keys with {name}",
    "safety.making": "Making the number.",
    "safety.number": "Your safety number with {name}",
    "safety.groups": "Safety number: twelve groups of five digits",
    "safety.ready": "Your safety number with {name} is there: twelve groups of five digits.",
    "safety.qr": "QR code of the same number",
    "safety.qr.away": "The code to scan did not load. Read the number aloud instead.",

    "safety.worth.both":
        "If {name} has the same number, nobody in between has a key of their own. What could still deceive you is a page or a device that is not honest.",
    "safety.worth.mine":
        "{name}'s key is kept by the firm's server. If {name} has the same number, you both see the same directory; the server can still open what is sealed to {name}.",
    "safety.worth.theirs":
        "Your own key is kept by the firm's server. If {name} has the same number, you both see the same directory; the server can still open what is sealed to you.",
    "safety.worth.neither":
        "Both keys are kept by the firm's server. If {name} has the same number, you both see the same directory; the server can still open what is sealed to you.",
    "safety.how.client":
        "Ring {name} on a number that you know, not one from a mail or from this page. {name} presses “Compare keys” beside your name in Outlook. Then one of you reads the twelve groups aloud, and the other follows.",
    "safety.how.staff":
        "Ring {name} on a number that you know, not one from a mail. {name} opens a letter from you and presses “Compare keys” beside your name. Then one of you reads the twelve groups aloud, and the other follows.",

    "safety.same": "It is the same",
    "safety.other": "It is not",
    "safety.close": "Close",
    "safety.marked": "Marked as verified. The mark stays in this browser, and is sent to nobody.",
    "safety.marked.memory": "Marked as verified until this page is closed, since this browser lets us keep nothing. The mark is sent to nobody.",
    "safety.differs.client":
        "Load this page anew, both of you, and compare once more. If it is still not the same, somebody may stand between you: write nothing here, ring the firm on a number that you know, and say so. Comparing has changed and sent nothing.",
    "safety.differs.staff":
        "Press “Compare keys” anew, both of you, and compare once more. If it is still not the same, somebody may stand between you: send {name} nothing here, and tell whoever runs Letterlock at the firm. Comparing has changed and sent nothing.",
    "safety.remove": "Take the mark away",
    "safety.removed": "The mark is taken away.",

    "safety.verified": "Verified by you, {date}",
    "safety.changed.theirs": "{name}'s key has changed since you compared, on {date}.",
    "safety.changed.mine": "Your own key has changed since you compared with {name}, on {date}.",
    "safety.changed.both": "Your key and {name}'s have changed since you compared, on {date}.",
    "safety.changed.signing": "This letter is signed with another key than the one you compared on {date}.",
    "safety.changed.recipient": "In this letter another key stands for {name} than the one you compared on {date}.",
    "safety.unchecked": "You compared keys with {name} on {date}. We could not check just now whether they are still the same.",
    "safety.away": "Put this line away",
    "safety.put-away": "The line is put away, and the mark with it.",

    "safety.none": "There is no number yet: {name} has no key to sign with. It is made when {name} first writes here, or presses “Compare keys”.",
    "safety.closed": "There is no number: your own key is not open here. Open it, then press “Compare keys” again.",
    "safety.refused.client": "There is no number: the firm's record of keys does not bear out a key. Write nothing here, and ring the firm on a number that you know.",
    "safety.refused.staff": "There is no number: the firm's record of keys does not bear out a key. Send {name} nothing here, and tell whoever runs Letterlock at the firm.",

    "safety.scan": "Scan {name}'s code",
    "safety.scan.stop": "Stop scanning",
    "safety.scan.look": "Hold the code of the other screen before the camera.",
    "safety.scan.same": "It is the same number.",
    "safety.scan.other": "It is not the same number.",
    "safety.scan.strange": "That code is not a safety number. Scan the one under {name}'s number.",
    "safety.scan.no": "The camera could not be used. Compare the digits instead.",
} as const
