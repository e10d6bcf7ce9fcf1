/** What is said of the firm's paper before its part of the pane is loaded. */

export const PAPER = {
    left: (names: string) => `Still to fill in: ${names}. Nothing has gone out.`,
    meant: "If it is meant so, press the button below.",
    away: "The templates did not load. Nothing was changed; close this and try again.",
    unsigned: "Your signature did not come from the server, so this letter has none yet.",
} as const
