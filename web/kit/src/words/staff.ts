/** What is said where somebody of the firm signs in at the portal. */
export const STAFF = {
    "staff.offline": "{host} does not answer. Nothing was changed; try again in a minute.",
    "staff.cancelled": "You were not signed in: it was broken off at Microsoft. Nothing was changed; you may try again.",
    "staff.unexpected": "Something went wrong on our side. Nothing was changed; try again in a minute.",
} as const
