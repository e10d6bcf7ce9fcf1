/** What is said beside a letter of one's own, once it was sent. English only for now. */

export const WORDS = {
    heading: "Who has opened it",
    readers: "How far each reader is",
    failed: "We could not look that up just now. Nothing was changed; choose the mail again.",
    wrong: "That did not work, and nothing was changed. Try again.",
    late: "added later",
    hidden: "hidden copy",
    again: "Send the notice again",
    againTo: (who: string) => `Send the notice again to ${who}`,
    againDone: (who: string) => `The notice to ${who} goes out once more, with the same link.`,
    add: "Add a reader",
    addLabel: "Who else may read it? One address.",
    addMeans: "They get this letter and its files, and one notice. The other readers are not told.",
    addOne: "Type one whole address, such as ben@hart.example.",
    addPress: "Let them read it",
    adding: "Sealing it for them.",
    added: (who: string) => `${who} can read it now. One notice is on its way there.`,
    recall: "Recall",
    recallMeans: (who: string) => `Recall closes the letter for ${who}. You and the firm's record keep it.`,
    recallRead: (who: string, time: string) => `${who} opened it on ${time}. That cannot be undone: what was read may be remembered, or saved.`,
    recallTell: "Tell the readers by mail that it was recalled",
    recallPress: "Recall the letter",
    keep: "Leave it as it is",
    recalled: (who: string, time: string) => `${who} recalled this letter on ${time}. It opens for no other reader any more; you and the firm's record keep it.`,
} as const

/** A reader's state, shorter than the helpdesk tells it. */
export const STATES: Readonly<Record<string, string>> = {
    "opened": "Opened",
    "signed-in": "Signed in, not opened",
    "code-withheld": "Out of codes",
    "code-renewed": "May ask for codes again",
    "code-spent": "Code typed wrong",
    "code-mistyped": "Code typed wrong",
    "code-expired": "Code expired",
    "code-sent": "Code sent",
    "code-refused": "Code refused by their mail",
    "code-waiting": "Code on its way",
    "code-unsent": "Code did not go out",
    "visited": "Told; somebody opened the link",
    "quiet": "Told, not opened",
    "notice-waiting": "Notice on its way",
    "notice-held": "Notice waits for your sign-in",
    "notice-failed": "Notice did not go",
    "notice-unconfirmed": "Notice uncertain",
    "notice-bounced": "Notice came back",
    "notice-reported": "A notice came back",
    "notice-cancelled": "Never told",
    "again-waiting": "Notice on its way",
    "again-failed": "Notice did not go",
    "again-unconfirmed": "Notice uncertain",
}

export const CARE: ReadonlySet<string> = new Set([
    "code-withheld", "code-spent", "code-refused", "code-unsent", "notice-held", "notice-failed", "notice-unconfirmed",
    "notice-bounced", "notice-reported", "again-failed", "again-unconfirmed",
])
