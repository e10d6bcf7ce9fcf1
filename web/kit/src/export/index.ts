/**
 * Export of letters: a zip that stock age and the offline reader open.
 *
 * Portal and pane use it alike: `exportThread({ ...desk, reader, ids, onProgress, signal })`
 * gives the zip, `saveBlob(zip, exportName(made) + ".zip")` saves it. Call `cleanExports()` when a page starts and
 * `cleanExports({ own: true })` at sign-out: until then the zip may lie in the browser's own storage.
 */
export { exportThread, ExportTooLarge, expectedSize, MAX_EXPORT_SIZE, type ExportOptions, type ExportProgress } from "./export.ts"
export { ExportRefused, type ExportDesk, type ExportCrypto } from "./letter.ts"
export { leftOutWords } from "./left-out.ts"
export * from "./names.ts"
export { saveBlob } from "./save.ts"
export { cleanExports } from "./shelf.ts"
