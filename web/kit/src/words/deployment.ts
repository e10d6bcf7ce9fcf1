/** What is said where the add-in is handed out; the steps themselves stand in parts/deployment.html. */
export const DEPLOYMENT = {
    "deployment.copied": "Copied.",
    "deployment.selected": "Marked: copy it with Ctrl and C, or on a Mac with Command and C.",
    "deployment.saved": "{name} is with your downloads.",
    "deployment.file-failed": "The file did not come. Nothing was changed; try again in a minute.",
    "deployment.failed": "That did not work. Nothing was changed; load the page again in a minute.",
    "deployment.admin-only": "This page is for your firm's administrator.",
} as const
