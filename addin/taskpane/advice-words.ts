/** What stands around the advice; what it says itself is in ../advice/words.ts. */
export const WORDS = {
    count: (count: number): string => count === 0 ? "No thoughts left." : count === 1 ? "One thought on this letter" : `${count} thoughts on this letter`,
    show: "Show",
    write: (text: string): string => `Write “${text}”`,
    leave: "Leave it",
    leaves: (sentence: string): string => `Leave it: ${sentence}`,
    never: "Never for me",
    keep: "Keep it",
    decide: "Your firm asks you to decide.",
    briefly: "Not again while this pane is open. This browser lets the pane keep nothing.",
    kept: "Kept, not sent. It does not go by itself: you find it here when you open Letterlock.",
    held: "Your firm asks you to look at this before the letter goes. Nothing was sent.",
    away: "The advice did not load. Letters go without it; try again later.",
} as const
