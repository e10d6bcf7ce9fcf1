/** What is said in the pane about hidden copies, kept letters and letters that are read there. */
export const PANE = {
    "pane.send": "Send securely",
    "pane.hidden": "hidden from the others",

    "pane.shelf.letter": "A letter",
    "pane.shelf.opening": "A letter",
    "pane.shelf.to": "Letter to {who}",
    "pane.shelf.more": "{n} more",
    "pane.shelf.about": "Letter about {subject}",
    "pane.shelf.saved": "saved {time}",
    "pane.shelf.continue": "Continue",
    "pane.shelf.continues": "Continue: {what}, {time}",
    "pane.shelf.throws": "Throw away: {what}, {time}",
    "pane.shelf.thrown": "Thrown away.",
    "pane.shelf.damaged": "A letter that does not open",
    "pane.shelf.failed": "That letter did not open. Nothing was lost; try again.",
    "pane.shelf.not-thrown": "That did not work. The letter is still kept; try again.",
} as const
