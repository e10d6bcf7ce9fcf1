/**
 * What writes a letter, in the pane and on the reader's page. Knows no Office and no page.
 *
 * ```text
 * const desk = await openDesk({ crypto, call })        PUT /me; `about`: the letter a client answers
 * const place = new Place(desk, letterId | null)        where the letter is kept, made when first needed
 * const files = new Files(place, draw)                  files.add(list): sealed and put up one by one; files.rows
 * const keeper = new DraftKeeper(place, read, tell)     keeper.changed() at each change, keeper.flush() at blur and hide
 * const sending = new Sending(place)                    one for a letter: pressing again goes on where it stopped
 * await keeper.pause()                                  keeper.resume() when sending failed
 * await sending.send({ recipients, subject, publicSubject, written, files: await files.settled(), parents }, tellStep)
 * keeper.stop()
 *
 * const kept = (await listDrafts(desk)).find(({ replyTo }) => replyTo === letterId)
 * const { place, content } = await openKept(desk, kept)  then files.restore(content.files), editor.restoreHtml(content.html)
 * await throwAway(desk, kept.id)
 * ```
 *
 * takeFiles({ button, input, place: element, files: () => files })    button, drop and paste
 * const list = new FileList({ list, total, button, announce }); list.show(files, locked)    at each change
 *
 * `place`, `files`, `keeper` and `sending` belong to one letter; a next letter gets new ones. Words for what went
 * wrong: `writingTrouble`, `fileTrouble`, `keptWords`. Names of types, sizes, icons: kinds.ts. What stands in a reply: reply.ts.
 */
export * from "./desk.ts"
export * from "./drafts.ts"
export * from "./file-list.ts"
export * from "./files.ts"
export * from "./intake.ts"
export * from "./keeper.ts"
export * from "./kinds.ts"
export * from "./place.ts"
export * from "./reply.ts"
export * from "./sending.ts"
export * from "./trouble.ts"
export { CannotWait } from "./waiting.ts"
