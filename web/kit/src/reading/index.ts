/**
 * What reading takes, for the reader's page and for the pane. It knows no sign-in: a `ReadingDesk` makes its calls.
 *
 * - `fetchThread(desk, id)`: the letters of a thread, oldest first.
 * - `openLetter(desk, id)`: one letter, checked and opened; throws a Refusal, Problem or Unreachable.
 * - `LetterCard`: one letter on the page, folded or open, from `templates/parts/letter.html`: text in its frame,
 *   files with Save, readers, the checks with Verify, and the buttons that ask for an answer.
 * - `refusalWords(code, name)`: why a letter or a file stays closed.
 * - `frame.ts`, one folder up: the frame of a letter's text.
 */
export * from "./card.ts"
export * from "./enclosed.ts"
export * from "./level.ts"
export * from "./open.ts"
export * from "./refusal.ts"
export * from "./save.ts"
export * from "./seen.ts"
export * from "./standing.ts"
export * from "./thread.ts"
export * from "./verify.ts"
