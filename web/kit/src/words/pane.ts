/** What is said in the pane about hidden copies, kept letters and letters that are read there. */
export const PANE = {
    "pane.send": "Send securely",
    "pane.hidden": "hidden from the others",

    "pane.shelf.letter": "A letter",
    "pane.shelf.to": "Letter to {who}",
    "pane.shelf.more": "{n} more",
    "pane.shelf.saved": "saved {time}",
    "pane.shelf.continue": "Continue",
    "pane.shelf.continues": "Continue: {what}, {facts}",
    "pane.shelf.throws": "Throw away: {what}, {facts}",
    "pane.shelf.thrown": "Thrown away.",
    "pane.shelf.damaged": "A letter that does not open",
    "pane.shelf.failed": "That letter did not open. Nothing was lost; try again.",
    "pane.shelf.not-thrown": "That did not work. The letter is still kept; try again.",

    "read.gone": "This letter is not for you, or no longer here. Nothing was opened.",
    "read.reply.to": "Reply to {names}",
    "read.reply.all": "Reply all",
    "read.reply.one": "Reply to the sender only",
    "read.reply.restored": "Your reply, saved {time}, is here again.",
    "read.reply.damaged": "You have begun a reply to this letter, and it did not open just now. Nothing was lost. Choose the mail again to try again.",
    "read.copy.someone": "its sender",
    "read.copy.large": "These letters come to about {size}, and a copy holds 2 GB at most. Nothing was saved.",
    "read.copy.refused": "No copy was made, since one of the letters is not as it was signed. {why}",
} as const
