/** What is said when a message that was begun in Outlook is taken over, and what of it may remain there. */
export const TAKEOVER = {
    "take.reading": "Reading it from Outlook.",
    "take.done": "It stands in this letter now. Outlook's message stays as it is until the letter has gone.",
    "take.pictures": "Pictures from the text come along as files.",
    "take.unsure": "You have not let Letterlock into your mailbox, so earlier copies in Drafts stay where they are. Delete them yourself.",
    "take.versions": "Your mailbox keeps earlier versions of what is changed, as under a legal hold or a retention rule: they stay, whatever we do.",

    "take.old": "This Outlook does not let us read its message. Nothing was taken. Copy the text into this letter and add the files here.",
    "take.failed": "Outlook did not give its message. Nothing was taken or changed; try again, or copy the text into this letter.",
    "take.empty": "Outlook gave nothing of {names}. Nothing was taken or changed. Save the file and add it here, or remove it in Outlook; then press again.",
    "take.cloud": "{names} is a link to a file in the cloud, and who opens it is not ours to say. Nothing was taken or changed. Remove it in Outlook and add the file here; then press again.",
    "take.unreadable": "Outlook could not read {names}. Nothing was taken or changed. Save the file and add it here, or remove it in Outlook; then press again.",
    "take.held":
        "Your firm keeps your mailbox under a legal hold, so what Outlook has stored must stay as it is. Nothing was taken. You can still write a letter here.",
    "take.changed":
        "Outlook's own message has changed since you took it over. Nothing has gone out. Take it over again, or make Outlook's message as it was.",

    "take.notice": "The text that stood here went as a sealed letter. This message holds nothing and can be deleted.",
    "take.left.emptied": "Outlook's message is emptied: its text and files are gone from the draft.",
    "take.left.body": "Outlook did not let us empty its message: the text still stands in it. Delete it yourself.",
    "take.left.files": "Outlook did not let go of {names}. Remove it there yourself.",
    "take.left.saved": "Outlook did not confirm that the emptied message is stored. Look in Drafts.",
    "take.left.purged.one": "One earlier copy was removed from Drafts and Deleted Items for good.",
    "take.left.purged.other": "{n} earlier copies were removed from Drafts and Deleted Items for good.",
    "take.left.none": "There was no earlier copy in Drafts or Deleted Items.",
    "take.left.other": "Drafts of the same conversation with other text in them were left alone.",
    "take.left.unseen": "We could not look for earlier copies in Drafts and Deleted Items. Look there yourself.",
    "take.left.always": "Recoverable Items may keep what Outlook stored before until your firm's retention ends, and under a legal hold longer.",
} as const
